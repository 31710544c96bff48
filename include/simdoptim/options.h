// SPDX-License-Identifier: Apache-2.0
// The options of any rule as one type, and their fields by name.
#ifndef SIMDOPTIM_OPTIONS_H_
#define SIMDOPTIM_OPTIONS_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simdoptim/adam.h"
#include "simdoptim/sgd.h"
#include "simdoptim/step.h"

namespace simdoptim {
inline namespace v1 {

namespace internal {
template <class... Types>
std::variant<Types...> VariantOf(TypeList<Types...>);
}  // namespace internal

// std::variant<SgdOptions, AdamOptions, AdamWOptions>
using Options = decltype(internal::VariantOf(internal::AllOptions()));

// An option that all rules share: flush_subnormals. x86 is 10 to 100 times slower on subnormal
// numbers (magnitude below 2^-126, 1.2e-38), and state decays into them. By default a step treats
// subnormal inputs and results as zeros of the same sign, on every processor the same way: a
// result is flushed if its magnitude, rounded to 24 bits with an unbounded exponent, is below
// 2^-126. With false, subnormals are IEEE's, at the processor's speed.

// "SGD", "Adam", "AdamW".
const char* RuleName(const Options& options) noexcept;

// All rules' names, in the order of Options.
std::vector<std::string> RuleNames();

// A rule's default options. Throws Error, listing the rules, if there is none of that name.
Options DefaultOptions(std::string_view rule);

// Throws Error for the first field that is out of its range, or for fields that contradict each
// other: `AdamW: beta2 = 1.5 is not in [0, 1)`.
void Validate(const Options& options);

// Fields by the names that the structs give them ("lr", "decay_mode"). A flag is 0 or 1. A choice
// is the enumerator's number; SetOption also takes its name ("decoupled_after"). Each throws Error
// for an unknown name (listing the names) or a value that the field cannot take; SetOption also
// for a value out of range, and then changes nothing.
std::vector<std::string> OptionNames(const Options& options);
double GetOption(const Options& options, std::string_view name);
void SetOption(Options& options, std::string_view name, double value);
void SetOption(Options& options, std::string_view name, std::string_view choice);

// The states that a rule can have, in order, whether these options need them or not:
// {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}.
std::vector<std::string> StateNames(const Options& options);
// Whether a step with these options reads and writes that state (an index into StateNames()).
bool NeedsState(const Options& options, size_t state);

// Step() of step.h with options of any rule.
void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states);

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_OPTIONS_H_
