// SPDX-License-Identifier: Apache-2.0
// The vector code of all rules in registry.h.

#if defined(SIMDOPTIM_LIB_RULES_REGISTRY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_RULES_REGISTRY_INL_H_
#undef SIMDOPTIM_LIB_RULES_REGISTRY_INL_H_
#else
#define SIMDOPTIM_LIB_RULES_REGISTRY_INL_H_
#endif

#include "lib/rules/adam-inl.h"
#include "lib/rules/sgd-inl.h"

#endif  // SIMDOPTIM_LIB_RULES_REGISTRY_INL_H_
