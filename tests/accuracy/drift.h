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

// Distances of one stream from the truth, in ULP.
struct StreamDrift {
  std::string name;  // "param", or the state's
  // How many floats apart, the mean of all but the worst 1 %: a few values that are about to cross
  // zero are thousands of floats off with the same absolute error as the others.
  double mean = 0;
  // The largest error, in units of the last place of the largest value that the element has had.
  double max = 0;
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
