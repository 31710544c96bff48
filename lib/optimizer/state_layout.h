// SPDX-License-Identifier: Apache-2.0
// Where the parts of one state of many parameters lie in memory that the library makes: one after
// the other, each on a cache line of its own. Parameters whose state is bound have no part.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_STATE_LAYOUT_H_
#define SIMDOPTIM_LIB_OPTIMIZER_STATE_LAYOUT_H_

#include <cstddef>
#include <span>

#include "lib/optimizer/impl.h"
#include "lib/optimizer/state_memory.h"

namespace simdoptim {

inline size_t PaddedSize(size_t elements) {
  constexpr size_t kUnit = StateMemory::kAlignment / sizeof(float);
  return (elements + kUnit - 1) / kUnit * kUnit;
}

// Zeroed. Throws std::bad_alloc.
inline StateMemory MakeStateMemory(std::span<const ParameterRecord> parameters) {
  size_t elements = 0;
  for (const ParameterRecord& parameter : parameters) {
    if (parameter.owns_state) elements += PaddedSize(parameter.value.size());
  }
  return StateMemory(elements * sizeof(float));
}

// memory: of MakeStateMemory() for the same parameters.
inline void LayOutState(const StateMemory& memory, size_t state,
                        std::span<ParameterRecord> parameters) noexcept {
  float* place = memory.data();
  for (ParameterRecord& parameter : parameters) {
    if (!parameter.owns_state) continue;
    parameter.state[state] = place;
    place += PaddedSize(parameter.value.size());
  }
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_STATE_LAYOUT_H_
