// SPDX-License-Identifier: Apache-2.0
// Options by name, and their validation, from the rules' field tables.

#include "simdoptim/options.h"

#include "lib/options/number_text.h"
#include "lib/options/validate.h"
#include "lib/rules/registry.h"
#include "simdoptim/error.h"

namespace simdoptim {
namespace {

std::string Quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

template <class Names>
std::string Joined(const Names& names) {
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ", ") + std::string(name);
  return joined;
}

// What the field can take, as in "is not in [0, 1)".
std::string AllowedText(const Field& field) {
  if (field.kind == Field::Kind::kReal) return "in " + std::string(RangeText(field.range));
  if (field.kind == Field::Kind::kFlag) return "0 or 1";
  return "one of " + Joined(field.choices);
}

void CheckField(const RuleInfo& rule, const Field& field, double value) {
  if (Allows(field, value)) return;
  throw Error(std::string(rule.name) + ": " + field.name + " = " + NumberText(value) + " is not " +
              AllowedText(field));
}

const Field& FindField(const RuleInfo& rule, std::string_view name) {
  for (const Field& field : rule.fields) {
    if (field.name == name) return field;
  }
  std::string names;
  for (const Field& field : rule.fields)
    names += (names.empty() ? "" : ", ") + std::string(field.name);
  throw Error(std::string(rule.name) + ": there is no option " + Quoted(name) + "; there are " +
              names);
}

// Sets a copy, so that a contradiction changes nothing.
void SetField(Options& options, const Field& field, double value) {
  CheckField(RuleOf(options), field, value);
  Options changed = options;
  field.set(Address(changed), value);
  Validate(changed);
  options = changed;
}

}  // namespace

void ValidateHeld(const RuleInfo& rule, const void* options) {
  for (const Field& field : rule.fields) CheckField(rule, field, field.get(options));
  if (const char* conflict = rule.conflict(options)) {
    throw Error(std::string(rule.name) + ": " + conflict);
  }
}

inline namespace v1 {

const char* RuleName(const Options& options) noexcept { return RuleOf(options).name; }

std::vector<std::string> RuleNames() {
  std::vector<std::string> names;
  for (const RuleInfo* rule : kRules) names.emplace_back(rule->name);
  return names;
}

Options DefaultOptions(std::string_view rule) {
  const auto find = [rule]<size_t... kIndex>(std::index_sequence<kIndex...>) {
    Options found;
    const bool any = ((rule == kRules[kIndex]->name && (found.emplace<kIndex>(), true)) || ...);
    if (!any) {
      throw Error("rule " + Quoted(rule) + " is not one of " + Joined(RuleNames()));
    }
    return found;
  };
  return find(std::make_index_sequence<AllRules::kCount>());
}

void Validate(const Options& options) { ValidateHeld(RuleOf(options), Address(options)); }

std::vector<std::string> OptionNames(const Options& options) {
  std::vector<std::string> names;
  for (const Field& field : RuleOf(options).fields) names.emplace_back(field.name);
  return names;
}

double GetOption(const Options& options, std::string_view name) {
  return FindField(RuleOf(options), name).get(Address(options));
}

void SetOption(Options& options, std::string_view name, double value) {
  SetField(options, FindField(RuleOf(options), name), value);
}

void SetOption(Options& options, std::string_view name, std::string_view choice) {
  const RuleInfo& rule = RuleOf(options);
  const Field& field = FindField(rule, name);
  for (size_t value = 0; value < field.choices.size(); ++value) {
    if (choice == field.choices[value]) return SetField(options, field, static_cast<double>(value));
  }
  throw Error(std::string(rule.name) + ": " + field.name + " = " + Quoted(choice) + " is not " +
              AllowedText(field));
}

std::vector<std::string> StateNames(const Options& options) {
  const std::span<const char* const> states = RuleOf(options).states;
  return {states.begin(), states.end()};
}

bool NeedsState(const Options& options, size_t state) {
  const RuleInfo& rule = RuleOf(options);
  return state < rule.states.size() && rule.needs_state(Address(options), state);
}

}  // namespace v1
}  // namespace simdoptim
