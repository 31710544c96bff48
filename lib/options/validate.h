// SPDX-License-Identifier: Apache-2.0
// Validation of options that are not in a variant.
#ifndef SIMDOPTIM_LIB_OPTIONS_VALIDATE_H_
#define SIMDOPTIM_LIB_OPTIONS_VALIDATE_H_

#include "lib/rules/rule.h"

namespace simdoptim {

// options: the rule's struct. Throws Error as Validate() does.
void ValidateHeld(const RuleInfo& rule, const void* options);

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIONS_VALIDATE_H_
