// SPDX-License-Identifier: Apache-2.0
// The checks of one step's arguments, for every door that takes spans.

#include "lib/spans/check.h"

#include "simdoptim/error.h"

namespace simdoptim {
namespace {

[[noreturn]] void Fail(const RuleInfo& rule, const std::string& problem) {
  throw Error(std::string(rule.name) + ": " + problem);
}

}  // namespace

void CheckStep(const RuleInfo& rule, const void* options, int64_t t, const NamedSpan& param,
               const NamedSpan& grad, NamedSpan* states, size_t given) {
  if (t < 1) Fail(rule, "t = " + NumberText(t) + " is not a step number; the first step is 1");
  if (given > rule.states.size()) {
    Fail(rule,
         NumberText(given) + " states are given, the rule has " + NumberText(rule.states.size()));
  }
  const NamedSpan* spans[2 + kMaxStates] = {&param, &grad};
  size_t count = 2;
  for (size_t k = 0; k < rule.states.size(); ++k) {
    states[k].name = rule.states[k];
    if (rule.needs_state(options, k)) {
      spans[count++] = &states[k];
    } else if (states[k].size != 0) {
      Fail(rule, std::string(rule.states[k]) + " is given, but these options do not use it");
    }
  }
  Bytes bytes[2 + kMaxStates];
  for (size_t i = 0; i < count; ++i) {
    const NamedSpan& span = *spans[i];
    if (!IsGoodSpan(span.data, span.size, param.size)) [[unlikely]] {
      Fail(rule, SpanProblem(span.name, span.data, span.size, param.size));
    }
    bytes[i] = BytesOf(span.data, span.size, span.element_bytes);
    for (size_t j = 0; j < i; ++j) {
      if (bytes[j].Overlaps(bytes[i])) {
        Fail(rule, std::string(spans[j]->name) + " and " + span.name + " overlap");
      }
    }
  }
}

}  // namespace simdoptim
