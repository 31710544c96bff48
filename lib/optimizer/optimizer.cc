// SPDX-License-Identifier: Apache-2.0
// The optimizer object: its doors, and looking up parameters, step counts and states.

#include "simdoptim/optimizer.h"

#include <utility>

#include "lib/optimizer/impl.h"
#include "lib/options/number_text.h"
#include "lib/rules/registry.h"

namespace simdoptim {
namespace {

std::span<const char* const> StatesOf(const GroupRecord& group) {
  return RuleOf(*group.options).states;
}

void Append(std::string& list, const char* item) {
  if (!list.empty()) list += ", ";
  list += item;
}

}  // namespace

inline namespace v1 {

size_t Optimizer::Impl::FindParameter(std::string_view name) const {
  const auto found = names_.find(std::string(name));
  if (found != names_.end()) return found->second;
  throw Error("there is no parameter \"" + std::string(name) + "\"");
}

void Optimizer::Impl::SetStepCount(size_t index, int64_t steps) {
  ParameterRecord& parameter = ParameterAt(index);
  if (steps < 0) parameter.Fail("steps = " + NumberText(steps) + " is not in [0, inf)");
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
  parameter.Fail("there is no state \"" + std::string(name) + "\"; there " +
                 (existing.empty() ? "are none" : "are " + existing));
}

size_t Optimizer::Impl::StateBytes() const {
  size_t bytes = 0;
  for (const StateMemory& memory : memory_) bytes += memory.bytes();
  return bytes;
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
size_t Optimizer::Groups() const noexcept { return impl_->Groups(); }
size_t Optimizer::Parameters() const noexcept { return impl_->Parameters(); }
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
