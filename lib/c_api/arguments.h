// SPDX-License-Identifier: Apache-2.0
// The C interface's views of memory as those of the C++ interface.
#ifndef SIMDOPTIM_LIB_C_API_ARGUMENTS_H_
#define SIMDOPTIM_LIB_C_API_ARGUMENTS_H_

#include <array>
#include <span>
#include <string>

#include "lib/c_api/call.h"
#include "lib/rules/registry.h"
#include "simdoptim/formats.h"
#include "simdoptim/options.h"
#include "simdoptim/simdoptim_c.h"

namespace simdoptim {

inline Format FormatArgument(const Call& call, int32_t format) {
  constexpr int32_t kFormats = SIMDOPTIM_F16 + 1;
  if (format < 0 || format >= kFormats) {
    call.Fail("format = " + NumberText(format) + " is not one of 0 (f32), 1 (bf16), 2 (f16)");
  }
  return static_cast<Format>(format);
}

// The sizes and null pointers of gradients and states are checked by the C++ interface.
inline Gradient GradientArgument(const Call& call, const simdoptim_gradient& gradient) {
  call.CheckSize(gradient.size, "gradient");
  return Gradient(gradient.data, gradient.size, FormatArgument(call, gradient.format),
                  gradient.writable != 0);
}

// All states are as long as their parameter; a null where the options need none is no state.
template <class Real>
class StateArguments {
 public:
  StateArguments(const Call& call, const Options& options, Real* const* states, size_t count,
                 size_t size) {
    const RuleInfo& rule = RuleOf(options);
    if (count > rule.states.size()) {
      call.Fail(NumberText(count) + " states are given, " + rule.name + " has " +
                NumberText(rule.states.size()));
    }
    call.CheckArray(states, count, "states");
    count_ = count;
    for (size_t k = 0; k < count; ++k) {
      if (states[k] == nullptr && !rule.needs_state(Address(options), k)) continue;
      spans_[k] = {states[k], size};
    }
  }

  std::span<const std::span<Real>> spans() const { return {spans_.data(), count_}; }

 private:
  std::array<std::span<Real>, kMaxStates> spans_ = {};
  size_t count_ = 0;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_C_API_ARGUMENTS_H_
