// SPDX-License-Identifier: Apache-2.0
// The exception that every function of the C++ interface throws on bad input.
#ifndef SIMDOPTIM_ERROR_H_
#define SIMDOPTIM_ERROR_H_

#include <stdexcept>

namespace simdoptim {
inline namespace v1 {

// what() names the thing, its value and what is allowed: `AdamW: beta2 = 1.5 is not in [0, 1)`.
// Thrown before anything is changed: the optimizer, the parameters and the state are as they were.
class Error : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_ERROR_H_
