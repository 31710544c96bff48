// SPDX-License-Identifier: Apache-2.0
// A rule without its type: what the optimizer, the options and the C interface need to know.
#ifndef SIMDOPTIM_LIB_RULES_RULE_H_
#define SIMDOPTIM_LIB_RULES_RULE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/rules/field.h"
#include "simdoptim/options.h"

namespace simdoptim {

inline constexpr size_t kMaxStates = 3;
inline constexpr size_t kMaxScalarBytes = 64;

struct RuleInfo {
  const char* name;
  std::span<const Field> fields;
  std::span<const char* const> states;
  // Of valid options: a message if they contradict each other, else null.
  const char* (*conflict)(const void* options);
  bool (*needs_state)(const void* options, size_t state);
  bool (*flush_subnormals)(const void* options);
  // The row of the kernel tables for these options.
  int (*kernel_row)(const void* options);
  void (*make_scalars)(const void* options, int64_t t, void* scalars);
  // One element, in place.
  void (*reference_flushed)(const void* options, int64_t t, float& p, float g, float* state);
  void (*reference_strict)(const void* options, int64_t t, float& p, float g, float* state);
  void (*reference_double)(const void* options, int64_t t, double& p, double g, double* state);
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_RULE_H_
