// SPDX-License-Identifier: Apache-2.0
// For tests, ours and yours: the rules as plain scalar loops, and comparison in ULP.
#ifndef SIMDOPTIM_REFERENCE_H_
#define SIMDOPTIM_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "simdoptim/formats.h"
#include "simdoptim/options.h"

namespace simdoptim {
inline namespace v1 {
namespace reference {

// One step, a plain loop over the elements that shares nothing with the kernels but the options.
// The float form gives the kernels' bits; the double form is the rule as its paper writes it, and
// leaves subnormals alone. Arguments, states and errors are those of Step() in step.h.
void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states);
void Step(const Options& options, int64_t t, std::span<double> param, std::span<const double> grad,
          std::span<const std::span<double>> states);

}  // namespace reference

// Distance of two floats in units in the last place: how many floats apart they are. 0 for equal
// values (+0 and -0 are equal) and for two NaNs; UINT32_MAX if exactly one is NaN.
uint32_t UlpDistance(float a, float b) noexcept;

struct UlpSummary {
  uint32_t max = 0;
  double mean = 0;
  size_t worst = 0;  // index of the maximum
};
// Throws Error if the sizes differ. The second form rounds the truth to float first.
UlpSummary CompareUlp(std::span<const float> actual, std::span<const float> expected);
UlpSummary CompareUlp(std::span<const float> actual, std::span<const double> expected);

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_REFERENCE_H_
