// SPDX-License-Identifier: Apache-2.0
// What every function of the C interface goes through: argument checks, and exceptions to statuses.
#ifndef SIMDOPTIM_LIB_C_API_CALL_H_
#define SIMDOPTIM_LIB_C_API_CALL_H_

#include <cstddef>
#include <stdexcept>
#include <string>

#include "lib/options/number_text.h"
#include "simdoptim/error.h"
#include "simdoptim/simdoptim_c.h"

namespace simdoptim {

// A callback of the caller failed; the step is complete.
struct CallbackError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Must be called in a catch block. Sets this thread's last error.
simdoptim_status StatusOfException() noexcept;

// The arguments of one call of a function of the C interface. Checks throw Error.
class Call {
 public:
  explicit Call(const char* function) : function_(function) {}

  [[noreturn]] void Fail(const std::string& problem) const {
    throw Error(std::string(function_) + ": " + problem);
  }

  template <class T>
  T& Need(T* pointer, const char* name) const {
    if (pointer == nullptr) Fail(std::string(name) + " is null");
    return *pointer;
  }
  const char* NeedText(const char* text, const char* name) const { return &Need(text, name); }

  // Of an array of T; pointer may be null if size is 0.
  template <class T>
  void CheckArray(const T* pointer, size_t size, const char* name) const {
    CheckSize(size, name);
    if (pointer == nullptr && size != 0) {
      Fail(std::string(name) + " is null, with " + NumberText(size) + " elements");
    }
  }
  // A negative size in the caller's language arrives as a huge one.
  void CheckSize(size_t size, const char* name) const {
    if (size > PTRDIFF_MAX / sizeof(double)) {
      Fail(std::string(name) + " has " + NumberText(size) + " elements, more than memory can hold");
    }
  }

  void CheckIndex(size_t index, size_t count, const char* name) const {
    if (index < count) return;
    Fail(std::string(name) + " = " + NumberText(index) + ": there are " + NumberText(count));
  }

 private:
  const char* function_;
};

// Runs body(call), and lets nothing out. function: its name, for the texts.
template <class Body>
simdoptim_status Guard(const char* function, Body body) noexcept {
  try {
    body(Call(function));
    return SIMDOPTIM_OK;
  } catch (...) {
    return StatusOfException();
  }
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_C_API_CALL_H_
