// SPDX-License-Identifier: Apache-2.0
// The functional door: one step on the caller's spans.

#include "simdoptim/step.h"

#include <algorithm>
#include <cstdint>

#include "lib/kernels/float_mode.h"
#include "lib/kernels/kernels.h"
#include "lib/options/validate.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"

namespace simdoptim {
namespace {

// Of a thread's last call with a rule. Callers step many tensors with the same options and t; then
// neither the validation nor the scalars need to be done again.
struct Prepared {
  Options options;
  int64_t t = 0;  // none yet
  const KernelTable* kernels = nullptr;
  int kernel_row = 0;
  bool needs_state[kMaxStates] = {};
  alignas(kMaxScalarBytes) unsigned char scalars[kMaxScalarBytes] = {};
};

// Made without a constructor's call, so that a step need not ask whether it was.
constinit thread_local Prepared prepared_rules[AllRules::kCount];

// t: at least 1.
void Prepare(const RuleInfo& rule, const void* options, int64_t t, const KernelTable* kernels,
             Prepared& prepared) {
  ValidateHeld(rule, options);
  rule.copy(options, prepared.options);
  prepared.kernels = kernels;
  prepared.kernel_row = rule.kernel_row(options);
  for (size_t k = 0; k < rule.states.size(); ++k) {
    prepared.needs_state[k] = rule.needs_state(options, k);
  }
  rule.make_scalars(options, t, prepared.scalars);
  prepared.t = t;
}

// Whether CheckStep would find nothing, in a few instructions; false may be wrong.
bool IsPlainlyGood(const Prepared& prepared, size_t rule_states, std::span<float> param,
                   const Gradient& grad, std::span<const std::span<float>> states) {
  if (states.size() > rule_states) return false;
  const size_t size = param.size();
  const uintptr_t bytes = size * sizeof(float);
  uintptr_t begins[2 + kMaxStates] = {reinterpret_cast<uintptr_t>(param.data()),
                                      reinterpret_cast<uintptr_t>(grad.data())};
  size_t count = 2;
  bool good = size != 0 && size < kTooManyElements && grad.size() == size && begins[0] != 0 &&
              begins[1] != 0;
  for (size_t k = 0; k < rule_states; ++k) {
    const std::span<float> state = k < states.size() ? states[k] : std::span<float>();
    if (prepared.needs_state[k]) {
      begins[count++] = reinterpret_cast<uintptr_t>(state.data());
      good = good && state.size() == size && state.data() != nullptr;
    } else {
      good = good && state.empty();
    }
  }
  for (size_t i = 1; i < count; ++i) {
    for (size_t j = 0; j < i; ++j) {
      // As far apart as the longest is long, either way.
      good = good && begins[i] - begins[j] >= bytes && begins[j] - begins[i] >= bytes;
    }
  }
  return good;
}

void Check(const RuleInfo& rule, const void* options, int64_t t, std::span<float> param,
           const Gradient& grad, std::span<const std::span<float>> states) {
  NamedSpan spans[kMaxStates];
  for (size_t k = 0; k < std::min(states.size(), kMaxStates); ++k) {
    spans[k] = {nullptr, states[k].data(), states[k].size(), sizeof(float)};
  }
  CheckStep(rule, options, t, {"parameter", param.data(), param.size(), sizeof(float)},
            {"gradient", grad.data(), grad.size(), FormatBytes(grad.format())}, spans,
            states.size());
}

}  // namespace

inline namespace v1 {

void internal::StepRule(size_t rule_index, const void* options, int64_t t, std::span<float> param,
                        const Gradient& grad, std::span<const std::span<float>> states) {
  const RuleInfo& rule = *kRules[rule_index];
  Prepared& prepared = prepared_rules[rule_index];
  const bool flush = rule.flush_subnormals(options);
  FloatMode mode;
  const KernelTable* kernels = &ActiveKernels();
  const bool is_prepared = prepared.t == t && prepared.kernels == kernels &&
                           rule.equal(Address(prepared.options), options);
  if (!is_prepared || !IsPlainlyGood(prepared, rule.states.size(), param, grad, states))
      [[unlikely]] {
    Check(rule, options, t, param, grad, states);
    if (!is_prepared) Prepare(rule, options, t, kernels, prepared);
  }
  mode.Set(flush);
  Streams streams = {param.data(), grad.data(), {}};
  for (size_t k = 0; k < states.size(); ++k) streams.state[k] = states[k].data();
  const KernelFunction step = kernels->Find(prepared.kernel_row, grad.format(), flush);
  step(prepared.scalars, streams, 0, param.size(), nullptr);
}

void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) {
  internal::StepRule(options.index(), Address(options), t, param, grad, states);
}

}  // namespace v1
}  // namespace simdoptim
