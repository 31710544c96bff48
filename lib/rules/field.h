// SPDX-License-Identifier: Apache-2.0
// Describes one member of an options struct: its name, what it may be, and access by number.
// Validation, options by name, the C interface and the error tests all read these descriptions.
#ifndef SIMDOPTIM_LIB_RULES_FIELD_H_
#define SIMDOPTIM_LIB_RULES_FIELD_H_

#include <cmath>
#include <span>

namespace simdoptim {

enum class Range { kFinite, kNonNegative, kUnit };

constexpr const char* RangeText(Range range) {
  return range == Range::kUnit          ? "[0, 1)"
         : range == Range::kNonNegative ? "[0, inf)"
                                        : "(-inf, inf)";
}

inline bool InRange(Range range, double x) {
  if (!std::isfinite(x)) return false;
  if (range == Range::kFinite) return true;
  return x >= 0 && (range == Range::kNonNegative || x < 1);
}

struct Field {
  enum class Kind { kReal, kFlag, kChoice };

  const char* name;
  Kind kind;
  Range range;                           // of a real
  std::span<const char* const> choices;  // names of a choice's values 0, 1, ...
  double (*get)(const void* options);
  void (*set)(void* options, double value);
};

inline bool Allows(const Field& field, double value) {
  if (field.kind == Field::Kind::kReal) return InRange(field.range, value);
  const double end =
      field.kind == Field::Kind::kFlag ? 2 : static_cast<double>(field.choices.size());
  return value >= 0 && value < end && value == static_cast<int>(value);
}

template <auto kMember>
struct MemberAccess;

template <class Struct, class Value, Value Struct::*kMember>
struct MemberAccess<kMember> {
  static double Get(const void* options) {
    return static_cast<double>(static_cast<const Struct*>(options)->*kMember);
  }
  static void Set(void* options, double value) {
    if constexpr (std::is_enum_v<Value>) {
      static_cast<Struct*>(options)->*kMember = static_cast<Value>(static_cast<int>(value));
    } else if constexpr (std::is_same_v<Value, bool>) {
      static_cast<Struct*>(options)->*kMember = value != 0;
    } else {
      static_cast<Struct*>(options)->*kMember = value;
    }
  }
};

template <auto kMember>
constexpr Field Real(const char* name, Range range) {
  using Access = MemberAccess<kMember>;
  return {name, Field::Kind::kReal, range, {}, &Access::Get, &Access::Set};
}

template <auto kMember>
constexpr Field Flag(const char* name) {
  using Access = MemberAccess<kMember>;
  return {name, Field::Kind::kFlag, Range::kFinite, {}, &Access::Get, &Access::Set};
}

template <auto kMember>
constexpr Field Choice(const char* name, std::span<const char* const> choices) {
  using Access = MemberAccess<kMember>;
  return {name, Field::Kind::kChoice, Range::kFinite, choices, &Access::Get, &Access::Set};
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_FIELD_H_
