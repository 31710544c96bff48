// SPDX-License-Identifier: Apache-2.0
// Checks of the memory that a step is given: present, of one length, and apart.
#ifndef SIMDOPTIM_LIB_SPANS_CHECK_H_
#define SIMDOPTIM_LIB_SPANS_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/options/number_text.h"

namespace simdoptim {

struct Bytes {
  uintptr_t begin = 0;
  uintptr_t end = 0;

  bool empty() const { return begin == end; }
  bool Overlaps(const Bytes& other) const {
    return !empty() && !other.empty() && begin < other.end && other.begin < end;
  }
};

inline Bytes BytesOf(const void* data, size_t size, size_t element_bytes) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(data);
  return {begin, begin + size * element_bytes};
}

// What is wrong with a span that must be as long as its parameter, "" if nothing is.
inline std::string SpanProblem(const char* what, const void* data, size_t size, size_t param_size) {
  if (size != param_size) {
    return std::string(what) + " has " + NumberText(size) + " elements, parameter has " +
           NumberText(param_size);
  }
  if (data == nullptr && size != 0) {
    return std::string(what) + " is null, with " + NumberText(size) + " elements";
  }
  return {};
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_SPANS_CHECK_H_
