// SPDX-License-Identifier: Apache-2.0
// The functional door: one step on the caller's spans.

#include "simdoptim/step.h"

#include "lib/kernels/float_mode.h"
#include "lib/kernels/kernels.h"
#include "lib/options/validate.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"
#include "simdoptim/error.h"

namespace simdoptim {
namespace {

[[noreturn]] void Fail(const RuleInfo& rule, const std::string& problem) {
  throw Error(std::string(rule.name) + ": " + problem);
}

// Of a thread's last call with a rule. Callers step many tensors with the same options and t; then
// neither the validation nor the scalars need to be done again.
struct Prepared {
  Options options;
  int64_t t = 0;  // none yet
  const KernelTable* kernels = nullptr;
  int kernel_row = 0;
  alignas(kMaxScalarBytes) unsigned char scalars[kMaxScalarBytes];
};

const Prepared& Prepare(size_t rule_index, const void* options, int64_t t) {
  thread_local Prepared prepared_rules[AllRules::kCount];
  Prepared& prepared = prepared_rules[rule_index];
  const RuleInfo& rule = *kRules[rule_index];
  const KernelTable* kernels = &ActiveKernels();
  if (prepared.t == t && prepared.kernels == kernels && t != 0 &&
      rule.equal(Address(prepared.options), options)) [[likely]] {
    return prepared;
  }
  ValidateHeld(rule, options);
  if (t < 1) Fail(rule, "t = " + NumberText(t) + " is not a step number; the first step is 1");
  rule.copy(options, prepared.options);
  prepared.kernels = kernels;
  prepared.kernel_row = rule.kernel_row(options);
  rule.make_scalars(options, t, prepared.scalars);
  prepared.t = t;
  return prepared;
}

// Checks the spans and fills in the states' pointers.
Streams CheckedStreams(const RuleInfo& rule, const void* options, std::span<float> param,
                       const Gradient& grad, std::span<const std::span<float>> states) {
  constexpr size_t kSpans = 2 + kMaxStates;
  Streams streams = {param.data(), grad.data(), {}};
  Bytes bytes[kSpans] = {BytesOf(param.data(), param.size(), sizeof(float)),
                         BytesOf(grad.data(), grad.size(), FormatBytes(grad.format()))};
  const char* names[kSpans] = {"parameter", "gradient"};
  const auto check = [&](const char* name, const void* data, size_t size) {
    if (std::string problem = SpanProblem(name, data, size, param.size()); !problem.empty()) {
      Fail(rule, problem);
    }
  };
  check("parameter", param.data(), param.size());
  check("gradient", grad.data(), grad.size());
  size_t spans = 2;
  for (size_t k = 0; k < rule.states.size(); ++k) {
    const std::span<float> state = k < states.size() ? states[k] : std::span<float>();
    if (!rule.needs_state(options, k)) {
      if (!state.empty()) {
        Fail(rule, std::string(rule.states[k]) + " is given, but these options do not use it");
      }
      continue;
    }
    check(rule.states[k], state.data(), state.size());
    streams.state[k] = state.data();
    names[spans] = rule.states[k];
    bytes[spans++] = BytesOf(state.data(), state.size(), sizeof(float));
  }
  if (states.size() > rule.states.size()) {
    Fail(rule, NumberText(states.size()) + " states are given, the rule has " +
                   NumberText(rule.states.size()));
  }
  for (size_t b = 1; b < spans; ++b) {
    for (size_t a = 0; a < b; ++a) {
      if (bytes[a].Overlaps(bytes[b])) {
        Fail(rule, std::string(names[a]) + " and " + names[b] + " overlap");
      }
    }
  }
  return streams;
}

}  // namespace

inline namespace v1 {

void internal::StepRule(size_t rule_index, const void* options, int64_t t, std::span<float> param,
                        const Gradient& grad, std::span<const std::span<float>> states) {
  const RuleInfo& rule = *kRules[rule_index];
  FloatMode mode;
  const Prepared& prepared = Prepare(rule_index, options, t);
  const Streams streams = CheckedStreams(rule, options, param, grad, states);
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
