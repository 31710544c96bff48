// SPDX-License-Identifier: Apache-2.0
// Changing the options of groups, and the state that the new options need.

#include <utility>

#include "lib/optimizer/impl.h"
#include "lib/optimizer/state_layout.h"
#include "lib/options/number_text.h"
#include "lib/rules/registry.h"

namespace simdoptim {
namespace {

bool MustAddState(const GroupRecord& group, const Options& options, size_t state) {
  return RuleOf(options).needs_state(Address(options), state) && !group.has_state[state];
}

template <class Parameters>
auto ParametersOf(const GroupRecord& group, Parameters& all) {
  return std::span(all).subspan(group.first, group.end - group.first);
}

}  // namespace

GroupKernel MakeKernel(const Options& options) {
  const RuleInfo& rule = RuleOf(options);
  const void* address = Address(options);
  return {&rule, address, rule.kernel_row(address), rule.flush_subnormals(address)};
}

inline namespace v1 {

// With the memory of the states that they add.
struct Optimizer::Impl::NewOptions {
  Options options;
  StateMemory memory[kMaxStates];
};

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
    for (const ParameterRecord& parameter : ParametersOf(group, parameters_)) {
      if (!parameter.owns_state) {
        parameter.Fail(std::string(rule.states[k]) +
                       " is needed by these options, but its state is bound to memory without it");
      }
    }
  }
}

Optimizer::Impl::NewOptions Optimizer::Impl::PrepareOptions(size_t index,
                                                            const Options& options) const {
  CheckNewOptions(index, options);
  const GroupRecord& group = groups_[index];
  NewOptions prepared = {options, {}};
  for (size_t k = 0; k < RuleOf(options).states.size(); ++k) {
    if (!MustAddState(group, options, k)) continue;
    prepared.memory[k] = MakeStateMemory(ParametersOf(group, parameters_));
  }
  return prepared;
}

void Optimizer::Impl::CommitOptions(size_t index, NewOptions prepared) noexcept {
  GroupRecord& group = groups_[index];
  const Options& options = prepared.options;
  for (size_t k = 0; k < RuleOf(options).states.size(); ++k) {
    if (!MustAddState(group, options, k)) continue;
    LayOutState(prepared.memory[k], k, ParametersOf(group, parameters_));
    memory_.push_back(std::move(prepared.memory[k]));
    group.has_state[k] = true;
  }
  *group.options = options;
  const int old_row = kernels_[index].row;
  kernels_[index] = MakeKernel(*group.options);
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

}  // namespace v1
}  // namespace simdoptim
