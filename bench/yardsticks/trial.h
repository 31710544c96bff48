// SPDX-License-Identifier: Apache-2.0
// An optimizer on a workload: verified against the reference, then timed beside its ceiling, which
// runs on the very same memory.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_TRIAL_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_TRIAL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/yardsticks/ceiling.h"
#include "bench/yardsticks/measure.h"
#include "bench/yardsticks/workload.h"
#include "simdoptim/simdoptim.h"

namespace simdoptim::yardsticks {

class Trial {
 public:
  // What a tensor's verification found: empty if all bits are right.
  using Problem = std::string;

  Trial(const Options& options, Shapes shapes, Format gradient_format, int threads);

  Workload& workload() { return workload_; }
  Optimizer& optimizer() { return optimizer_; }
  const Options& options() const { return options_; }

  // One step of all tensors.
  void Step() { optimizer_.Step(); }
  // One step of one tensor through the functional door, as in training: t counts up.
  void CallStep(size_t tensor);
  // The tensor's states that exist, in the order of StateNames().
  std::vector<std::span<float>> States(size_t tensor);

  // Takes the first steps, so it must come before any other step, and compares values and states
  // with reference::Step, bit for bit: of all tensors, or of those given. Small tensors take more
  // than one step. Also fails if most of a value has not moved.
  Problem Verify();
  Problem Verify(std::span<const size_t> tensors);
  // The same through CallStep, for the first tensor.
  Problem VerifyCall();

  // The streams of a step. Valid while the trial lives; run it after Verify.
  Ceiling MakeCeiling();

 private:
  Problem Compare(size_t tensor, int steps);

  Options options_;
  Workload workload_;
  Optimizer optimizer_;
  std::vector<std::vector<std::span<float>>> states_;  // of each tensor, all states of the rule
  int64_t calls_ = 0;
};

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_TRIAL_H_
