// SPDX-License-Identifier: Apache-2.0
// The accuracy that the public headers promise, read from their comments, so that what is promised
// is what is tested.
#ifndef SIMDOPTIM_TESTS_ACCURACY_BOUNDS_H_
#define SIMDOPTIM_TESTS_ACCURACY_BOUNDS_H_

#include <array>
#include <string>

#include "simdoptim/options.h"

namespace simdoptim::test {

// After how many steps the headers bound the error.
inline constexpr std::array<int, 3> kBoundedSteps = {1, 100, 1000};

// See StreamDrift. Infinite where the header has "-".
struct Bound {
  double mean, max;
};

// The rows of a header's table. An L2 penalty can cancel the gradient; then the gradient's rounding
// is large beside what is left.
inline constexpr std::array<const char*, 4> kBoundedStreams = {"param", "states", "param under kL2",
                                                               "states under kL2"};
size_t RowOf(const Options& options, const std::string& stream_name);

using RowOfBounds = std::array<Bound, kBoundedSteps.size()>;
using TableOfBounds = std::array<RowOfBounds, kBoundedStreams.size()>;

// The table under "Error of <rule> against double" in the header that has it. Throws
// std::runtime_error if none has, or the table is not of that form.
TableOfBounds StatedBounds(const std::string& rule);

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_ACCURACY_BOUNDS_H_
