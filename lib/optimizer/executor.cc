// SPDX-License-Identifier: Apache-2.0
// Runs a plan on a runner.

#include "lib/optimizer/executor.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include "lib/kernels/float_mode.h"

namespace simdoptim {
namespace {

uint64_t Nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace

struct Executor::Work {
  const Plan& plan;
  const GroupKernel* groups;
  int64_t clock;
  const KernelTable& kernels;
  uint64_t* times;
  // For foreign runners.
  std::atomic<uint64_t>* claims = nullptr;
  uint64_t epoch = 0;
  std::atomic<int>* finished = nullptr;

  void RunShare(int share) const noexcept {
    const uint64_t start = times != nullptr ? Nanoseconds() : 0;
    RunBetween(plan.border(share), plan.border(share + 1));
    if (times != nullptr) times[share] = Nanoseconds() - start;
  }

  void RunBetween(Border begin, Border end) const noexcept {
    alignas(kMaxScalarBytes) unsigned char scalars[kMaxScalarBytes];
    const GroupKernel* group = nullptr;
    int64_t t = 0;
    const std::vector<Run>& runs = plan.runs();
    FloatMode mode;
    size_t b = plan.BatchOf(begin.run);
    for (Border from = begin; from < end; ++b) {
      const auto& [kind, batch_end] = plan.batches()[b];
      if (group != &groups[kind.group] || t != clock - kind.steps_behind) {
        group = &groups[kind.group];
        t = clock - kind.steps_behind;
        mode.Set(false);
        group->rule->make_scalars(group->options, t, scalars);
        mode.Set(group->flush);
      }
      const Format format = static_cast<Format>(kind.grad_format);
      const Border to = std::min(end, Border{batch_end, 0});
      const KernelFunction step = kernels.Find(group->row, format, group->flush);
      step(scalars, runs.data(), runs.size(), from, to);
      from = to;
    }
  }

  static void RunTask(void* context, int share) {
    static_cast<const Work*>(context)->RunShare(share);
  }

  // At most once in a step, whatever the runner does.
  static void ClaimAndRun(void* context, int share) {
    const Work& work = *static_cast<const Work*>(context);
    if (work.claims[share].exchange(work.epoch, std::memory_order_relaxed) == work.epoch) return;
    work.RunShare(share);
    work.finished->fetch_add(1, std::memory_order_release);
  }
};

void Executor::PrepareForForeignRunner() {
  if (claims_ == nullptr) claims_ = std::make_unique<std::atomic<uint64_t>[]>(kMaxShares);
}

void Executor::Execute(const Plan& plan, const GroupKernel* groups, int64_t clock,
                       const KernelTable& kernels, Runner& runner, uint64_t* times) {
  Work work{plan, groups, clock, kernels, times};
  const int shares = plan.shares();
  if (shares == 1) return work.RunShare(0);
  if (&runner == &DefaultRunner()) return runner.Run(shares, Task(&Work::RunTask, &work));
  ExecuteOnForeign(work, shares, runner);
}

void Executor::ExecuteOnForeign(const Work& step, int shares, Runner& runner) {
  std::atomic<int> finished = 0;
  Work work = step;
  work.claims = claims_.get();
  work.epoch = ++epoch_;
  work.finished = &finished;
  const Task task(&Work::ClaimAndRun, &work);
  std::exception_ptr failure;
  try {
    runner.Run(shares, task);
  } catch (...) {
    failure = std::current_exception();
  }
  for (int share = 0; share < shares; ++share) task(share);
  // A share may still run on a thread of a runner that threw.
  while (finished.load(std::memory_order_acquire) != shares) std::this_thread::yield();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace simdoptim
