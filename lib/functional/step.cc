// SPDX-License-Identifier: Apache-2.0
// The functional door: one step on the caller's spans.

#include "simdoptim/step.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "lib/kernels/float_mode.h"
#include "lib/kernels/kernels.h"
#include "lib/options/validate.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"

namespace simdoptim {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

// Of a thread's last call with a rule. Callers step many tensors with the same options and t, and
// most options stay while t counts; what did not change need not be done again.
template <class Rule>
struct Prepared {
  typename Rule::Options options = {.lr = kNoNumber};  // none yet: equal to none
  int kernel_row = 0;
  bool flush = false;
  size_t used_states = 0;  // the first of the rule's: no rule needs a state without those before
  int64_t t = 0;           // of the scalars; 0: none yet
  typename Rule::Kernel::Scalars scalars = {};

  bool Holds(const typename Rule::Options& wanted) const {
    // Zeros are equal, but the sign of lr's can show in a zero parameter.
    return options == wanted && std::signbit(options.lr) == std::signbit(wanted.lr);
  }
};

// Made without a constructor's call, so that a step need not ask whether it was.
template <class Rule>
constinit thread_local Prepared<Rule> prepared_step;

template <class Rule>
void Hold(const typename Rule::Options& options, Prepared<Rule>& prepared) {
  const RuleInfo& rule = RuleFunctions<Rule>::kInfo;
  if (!RuleFunctions<Rule>::IsValid(options)) ValidateHeld(rule, &options);
  prepared.options = options;
  prepared.kernel_row = rule.kernel_row(&options);
  prepared.flush = options.flush_subnormals;
  prepared.used_states = 0;
  for (size_t k = 0; k < std::size(Rule::kStates); ++k) {
    if (Rule::NeedsState(options, k)) prepared.used_states = k + 1;
  }
  prepared.t = 0;
}

// Whether a parameter, its gradient and kUsed states are of one length and apart. No branches.
template <size_t kUsed>
bool ArePlainlyGood(std::span<float> param, const Gradient& grad, const std::span<float>* states) {
  const size_t size = param.size();
  uintptr_t begins[2 + kUsed] = {reinterpret_cast<uintptr_t>(param.data()),
                                 reinterpret_cast<uintptr_t>(grad.data())};
  bool good = (size - 1 < kTooManyElements - 1) & (grad.size() == size);
  for (size_t k = 0; k < kUsed; ++k) {
    begins[2 + k] = reinterpret_cast<uintptr_t>(states[k].data());
    good &= states[k].size() == size;
  }
  const uintptr_t bytes = size * sizeof(float);
  for (size_t i = 0; i < 2 + kUsed; ++i) {
    good &= begins[i] != 0;
    // The difference is at least `bytes` in both directions, around the address space.
    for (size_t j = 0; j < i; ++j) good &= begins[i] - begins[j] - bytes <= 0 - 2 * bytes;
  }
  return good;
}

// Whether CheckStep would find nothing, in a few instructions; false may be wrong.
template <class Rule>
bool IsPlainlyGood(const Prepared<Rule>& prepared, std::span<float> param, const Gradient& grad,
                   std::span<const std::span<float>> states) {
  constexpr size_t kStates = std::size(Rule::kStates);
  const size_t used = prepared.used_states;
  if (states.size() < used || states.size() > kStates) return false;
  for (const std::span<float>& unused : states.subspan(used)) {
    if (!unused.empty()) return false;
  }
  const auto are_good = [&]<size_t... kUsed>(std::index_sequence<kUsed...>) {
    return ((used == kUsed && ArePlainlyGood<kUsed>(param, grad, states.data())) || ...);
  };
  return are_good(std::make_index_sequence<kStates + 1>());
}

[[gnu::cold]] void Check(const RuleInfo& rule, const void* options, int64_t t,
                         std::span<float> param, const Gradient& grad,
                         std::span<const std::span<float>> states) {
  NamedSpan spans[kMaxStates];
  for (size_t k = 0; k < std::min(states.size(), kMaxStates); ++k) {
    spans[k] = {nullptr, states[k].data(), states[k].size(), sizeof(float)};
  }
  CheckStep(rule, options, t, {"parameter", param.data(), param.size(), sizeof(float)},
            {"gradient", grad.data(), grad.size(), FormatBytes(grad.format())}, spans,
            states.size());
}

template <class Rule>
void StepAs(const void* any_options, int64_t t, std::span<float> param, const Gradient& grad,
            std::span<const std::span<float>> states) {
  const auto& options = *static_cast<const typename Rule::Options*>(any_options);
  Prepared<Rule>& prepared = prepared_step<Rule>;
  FloatMode mode;
  if (!prepared.Holds(options)) [[unlikely]] {
    Hold(options, prepared);
  }
  if (t < 1 || !IsPlainlyGood(prepared, param, grad, states)) [[unlikely]] {
    Check(RuleFunctions<Rule>::kInfo, &options, t, param, grad, states);
  }
  if (prepared.t != t) {
    prepared.scalars = Rule::MakeScalars(options, t);
    prepared.t = t;
  }
  Run run = {{param.data(), grad.data(), {}}, param.size()};
  for (size_t k = 0; k < std::size(Rule::kStates); ++k) {
    if (k < states.size()) run.streams.state[k] = states[k].data();
  }
  const KernelFunction step =
      ActiveKernels().Find(prepared.kernel_row, grad.format(), prepared.flush);
  mode.Set(prepared.flush);
  step(&prepared.scalars, &run, 1, {0, 0}, {1, 0});
}

using StepFunction = void (*)(const void* options, int64_t t, std::span<float> param,
                              const Gradient& grad, std::span<const std::span<float>> states);

template <class... Rules>
constexpr std::array<StepFunction, sizeof...(Rules)> StepFunctions(RuleList<Rules...>) {
  return {&StepAs<Rules>...};
}
constexpr auto kStepFunctions = StepFunctions(AllRules());

}  // namespace

inline namespace v1 {

void internal::StepRule(size_t rule, const void* options, int64_t t, std::span<float> param,
                        const Gradient& grad, std::span<const std::span<float>> states) {
  kStepFunctions[rule](options, t, param, grad, states);
}

void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) {
  internal::StepRule(options.index(), Address(options), t, param, grad, states);
}

}  // namespace v1
}  // namespace simdoptim
