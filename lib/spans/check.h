// SPDX-License-Identifier: Apache-2.0
// Checks of the memory that a step is given: present, of one length, and apart.
#ifndef SIMDOPTIM_LIB_SPANS_CHECK_H_
#define SIMDOPTIM_LIB_SPANS_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/options/number_text.h"
#include "lib/rules/rule.h"

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

// More elements than any memory has; so that sizes in bytes cannot overflow.
inline constexpr size_t kTooManyElements = SIZE_MAX / 16 + 1;

inline bool IsGoodSpan(const void* data, size_t size, size_t param_size) {
  return size == param_size && (data != nullptr || size == 0) && size < kTooManyElements;
}

// What is wrong with a span of floats or smaller that must be as long as its parameter, "" if
// nothing is.
inline std::string SpanProblem(const char* what, const void* data, size_t size, size_t param_size) {
  if (IsGoodSpan(data, size, param_size)) return {};
  if (size != param_size) {
    return std::string(what) + " has " + NumberText(size) + " elements, parameter has " +
           NumberText(param_size);
  }
  if (data == nullptr && size != 0) {
    return std::string(what) + " is null, with " + NumberText(size) + " elements";
  }
  return std::string(what) + " has " + NumberText(size) + " elements, more than any memory has";
}

// A span that a step is given, whatever its type.
struct NamedSpan {
  const char* name = nullptr;
  const void* data = nullptr;
  size_t size = 0;
  size_t element_bytes = 0;
};

// Throws Error for what is wrong with the arguments of one step. states: kMaxStates places, of
// which the caller gave `given`; names are filled in here.
void CheckStep(const RuleInfo& rule, const void* options, int64_t t, const NamedSpan& param,
               const NamedSpan& grad, NamedSpan* states, size_t given);

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_SPANS_CHECK_H_
