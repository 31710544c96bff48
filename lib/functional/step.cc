// SPDX-License-Identifier: Apache-2.0
// The functional door: one step on the caller's spans.

#include "simdoptim/step.h"

#include <algorithm>

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
  alignas(kMaxScalarBytes) unsigned char scalars[kMaxScalarBytes];
};

// t: at least 1.
const Prepared& Prepare(size_t rule_index, const void* options, int64_t t) {
  thread_local Prepared prepared_rules[AllRules::kCount];
  Prepared& prepared = prepared_rules[rule_index];
  const RuleInfo& rule = *kRules[rule_index];
  const KernelTable* kernels = &ActiveKernels();
  if (prepared.t == t && prepared.kernels == kernels &&
      rule.equal(Address(prepared.options), options)) [[likely]] {
    return prepared;
  }
  ValidateHeld(rule, options);
  rule.copy(options, prepared.options);
  prepared.kernels = kernels;
  prepared.kernel_row = rule.kernel_row(options);
  rule.make_scalars(options, t, prepared.scalars);
  prepared.t = t;
  return prepared;
}

}  // namespace

inline namespace v1 {

void internal::StepRule(size_t rule_index, const void* options, int64_t t, std::span<float> param,
                        const Gradient& grad, std::span<const std::span<float>> states) {
  const RuleInfo& rule = *kRules[rule_index];
  FloatMode mode;
  NamedSpan spans[kMaxStates];
  const size_t given = states.size();
  for (size_t k = 0; k < std::min(given, kMaxStates); ++k) {
    spans[k] = {nullptr, states[k].data(), states[k].size(), sizeof(float)};
  }
  CheckStep(rule, options, t, {"parameter", param.data(), param.size(), sizeof(float)},
            {"gradient", grad.data(), grad.size(), FormatBytes(grad.format())}, spans, given);
  const Prepared& prepared = Prepare(rule_index, options, t);
  Streams streams = {param.data(), grad.data(), {}};
  for (size_t k = 0; k < rule.states.size(); ++k) {
    streams.state[k] = static_cast<float*>(const_cast<void*>(spans[k].data));
  }
  const bool flush = rule.flush_subnormals(options);
  mode.Set(flush);
  prepared.kernels->Find(prepared.kernel_row, grad.format(), flush)(prepared.scalars, streams, 0,
                                                                    param.size());
}

void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) {
  internal::StepRule(options.index(), Address(options), t, param, grad, states);
}

}  // namespace v1
}  // namespace simdoptim
