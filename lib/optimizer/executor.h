// SPDX-License-Identifier: Apache-2.0
// Runs a plan on a runner.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_EXECUTOR_H_
#define SIMDOPTIM_LIB_OPTIMIZER_EXECUTOR_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "lib/optimizer/plan.h"
#include "lib/rules/rule.h"
#include "simdoptim/runner.h"

namespace simdoptim {

// What the runs of a group need.
struct GroupKernel {
  const RuleInfo* rule;
  const void* options;
  int row;  // of the kernel tables
  bool flush;
};

class Executor {
 public:
  // More shares than this are never made, so that steps need not allocate.
  static constexpr int kMaxShares = 256;

  // Must have been called before Execute with another runner than DefaultRunner().
  void PrepareForForeignRunner();

  // clock: a run's step number is clock - steps_behind of its kind. Returns when all shares have
  // been run; if the runner threw, rethrows after that. times: null, or kMaxShares places for each
  // share's ns.
  void Execute(const Plan& plan, const GroupKernel* groups, int64_t clock,
               const KernelTable& kernels, Runner& runner, uint64_t* times);

 private:
  struct Work;

  // The step in which each share was last claimed; made by PrepareForForeignRunner.
  std::unique_ptr<std::atomic<uint64_t>[]> claims_;
  uint64_t epoch_ = 0;

  void ExecuteOnForeign(const Work& work, int shares, Runner& runner);
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_EXECUTOR_H_
