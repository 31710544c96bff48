// SPDX-License-Identifier: Apache-2.0
// The text of the Error that a call throws.
#ifndef SIMDOPTIM_TESTS_SUPPORT_ERRORS_H_
#define SIMDOPTIM_TESTS_SUPPORT_ERRORS_H_

#include <string>

#include "simdoptim/error.h"

namespace simdoptim::test {

template <class Call>
std::string ErrorOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_SUPPORT_ERRORS_H_
