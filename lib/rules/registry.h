// SPDX-License-Identifier: Apache-2.0
// The list of all rules, and what follows from it. To add a rule, add it to AllRules here (and to
// registry-inl.h), and its options to Options in simdoptim/step.h, in the same place.
#ifndef SIMDOPTIM_LIB_RULES_REGISTRY_H_
#define SIMDOPTIM_LIB_RULES_REGISTRY_H_

#include <array>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "lib/reference/binary32.h"
#include "lib/rules/adam.h"
#include "lib/rules/rule.h"
#include "lib/rules/sgd.h"
#include "simdoptim/options.h"

namespace simdoptim {

template <class... Rules>
struct RuleList {
  using Options = std::variant<typename Rules::Options...>;
  static constexpr size_t kCount = sizeof...(Rules);
};

using AllRules = RuleList<Sgd, Adam, AdamW>;

static_assert(std::is_same_v<Options, AllRules::Options>);

// Rows of the kernel tables: all variants of the first rule, then of the second, ...
template <class... Rules>
constexpr int KernelRows(RuleList<Rules...>) {
  return (Rules::Kernel::kVariants + ...);
}
inline constexpr int kKernelRows = KernelRows(AllRules());

template <class Rule, class... Rules>
constexpr int FirstKernelRow(RuleList<Rules...>) {
  int row = 0;
  bool found = false;
  ((found = found || std::is_same_v<Rule, Rules>, row += found ? 0 : Rules::Kernel::kVariants),
   ...);
  return row;
}

template <class Rule>
struct RuleFunctions {
  using RuleOptions = typename Rule::Options;
  using Scalars = typename Rule::Kernel::Scalars;
  static_assert(std::size(Rule::kStates) <= kMaxStates);
  static_assert(sizeof(Scalars) <= kMaxScalarBytes && std::is_trivially_copyable_v<Scalars>);

  static const RuleOptions& Of(const void* options) {
    return *static_cast<const RuleOptions*>(options);
  }
  // What ValidateHeld() asks, with the fields known while compiling: 40 ns less.
  static bool IsValid(const RuleOptions& options) {
    const auto are_allowed = [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
      return (Allows(Rule::kFields[kIndex], Rule::kFields[kIndex].get(&options)) && ...);
    };
    return are_allowed(std::make_index_sequence<std::size(Rule::kFields)>()) &&
           Rule::Conflict(options) == nullptr;
  }
  static const char* Conflict(const void* options) { return Rule::Conflict(Of(options)); }
  static bool NeedsState(const void* options, size_t state) {
    return Rule::NeedsState(Of(options), state);
  }
  static bool FlushSubnormals(const void* options) { return Of(options).flush_subnormals; }
  static int KernelRow(const void* options) {
    return FirstKernelRow<Rule>(AllRules()) + Rule::Variant(Of(options));
  }
  static void MakeScalars(const void* options, int64_t t, void* scalars) {
    const Scalars made = Rule::MakeScalars(Of(options), t);
    std::memcpy(scalars, &made, sizeof(made));
  }
  template <bool kFlush>
  static void ReferenceFloat(const void* options, int64_t t, float& p, float g, float* state) {
    using F = Binary32<kFlush>;
    F rounded_p(p);
    F rounded_state[kMaxStates];
    for (size_t k = 0; k < kMaxStates; ++k) rounded_state[k] = F(state[k]);
    Rule::template ReferenceFloat<F>(Of(options), t, rounded_p, F(g), rounded_state);
    p = rounded_p.value();
    for (size_t k = 0; k < kMaxStates; ++k) state[k] = rounded_state[k].value();
  }
  static void ReferenceDouble(const void* options, int64_t t, double& p, double g, double* state) {
    Rule::ReferenceDouble(Of(options), t, p, g, state);
  }

  static constexpr RuleInfo kInfo = {
      Rule::kName,           Rule::kFields,          Rule::kStates,    &Conflict,
      &NeedsState,           &FlushSubnormals,       &KernelRow,       &MakeScalars,
      &ReferenceFloat<true>, &ReferenceFloat<false>, &ReferenceDouble,
  };
};

template <class... Rules>
constexpr std::array<const RuleInfo*, sizeof...(Rules)> RuleInfos(RuleList<Rules...>) {
  return {&RuleFunctions<Rules>::kInfo...};
}
inline constexpr auto kRules = RuleInfos(AllRules());

inline const RuleInfo& RuleOf(const Options& options) { return *kRules[options.index()]; }

// The address of the struct that the variant holds.
inline const void* Address(const Options& options) {
  return std::visit([](const auto& held) -> const void* { return &held; }, options);
}
inline void* Address(Options& options) {
  return std::visit([](auto& held) -> void* { return &held; }, options);
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_REGISTRY_H_
