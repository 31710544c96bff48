// SPDX-License-Identifier: Apache-2.0
// How far float updates drift from the rule in double, on gradients that do not depend on p.
#ifndef SIMDOPTIM_TESTS_ACCURACY_DRIFT_H_
#define SIMDOPTIM_TESTS_ACCURACY_DRIFT_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "simdoptim/simdoptim.h"

namespace simdoptim::test {

// Distances from the truth of one stream, in ULP.
struct StreamDrift {
  std::string name;    // "param", or the state's
  double typical = 0;  // mean of all but the worst 1 %
  double mean = 0;     // of all; a lottery where values cross zero, since a few have most of it
  uint32_t max = 0;
};

// The parameter first, then the states that exist.
using Drift = std::vector<StreamDrift>;

// One step on spans in place: the float implementation under test.
using FloatStep = std::function<void(int64_t t, std::span<float> param, const Gradient& grad,
                                     std::span<const std::span<float>> states)>;

// Steps `size` parameters `steps` times and compares with the double reference.
Drift MeasureDrift(const Options& options, Format format, size_t size, int steps,
                   const FloatStep& step);

// The same for the library's kernels.
Drift MeasureDrift(const Options& options, Format format, size_t size, int steps);

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_ACCURACY_DRIFT_H_
