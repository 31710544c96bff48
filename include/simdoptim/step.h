// SPDX-License-Identifier: Apache-2.0
// The functional door in general form: one step of any rule on the caller's spans.
// AdamStep() and its like are this with named states.
#ifndef SIMDOPTIM_STEP_H_
#define SIMDOPTIM_STEP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "simdoptim/formats.h"

namespace simdoptim {
inline namespace v1 {

struct SgdOptions;
template <bool kIsAdamW>
struct AdamFamilyOptions;

namespace internal {

template <class... Types>
struct TypeList {};

// The options of all rules, in the order of the library's registry.
using AllOptions = TypeList<SgdOptions, AdamFamilyOptions<false>, AdamFamilyOptions<true>>;

template <class RuleOptions, class... Types>
constexpr size_t IndexIn(TypeList<Types...>) {
  static_assert((std::is_same_v<RuleOptions, Types> || ...), "not the options of a rule");
  size_t index = 0;
  bool found = false;
  ((found = found || std::is_same_v<RuleOptions, Types>, index += found ? 0 : 1), ...);
  return index;
}

void StepRule(size_t rule, const void* options, int64_t t, std::span<float> param,
              const Gradient& grad, std::span<const std::span<float>> states);

}  // namespace internal

// options: SgdOptions, AdamOptions, ... (options.h adds Options, which holds any of them). t: this
// step's number for this parameter, from 1. states: one span for each state of the rule, in the
// order of StateNames(); as long as param where the options need the state, else empty (trailing
// empty ones may be left out). Spans may be unaligned and of any length, but must not overlap each
// other. Allocates nothing; runs on the calling thread. Throws Error before anything is changed.
template <class RuleOptions>
void Step(const RuleOptions& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) {
  internal::StepRule(internal::IndexIn<RuleOptions>(internal::AllOptions()), &options, t, param,
                     grad, states);
}

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_STEP_H_
