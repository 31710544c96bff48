// SPDX-License-Identifier: Apache-2.0
// Steps of an optimizer: when the plan must be made anew, what it runs with, and its report.

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "lib/optimizer/impl.h"
#include "lib/options/number_text.h"

namespace simdoptim {
namespace {

// The slowest time over the mean, minus 1.
double Imbalance(std::span<const uint64_t> times) {
  const double sum = static_cast<double>(std::accumulate(times.begin(), times.end(), uint64_t{0}));
  const double slowest = static_cast<double>(*std::max_element(times.begin(), times.end()));
  return sum == 0 ? 0 : slowest * static_cast<double>(times.size()) / sum - 1;
}

}  // namespace

inline namespace v1 {

// What a step runs with. Making it is all of a step that can throw for the library's reasons.
struct Optimizer::Impl::Launch {
  const KernelTable* kernels;
  Runner* runner;
};

void Optimizer::Impl::AddToPlan(const ParameterRecord& parameter, int64_t steps_behind) {
  const GroupKernel& kernel = kernels_[parameter.group];
  Run run = {{parameter.value.data(), parameter.gradient.data(), {}}, parameter.value.size()};
  size_t element_bytes = 2 * sizeof(float) + FormatBytes(parameter.gradient.format());
  for (size_t k = 0; k < kernel.rule->states.size(); ++k) {
    if (!kernel.rule->needs_state(kernel.options, k)) continue;
    run.streams.state[k] = parameter.state[k];
    element_bytes += 2 * sizeof(float);
  }
  plan_.Add(run, {steps_behind, parameter.group, static_cast<uint16_t>(element_bytes),
                  static_cast<uint16_t>(parameter.gradient.format())});
}

void Optimizer::Impl::MakePlan() {
  plan_.Clear();
  without_gradient_ = 0;
  for (const ParameterRecord& parameter : parameters_) {
    if (parameter.HasGradient()) {
      AddToPlan(parameter, parameter.steps_behind);
    } else {
      ++without_gradient_;
    }
  }
  plan_is_current_ = true;
}

void Optimizer::Impl::Step() {
  if (parameters_.empty()) {
    throw Error("Optimizer: there are no parameters to step; add a group first");
  }
  if (!plan_is_current_) MakePlan();
  const Launch launch = Prepare();
  // Counted first: the step is whole even if the caller's runner or observer throws.
  ++clock_;
  if (without_gradient_ != 0) {
    for (ParameterRecord& parameter : parameters_) {
      if (!parameter.HasGradient()) ++parameter.steps_behind;
    }
  }
  Execute(launch);
}

void Optimizer::Impl::StepParameter(size_t index) {
  ParameterRecord& parameter = ParameterAt(index);
  if (!parameter.HasGradient()) return;
  plan_is_current_ = false;
  plan_.Clear();
  AddToPlan(parameter, parameter.steps_behind - 1);
  const Launch launch = Prepare();
  --parameter.steps_behind;
  Execute(launch);
}

Optimizer::Impl::Launch Optimizer::Impl::Prepare() {
  const Launch launch = {&ActiveKernels(), runner_ != nullptr ? runner_ : &DefaultRunner()};
  // Asking the runner costs more than a small step.
  int threads = 1;
  if (threads_ != 1 && plan_.bytes() >= Plan::kMinParallelBytes) {
    threads = launch.runner->Threads();
    if (threads_ != 0 && threads_ < threads) threads = threads_;
  }
  plan_.Partition(threads);
  return launch;
}

void Optimizer::Impl::Execute(const Launch& launch) {
  using Clock = std::chrono::steady_clock;
  const bool observed = static_cast<bool>(observer_);
  uint64_t* times = observed ? times_.data() : nullptr;
  const Clock::time_point start = observed ? Clock::now() : Clock::time_point();
  executor_.Execute(plan_, kernels_.data(), clock_, *launch.kernels, *launch.runner, times);
  if (!observed) return;
  StepReport report;
  report.nanoseconds = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  report.elements = plan_.elements();
  report.bytes = plan_.bytes();
  report.target = launch.kernels->target;
  report.threads = plan_.shares();
  report.imbalance = Imbalance({times, static_cast<size_t>(plan_.shares())});
  observer_(report);
}

void Optimizer::Impl::SetThreads(int threads) {
  if (threads < 0) {
    throw Error("SetThreads: threads = " + NumberText(threads) + " is not in [0, inf)");
  }
  threads_ = threads;
}

void Optimizer::Impl::SetRunner(Runner* runner) {
  if (runner != nullptr) executor_.PrepareForForeignRunner();
  runner_ = runner;
}

void Optimizer::Impl::SetObserver(std::function<void(const StepReport&)> observer) {
  if (observer) times_.resize(Executor::kMaxShares);
  observer_ = std::move(observer);
}

}  // namespace v1
}  // namespace simdoptim
