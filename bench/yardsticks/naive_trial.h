// SPDX-License-Identifier: Apache-2.0
// The hand-written loop on the memory of a trial's optimizer, so that it can be timed beside it.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_TRIAL_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_TRIAL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bench/yardsticks/naive.h"
#include "bench/yardsticks/trial.h"

namespace simdoptim::yardsticks {

// The names of the flags that it is compiled with: "O2" and "native" (naive.h).
inline constexpr std::string_view kNaiveO2 = "O2";
inline constexpr std::string_view kNaiveNative = "native";

class NaiveTrial {
 public:
  // The trial must be one of AdamW without other variants, with gradients in f32. More than one
  // thread are OpenMP's, and the flags kNaiveNative.
  NaiveTrial(Trial& trial, std::string_view flags, int threads);

  // One step of each tensor in turn, always as the same step number.
  void Step() const;
  // Takes a step and compares the start of the first tensor with reference::Step, within what
  // floats in place of double scalars explain. Empty if it is right.
  std::string Verify() const;

 private:
  struct Tensor {
    float* p;
    const float* g;
    float* m;
    float* v;
    size_t size;
  };

  Options options_;
  NaiveAdamW naive_options_;
  NaiveStep step_;
  int threads_;
  std::vector<Tensor> tensors_;
};

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_TRIAL_H_
