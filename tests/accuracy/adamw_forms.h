// SPDX-License-Identifier: Apache-2.0
// AdamW as others evaluate it in float, for comparison: the order of operations of each, as a
// scalar loop of our own.
#ifndef SIMDOPTIM_TESTS_ACCURACY_ADAMW_FORMS_H_
#define SIMDOPTIM_TESTS_ACCURACY_ADAMW_FORMS_H_

#include <span>

#include "tests/accuracy/drift.h"

namespace simdoptim::test {

struct AdamWForm {
  const char* name;
  // One element in place, t from 1.
  void (*step)(const AdamWOptions& options, int64_t t, float& p, float g, float& m, float& v);
};

std::span<const AdamWForm> AdamWForms();

// The form as a step on spans with float gradients.
FloatStep StepOf(const AdamWForm& form, const AdamWOptions& options);

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_ACCURACY_ADAMW_FORMS_H_
