// SPDX-License-Identifier: Apache-2.0
// Adding a group of parameters to an optimizer.

#include <algorithm>
#include <utility>

#include "lib/optimizer/impl.h"
#include "lib/optimizer/state_layout.h"
#include "lib/options/number_text.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"

namespace simdoptim {
inline namespace v1 {

// A group on its way in. The optimizer stays as it is until Commit; what can throw comes before.
class Optimizer::Impl::NewGroup {
 public:
  NewGroup(const Impl& optimizer, const Options& options, size_t size);

  // These in the order in which they stand here.
  void AddParameter(Parameter& from);
  void CheckOverlaps();
  void SetGradients(const std::vector<Parameter>& from);
  void CheckOldGradients() const;
  void MakeState();
  void ReserveRoom(Impl& optimizer) const;
  void Commit(Impl& optimizer) noexcept;

 private:
  size_t NextIndex() const { return group_.first + parameters_.size(); }
  const ParameterRecord& OldOrNew(size_t index) const {
    return index < group_.first ? optimizer_.parameters_[index] : parameters_[index - group_.first];
  }
  void AddWritten(const ParameterRecord& next, const char* what, std::span<float> span);
  void BindStates(ParameterRecord& next, const std::vector<std::span<float>>& states);

  const Impl& optimizer_;
  const RuleInfo& rule_;
  GroupRecord group_;
  std::vector<ParameterRecord> parameters_;
  std::unordered_map<std::string, size_t> names_;
  WrittenMemory written_;
  std::vector<StateMemory> memory_;
};

Optimizer::Impl::NewGroup::NewGroup(const Impl& optimizer, const Options& options, size_t size)
    : optimizer_(optimizer), rule_(RuleOf(options)) {
  group_.options = std::make_unique<Options>(options);
  group_.first = optimizer.parameters_.size();
  group_.end = group_.first + size;
  for (size_t k = 0; k < rule_.states.size(); ++k) {
    group_.has_state[k] = rule_.needs_state(Address(options), k);
  }
}

void Optimizer::Impl::NewGroup::AddParameter(Parameter& from) {
  ParameterRecord next;
  next.name =
      from.name.empty() ? std::string("#").append(NumberText(NextIndex())) : std::move(from.name);
  next.value = from.value;
  next.steps_behind = optimizer_.clock_;
  next.group = static_cast<uint32_t>(optimizer_.groups_.size());
  AddWritten(next, "value", from.value);
  if (optimizer_.names_.contains(next.name) || !names_.emplace(next.name, NextIndex()).second) {
    next.Fail("the name stands twice");
  }
  if (!from.state.empty()) BindStates(next, from.state);
  parameters_.push_back(std::move(next));
}

void Optimizer::Impl::NewGroup::AddWritten(const ParameterRecord& next, const char* what,
                                           std::span<float> span) {
  const size_t size = next.value.size();
  if (!IsGoodSpan(span.data(), span.size(), size)) {
    next.Fail(SpanProblem(what, span.data(), span.size(), size));
  }
  written_.Add(BytesOf(span.data(), span.size(), sizeof(float)), NextIndex());
}

void Optimizer::Impl::NewGroup::BindStates(ParameterRecord& next,
                                           const std::vector<std::span<float>>& states) {
  next.owns_state = false;
  if (states.size() > rule_.states.size()) {
    next.Fail(NumberText(states.size()) + " states are given, " + rule_.name + " has " +
              NumberText(rule_.states.size()));
  }
  for (size_t k = 0; k < rule_.states.size(); ++k) {
    const std::span<float> state = k < states.size() ? states[k] : std::span<float>();
    if (group_.has_state[k]) {
      AddWritten(next, rule_.states[k], state);
      next.state[k] = state.data();
    } else if (!state.empty()) {
      next.Fail(std::string(rule_.states[k]) + " is given, but these options do not use it");
    }
  }
}

void Optimizer::Impl::NewGroup::CheckOverlaps() {
  const auto overlap = written_.SortAndFindOverlap(optimizer_.written_);
  if (!overlap) return;
  const auto [first, second] = std::minmax(overlap->first, overlap->second);
  OldOrNew(first).Fail("its memory overlaps that of parameter \"" + OldOrNew(second).name + "\"");
}

void Optimizer::Impl::NewGroup::SetGradients(const std::vector<Parameter>& from) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Gradient& gradient = from[i].gradient;
    optimizer_.CheckGradient(parameters_[i], gradient);
    CheckApart(parameters_[i], gradient, written_, parameters_, group_.first);
    parameters_[i].gradient = gradient;
  }
}

void Optimizer::Impl::NewGroup::CheckOldGradients() const {
  for (const ParameterRecord& old : optimizer_.parameters_) {
    CheckApart(old, old.gradient, written_, parameters_, group_.first);
  }
}

void Optimizer::Impl::NewGroup::MakeState() {
  for (size_t k = 0; k < rule_.states.size(); ++k) {
    if (!group_.has_state[k]) continue;
    memory_.push_back(MakeStateMemory(parameters_));
    LayOutState(memory_.back(), k, parameters_);
  }
}

// For Commit and for later steps, which must not allocate.
void Optimizer::Impl::NewGroup::ReserveRoom(Impl& optimizer) const {
  ReserveMore(optimizer.groups_, 1);
  ReserveMore(optimizer.kernels_, 1);
  ReserveMore(optimizer.parameters_, parameters_.size());
  ReserveMore(optimizer.memory_, memory_.size());
  optimizer.names_.reserve(optimizer.names_.size() + names_.size());
  optimizer.written_.ReserveFor(written_);
  optimizer.plan_.Reserve(optimizer.parameters_.capacity(), Executor::kMaxShares);
}

void Optimizer::Impl::NewGroup::Commit(Impl& optimizer) noexcept {
  for (ParameterRecord& added : parameters_) optimizer.parameters_.push_back(std::move(added));
  for (StateMemory& added : memory_) optimizer.memory_.push_back(std::move(added));
  optimizer.kernels_.push_back(MakeKernel(*group_.options));
  optimizer.groups_.push_back(std::move(group_));
  optimizer.names_.merge(names_);
  optimizer.written_.Merge(written_);
  optimizer.plan_is_current_ = false;
}

size_t Optimizer::Impl::AddGroup(Group group) {
  Validate(group.options);
  NewGroup added(*this, group.options, group.parameters.size());
  for (Parameter& parameter : group.parameters) added.AddParameter(parameter);
  added.CheckOverlaps();
  added.SetGradients(group.parameters);
  added.CheckOldGradients();
  added.MakeState();
  added.ReserveRoom(*this);
  added.Commit(*this);
  return groups_.size() - 1;
}

}  // namespace v1
}  // namespace simdoptim
