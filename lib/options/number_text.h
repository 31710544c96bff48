// SPDX-License-Identifier: Apache-2.0
// Numbers in error messages, without the C library's printf or its locale.
#ifndef SIMDOPTIM_LIB_OPTIONS_NUMBER_TEXT_H_
#define SIMDOPTIM_LIB_OPTIONS_NUMBER_TEXT_H_

#include <charconv>
#include <string>

namespace simdoptim {

// The shortest text that reads back as the same number.
template <class Number>
std::string NumberText(Number x) {
  char text[32];
  const std::to_chars_result result = std::to_chars(text, text + sizeof(text), x);
  return std::string(text, result.ptr);
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIONS_NUMBER_TEXT_H_
