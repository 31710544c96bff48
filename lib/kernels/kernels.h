// SPDX-License-Identifier: Apache-2.0
// The seam between vector code and the rest: function pointers, no Highway.
#ifndef SIMDOPTIM_LIB_KERNELS_KERNELS_H_
#define SIMDOPTIM_LIB_KERNELS_KERNELS_H_

#include <compare>
#include <cstddef>
#include <cstdint>

#include "lib/rules/registry.h"
#include "simdoptim/formats.h"

namespace simdoptim {

// Where the numbers of one parameter are. States that the kernel does not use may be null.
struct Streams {
  float* param;
  const void* grad;
  float* state[kMaxStates];
};

// Elements that are stepped with one loop: a parameter, or neighbours that lie end to end in every
// stream.
struct Run {
  Streams streams;
  size_t size;  // elements
};

// A place between two elements in a list of runs; the list's end is {count, 0}. {r, size of r} and
// {r + 1, 0} are one place, though not equal.
struct Border {
  size_t run = 0;
  size_t offset = 0;  // elements into the run

  auto operator<=>(const Border&) const = default;
};

// Memory is prefetched this many elements before it is stepped. The hardware's prefetchers stop at
// page ends and know nothing of the next tensor. 512 is 1 to 3 % faster than 256 in memory.
inline constexpr size_t kElementsAhead = 512;

// Steps the elements between two borders in a list of `count` runs, and meanwhile prefetches what
// lies kElementsAhead further in the list, also behind `end`. The floating-point mode must be set
// (float_mode.h).
using KernelFunction = void (*)(const void* scalars, const Run* runs, size_t count, Border begin,
                                Border end);

inline constexpr int kGradFormats = 3;

// One instruction set's kernels: [kernel row][Format of the gradient][flush subnormals].
struct KernelTable {
  const char* target;
  KernelFunction functions[kKernelRows][kGradFormats][2];

  KernelFunction Find(int row, Format grad, bool flush) const {
    return functions[row][static_cast<int>(grad)][flush ? 1 : 0];
  }
};

// The table of ActiveTarget(); throws what it throws.
const KernelTable& ActiveKernels();

// All tables that this processor can run, the best first. Null-terminated.
const KernelTable* const* UsableKernels() noexcept;

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_KERNELS_KERNELS_H_
