// SPDX-License-Identifier: Apache-2.0
// The optimizer object: checks, bookkeeping, and when the plan must be made anew.

#include "simdoptim/optimizer.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "lib/kernels/kernels.h"
#include "lib/optimizer/executor.h"
#include "lib/optimizer/overlap.h"
#include "lib/optimizer/plan.h"
#include "lib/optimizer/state_memory.h"
#include "lib/options/number_text.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"
#include "simdoptim/error.h"

namespace simdoptim {
namespace {

struct ParameterRecord {
  std::string name;
  std::span<float> value;
  Gradient gradient;
  float* state[kMaxStates] = {};
  // Steps taken are the optimizer's clock minus this: a step changes only those that it skips.
  int64_t steps_behind = 0;
  uint32_t group = 0;
  bool has_gradient = false;
  bool owns_state = true;  // not bound to the caller's memory
};

struct GroupRecord {
  // Stays in place while groups are added: kernels keep its address.
  std::unique_ptr<Options> options;
  size_t first = 0;  // parameters [first, end)
  size_t end = 0;
  bool has_state[kMaxStates] = {};
};

std::string Where(const std::string& name) { return "parameter \"" + name + "\": "; }

// State is laid out one state after the other, each parameter's part on a cache line of its own.
size_t PaddedSize(size_t elements) {
  constexpr size_t kUnit = StateMemory::kAlignment / sizeof(float);
  return (elements + kUnit - 1) / kUnit * kUnit;
}

uint16_t ElementBytes(const RuleInfo& rule, const Options& options, Format grad) {
  size_t bytes = 2 * sizeof(float) + FormatBytes(grad);
  for (size_t k = 0; k < rule.states.size(); ++k) {
    if (rule.needs_state(Address(options), k)) bytes += 2 * sizeof(float);
  }
  return static_cast<uint16_t>(bytes);
}

bool IsNone(const Gradient& gradient) { return gradient.data() == nullptr && gradient.size() == 0; }

Bytes BytesOfGradient(const Gradient& gradient) {
  return BytesOf(gradient.data(), gradient.size(), FormatBytes(gradient.format()));
}

std::string GradientProblem(const ParameterRecord& parameter, const Gradient& gradient) {
  return SpanProblem("gradient", gradient.data(), gradient.size(), parameter.value.size());
}

std::string OverlapProblem(const std::string& parameter) {
  return "gradient overlaps the memory of parameter \"" + parameter + "\"";
}

// The slowest time over the mean, minus 1.
double Imbalance(std::span<const uint64_t> times) {
  const double sum = static_cast<double>(std::accumulate(times.begin(), times.end(), uint64_t{0}));
  const double slowest = static_cast<double>(*std::max_element(times.begin(), times.end()));
  return sum == 0 ? 0 : slowest * static_cast<double>(times.size()) / sum - 1;
}

// Room for more elements, growing as push_back would.
template <class T>
void ReserveMore(std::vector<T>& vector, size_t more) {
  const size_t size = vector.size() + more;
  if (size > vector.capacity()) vector.reserve(std::max(size, 2 * vector.capacity()));
}

void Append(std::string& list, const char* item) {
  if (!list.empty()) list += ", ";
  list += item;
}

}  // namespace

inline namespace v1 {

class Optimizer::Impl {
 public:
  size_t AddGroup(Group group);
  void SetGradient(size_t index, const Gradient& gradient);
  void ZeroGradients(ZeroGradient mode);
  void Step();
  void StepParameter(size_t index);
  void SetOptions(size_t group, const Options& options);
  void SetOptionOfAll(std::string_view name, double value);
  void SetThreads(int threads);
  void SetRunner(Runner* runner);

  const GroupRecord& GroupAt(size_t index) const {
    if (index < groups_.size()) return groups_[index];
    throw Error("group " + NumberText(index) + ": there are " + NumberText(groups_.size()));
  }
  ParameterRecord& ParameterAt(size_t index) {
    if (index < parameters_.size()) return parameters_[index];
    throw Error("parameter " + NumberText(index) + ": there are " + NumberText(parameters_.size()));
  }
  size_t FindParameter(std::string_view name) const;
  int64_t StepCount(size_t index) { return clock_ - ParameterAt(index).steps_behind; }
  void SetStepCount(size_t index, int64_t steps);
  std::vector<std::string> StateNames(size_t index);
  std::span<float> State(size_t index, std::string_view name);
  size_t StateBytes() const;
  void SetObserver(std::function<void(const StepReport&)> observer);

  std::vector<GroupRecord> groups_;
  std::vector<ParameterRecord> parameters_;

 private:
  std::span<const char* const> StatesOf(const GroupRecord& group) const {
    return RuleOf(*group.options).states;
  }
  bool MustAddState(const GroupRecord& group, const Options& options, size_t state) const;
  void CheckNewOptions(size_t index, const Options& options) const;
  // New options with the memory of the states that they add: all that can throw.
  struct NewOptions {
    Options options;
    StateMemory memory[kMaxStates];
  };
  NewOptions PrepareOptions(size_t index, const Options& options) const;
  void CommitOptions(size_t index, NewOptions prepared) noexcept;
  Run MakeRun(const ParameterRecord& parameter) const;
  void MakePlan();
  // What a step runs with. Making it is all of a step that can throw for the library's reasons.
  struct Launch {
    const KernelTable* kernels;
    Runner* runner;
  };
  Launch Prepare(Plan& plan) const;
  void Execute(const Plan& plan, const Launch& launch);
  GroupKernel MakeKernel(const GroupRecord& group) const;

  std::unordered_map<std::string, size_t> names_;
  WrittenMemory written_;
  std::vector<StateMemory> memory_;
  std::vector<GroupKernel> kernels_;  // of groups_
  int64_t clock_ = 0;                 // calls of Step

  Plan plan_;  // all parameters with a gradient
  bool plan_is_current_ = false;
  size_t without_gradient_ = 0;
  Plan single_plan_;  // of StepParameter
  Executor executor_;
  Runner* runner_ = nullptr;
  int threads_ = 0;
  std::function<void(const StepReport&)> observer_;
  std::vector<uint64_t> times_;  // of shares; empty without an observer
};

size_t Optimizer::Impl::AddGroup(Group group) {
  Validate(group.options);
  const RuleInfo& rule = RuleOf(group.options);
  const void* options = Address(group.options);

  GroupRecord record;
  record.options = std::make_unique<Options>(group.options);
  record.first = parameters_.size();
  record.end = record.first + group.parameters.size();
  for (size_t k = 0; k < rule.states.size(); ++k)
    record.has_state[k] = rule.needs_state(options, k);

  // Check, and build what will be committed.
  std::unordered_map<std::string, size_t> names;
  WrittenMemory written;
  std::vector<ParameterRecord> added;
  size_t owned_elements = 0;
  for (Parameter& from : group.parameters) {
    const size_t index = record.first + added.size();
    ParameterRecord to;
    to.name = from.name.empty() ? std::string("#").append(NumberText(index)) : std::move(from.name);
    to.value = from.value;
    to.steps_behind = clock_;
    to.group = static_cast<uint32_t>(groups_.size());
    const auto check = [&](const char* what, const std::span<float>& span) {
      const std::string problem = SpanProblem(what, span.data(), span.size(), to.value.size());
      if (!problem.empty()) throw Error(Where(to.name) + problem);
      written.Add(BytesOf(span.data(), span.size(), sizeof(float)), index);
    };
    check("value", from.value);
    if (names_.contains(to.name) || !names.emplace(to.name, index).second) {
      throw Error(Where(to.name) + "the name stands twice");
    }
    if (from.state.empty()) {
      owned_elements += PaddedSize(to.value.size());
    } else {
      to.owns_state = false;
      if (from.state.size() > rule.states.size()) {
        throw Error(Where(to.name) + NumberText(from.state.size()) + " states are given, " +
                    rule.name + " has " + NumberText(rule.states.size()));
      }
      from.state.resize(rule.states.size());
      for (size_t k = 0; k < rule.states.size(); ++k) {
        if (record.has_state[k]) {
          check(rule.states[k], from.state[k]);
          to.state[k] = from.state[k].data();
        } else if (!from.state[k].empty()) {
          throw Error(Where(to.name) + rule.states[k] +
                      " is given, but these options do not use it");
        }
      }
    }
    added.push_back(std::move(to));
  }
  const auto name_of = [&](size_t index) -> const std::string& {
    return index < parameters_.size() ? parameters_[index].name : added[index - record.first].name;
  };
  if (const auto overlap = written.SortAndFindOverlap(written_)) {
    const auto [first, second] = std::minmax(overlap->first, overlap->second);
    throw Error(Where(name_of(first)) + "its memory overlaps that of parameter \"" +
                name_of(second) + "\"");
  }
  const auto check_gradient = [&](const ParameterRecord& parameter, const Gradient& gradient) {
    std::string problem = GradientProblem(parameter, gradient);
    for (const WrittenMemory* memory : {&written_, &written}) {
      const std::optional<size_t> hit = memory->FindOverlap(BytesOfGradient(gradient));
      if (problem.empty() && hit) problem = OverlapProblem(name_of(*hit));
    }
    if (!problem.empty()) throw Error(Where(parameter.name) + problem);
  };
  for (size_t i = 0; i < added.size(); ++i) {
    const Gradient& gradient = group.parameters[i].gradient;
    if (IsNone(gradient)) continue;
    check_gradient(added[i], gradient);
    added[i].gradient = gradient;
    added[i].has_gradient = true;
  }
  for (const ParameterRecord& old : parameters_) {
    if (old.has_gradient) check_gradient(old, old.gradient);
  }

  std::vector<StateMemory> memory;
  for (size_t k = 0; k < rule.states.size(); ++k) {
    if (!record.has_state[k]) continue;
    float* place = memory.emplace_back(owned_elements * sizeof(float)).data();
    for (ParameterRecord& to : added) {
      if (!to.owns_state) continue;
      to.state[k] = place;
      place += PaddedSize(to.value.size());
    }
  }

  // What can throw comes first; nothing is changed until all of it is done.
  ReserveMore(groups_, 1);
  ReserveMore(kernels_, 1);
  ReserveMore(parameters_, added.size());
  ReserveMore(memory_, memory.size());
  names_.reserve(names_.size() + names.size());
  written_.ReserveFor(written);
  plan_.Reserve(parameters_.capacity(), Executor::kMaxShares);
  single_plan_.Reserve(1, Executor::kMaxShares);
  for (ParameterRecord& to : added) parameters_.push_back(std::move(to));
  for (StateMemory& part : memory) memory_.push_back(std::move(part));
  kernels_.push_back(MakeKernel(record));
  groups_.push_back(std::move(record));
  names_.merge(names);
  written_.Merge(written);
  plan_is_current_ = false;
  return groups_.size() - 1;
}

size_t Optimizer::Impl::FindParameter(std::string_view name) const {
  const auto found = names_.find(std::string(name));
  if (found != names_.end()) return found->second;
  throw Error("there is no parameter \"" + std::string(name) + "\"");
}

void Optimizer::Impl::SetGradient(size_t index, const Gradient& gradient) {
  ParameterRecord& parameter = ParameterAt(index);
  const bool drop = IsNone(gradient);
  if (!drop) {
    std::string problem = GradientProblem(parameter, gradient);
    const std::optional<size_t> hit = written_.FindOverlap(BytesOfGradient(gradient));
    if (problem.empty() && hit) problem = OverlapProblem(parameters_[*hit].name);
    if (!problem.empty()) throw Error(Where(parameter.name) + problem);
  }
  const bool same = parameter.has_gradient == !drop &&
                    parameter.gradient.data() == gradient.data() &&
                    parameter.gradient.format() == gradient.format();
  parameter.gradient = gradient;
  parameter.has_gradient = !drop;
  if (!same) plan_is_current_ = false;
}

void Optimizer::Impl::ZeroGradients(ZeroGradient mode) {
  if (mode == ZeroGradient::kDrop) {
    for (ParameterRecord& parameter : parameters_) {
      parameter.gradient = Gradient();
      parameter.has_gradient = false;
    }
    plan_is_current_ = false;
    return;
  }
  if (mode != ZeroGradient::kFill) {
    throw Error("ZeroGradients: mode = " + NumberText(static_cast<int>(mode)) +
                " is not kDrop or kFill");
  }
  for (const ParameterRecord& parameter : parameters_) {
    if (parameter.has_gradient && !parameter.gradient.writable() && !parameter.value.empty()) {
      throw Error(Where(parameter.name) + "gradient was given as const and cannot be filled");
    }
  }
  for (ParameterRecord& parameter : parameters_) {
    const Gradient& gradient = parameter.gradient;
    if (!parameter.has_gradient || gradient.size() == 0) continue;
    std::memset(const_cast<void*>(gradient.data()), 0,
                gradient.size() * FormatBytes(gradient.format()));
  }
}

GroupKernel Optimizer::Impl::MakeKernel(const GroupRecord& group) const {
  const RuleInfo& rule = RuleOf(*group.options);
  const void* options = Address(*group.options);
  return {&rule, options, rule.kernel_row(options), rule.flush_subnormals(options)};
}

Run Optimizer::Impl::MakeRun(const ParameterRecord& parameter) const {
  const GroupKernel& kernel = kernels_[parameter.group];
  Run run = {};
  run.streams.param = parameter.value.data();
  run.streams.grad = parameter.gradient.data();
  for (size_t k = 0; k < kernel.rule->states.size(); ++k) {
    if (kernel.rule->needs_state(kernel.options, k)) run.streams.state[k] = parameter.state[k];
  }
  run.size = parameter.value.size();
  run.steps_behind = parameter.steps_behind;
  run.group = parameter.group;
  run.element_bytes =
      ElementBytes(*kernel.rule, *groups_[parameter.group].options, parameter.gradient.format());
  run.grad_format = static_cast<uint16_t>(parameter.gradient.format());
  return run;
}

void Optimizer::Impl::MakePlan() {
  plan_.Clear();
  without_gradient_ = 0;
  for (const ParameterRecord& parameter : parameters_) {
    if (parameter.has_gradient) {
      plan_.Add(MakeRun(parameter));
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
  const Launch launch = Prepare(plan_);
  // Counted first: the step is whole even if the caller's runner or observer throws.
  ++clock_;
  if (without_gradient_ != 0) {
    for (ParameterRecord& parameter : parameters_) {
      if (!parameter.has_gradient) ++parameter.steps_behind;
    }
  }
  Execute(plan_, launch);
}

void Optimizer::Impl::StepParameter(size_t index) {
  ParameterRecord& parameter = ParameterAt(index);
  if (!parameter.has_gradient) return;
  Run run = MakeRun(parameter);
  --run.steps_behind;
  single_plan_.Clear();
  single_plan_.Add(run);
  const Launch launch = Prepare(single_plan_);
  --parameter.steps_behind;
  plan_is_current_ = false;
  Execute(single_plan_, launch);
}

Optimizer::Impl::Launch Optimizer::Impl::Prepare(Plan& plan) const {
  const Launch launch = {&ActiveKernels(), runner_ != nullptr ? runner_ : &DefaultRunner()};
  // Asking the runner costs more than a small step.
  int threads = 1;
  if (threads_ != 1 && plan.bytes() >= Plan::kMinParallelBytes) {
    threads = launch.runner->Threads();
    if (threads_ != 0 && threads_ < threads) threads = threads_;
  }
  plan.Partition(threads);
  return launch;
}

void Optimizer::Impl::Execute(const Plan& plan, const Launch& launch) {
  using Clock = std::chrono::steady_clock;
  const bool observed = static_cast<bool>(observer_);
  uint64_t* times = observed ? times_.data() : nullptr;
  const Clock::time_point start = observed ? Clock::now() : Clock::time_point();
  executor_.Execute(plan, kernels_.data(), clock_, *launch.kernels, *launch.runner, times);
  if (!observed) return;
  StepReport report;
  report.nanoseconds = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  report.elements = plan.elements();
  report.bytes = plan.bytes();
  report.target = launch.kernels->target;
  report.threads = plan.shares();
  report.imbalance = Imbalance({times, static_cast<size_t>(plan.shares())});
  observer_(report);
}

bool Optimizer::Impl::MustAddState(const GroupRecord& group, const Options& options,
                                   size_t state) const {
  return RuleOf(options).needs_state(Address(options), state) && !group.has_state[state];
}

void Optimizer::Impl::CheckNewOptions(size_t index, const Options& options) const {
  const GroupRecord& group = GroupAt(index);
  const RuleInfo& rule = RuleOf(options);
  if (options.index() != group.options->index()) {
    throw Error("group " + NumberText(index) + ": its rule is " + RuleName(*group.options) +
                " and cannot become " + rule.name);
  }
  Validate(options);
  for (size_t k = 0; k < rule.states.size(); ++k) {
    if (!MustAddState(group, options, k)) continue;
    for (size_t i = group.first; i < group.end; ++i) {
      if (!parameters_[i].owns_state) {
        throw Error(Where(parameters_[i].name) + rule.states[k] +
                    " is needed by these options, but its state is bound to memory without it");
      }
    }
  }
}

Optimizer::Impl::NewOptions Optimizer::Impl::PrepareOptions(size_t index,
                                                            const Options& options) const {
  CheckNewOptions(index, options);
  const GroupRecord& group = groups_[index];
  size_t elements = 0;
  for (size_t i = group.first; i < group.end; ++i) {
    elements += PaddedSize(parameters_[i].value.size());
  }
  NewOptions prepared = {options, {}};
  for (size_t k = 0; k < RuleOf(options).states.size(); ++k) {
    if (!MustAddState(group, options, k)) continue;
    prepared.memory[k] = StateMemory(elements * sizeof(float));
  }
  return prepared;
}

void Optimizer::Impl::CommitOptions(size_t index, NewOptions prepared) noexcept {
  GroupRecord& group = groups_[index];
  const Options& options = prepared.options;
  for (size_t k = 0; k < RuleOf(options).states.size(); ++k) {
    if (!MustAddState(group, options, k)) continue;
    float* place = prepared.memory[k].data();
    for (size_t i = group.first; i < group.end; ++i) {
      parameters_[i].state[k] = place;
      place += PaddedSize(parameters_[i].value.size());
    }
    memory_.push_back(std::move(prepared.memory[k]));
    group.has_state[k] = true;
  }
  *group.options = options;
  const int old_row = kernels_[index].row;
  kernels_[index] = MakeKernel(group);
  // A plan depends on which states are used, which the row tells; not on lr and its like.
  if (kernels_[index].row != old_row) plan_is_current_ = false;
}

void Optimizer::Impl::SetOptions(size_t group, const Options& options) {
  NewOptions prepared = PrepareOptions(group, options);
  ReserveMore(memory_, kMaxStates);
  CommitOptions(group, std::move(prepared));
}

void Optimizer::Impl::SetOptionOfAll(std::string_view name, double value) {
  std::vector<NewOptions> prepared;
  for (size_t g = 0; g < groups_.size(); ++g) {
    Options options = *groups_[g].options;
    v1::SetOption(options, name, value);
    prepared.push_back(PrepareOptions(g, options));
  }
  ReserveMore(memory_, groups_.size() * kMaxStates);
  for (size_t g = 0; g < groups_.size(); ++g) CommitOptions(g, std::move(prepared[g]));
}

void Optimizer::Impl::SetStepCount(size_t index, int64_t steps) {
  ParameterRecord& parameter = ParameterAt(index);
  if (steps < 0) {
    throw Error(Where(parameter.name) + "steps = " + NumberText(steps) + " is not in [0, inf)");
  }
  parameter.steps_behind = clock_ - steps;
  plan_is_current_ = false;
}

std::vector<std::string> Optimizer::Impl::StateNames(size_t index) {
  const GroupRecord& group = groups_[ParameterAt(index).group];
  const std::span<const char* const> states = StatesOf(group);
  std::vector<std::string> names;
  for (size_t k = 0; k < states.size(); ++k) {
    if (group.has_state[k]) names.emplace_back(states[k]);
  }
  return names;
}

std::span<float> Optimizer::Impl::State(size_t index, std::string_view name) {
  const ParameterRecord& parameter = ParameterAt(index);
  const GroupRecord& group = groups_[parameter.group];
  const std::span<const char* const> states = StatesOf(group);
  std::string existing;
  for (size_t k = 0; k < states.size(); ++k) {
    if (!group.has_state[k]) continue;
    if (name == states[k]) return {parameter.state[k], parameter.value.size()};
    Append(existing, states[k]);
  }
  throw Error(Where(parameter.name) + "there is no state \"" + std::string(name) + "\"; there " +
              (existing.empty() ? "are none" : "are " + existing));
}

size_t Optimizer::Impl::StateBytes() const {
  size_t bytes = 0;
  for (const StateMemory& memory : memory_) bytes += memory.bytes();
  return bytes;
}

void Optimizer::Impl::SetThreads(int threads) {
  if (threads < 0)
    throw Error("SetThreads: threads = " + NumberText(threads) + " is not in [0, inf)");
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

Optimizer::Optimizer() : impl_(std::make_unique<Impl>()) {}
Optimizer::Optimizer(std::vector<Group> groups) : Optimizer() {
  for (Group& group : groups) AddGroup(std::move(group));
}
Optimizer::Optimizer(Options options, std::vector<Parameter> parameters) : Optimizer() {
  AddGroup({options, std::move(parameters)});
}
Optimizer::~Optimizer() = default;
Optimizer::Optimizer(Optimizer&&) noexcept = default;
Optimizer& Optimizer::operator=(Optimizer&&) noexcept = default;

size_t Optimizer::AddGroup(Group group) { return impl_->AddGroup(std::move(group)); }
size_t Optimizer::Groups() const noexcept { return impl_->groups_.size(); }
size_t Optimizer::Parameters() const noexcept { return impl_->parameters_.size(); }
size_t Optimizer::FindParameter(std::string_view name) const { return impl_->FindParameter(name); }
const std::string& Optimizer::ParameterName(size_t parameter) const {
  return impl_->ParameterAt(parameter).name;
}
size_t Optimizer::ParameterGroup(size_t parameter) const {
  return impl_->ParameterAt(parameter).group;
}
std::span<float> Optimizer::ParameterValue(size_t parameter) const {
  return impl_->ParameterAt(parameter).value;
}
void Optimizer::SetGradient(size_t parameter, const Gradient& gradient) {
  impl_->SetGradient(parameter, gradient);
}
void Optimizer::ZeroGradients(ZeroGradient mode) { impl_->ZeroGradients(mode); }
void Optimizer::Step() { impl_->Step(); }
void Optimizer::StepParameter(size_t parameter) { impl_->StepParameter(parameter); }
const Options& Optimizer::GetOptions(size_t group) const { return *impl_->GroupAt(group).options; }
void Optimizer::SetOptions(size_t group, const Options& options) {
  impl_->SetOptions(group, options);
}
void Optimizer::SetOption(size_t group, std::string_view name, double value) {
  Options options = GetOptions(group);
  v1::SetOption(options, name, value);
  impl_->SetOptions(group, options);
}
void Optimizer::SetOption(std::string_view name, double value) {
  impl_->SetOptionOfAll(name, value);
}
int64_t Optimizer::StepCount(size_t parameter) const { return impl_->StepCount(parameter); }
void Optimizer::SetStepCount(size_t parameter, int64_t steps) {
  impl_->SetStepCount(parameter, steps);
}
std::vector<std::string> Optimizer::StateNames(size_t parameter) const {
  return impl_->StateNames(parameter);
}
std::span<float> Optimizer::State(size_t parameter, std::string_view name) const {
  return impl_->State(parameter, name);
}
size_t Optimizer::StateBytes() const noexcept { return impl_->StateBytes(); }
void Optimizer::SetThreads(int threads) { impl_->SetThreads(threads); }
void Optimizer::SetRunner(Runner* runner) { impl_->SetRunner(runner); }
void Optimizer::SetObserver(std::function<void(const StepReport&)> observer) {
  impl_->SetObserver(std::move(observer));
}

}  // namespace v1
}  // namespace simdoptim
