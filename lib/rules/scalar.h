// SPDX-License-Identifier: Apache-2.0
// Host arithmetic of the per-step scalars: double, rounded once.
#ifndef SIMDOPTIM_LIB_RULES_SCALAR_H_
#define SIMDOPTIM_LIB_RULES_SCALAR_H_

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace simdoptim {

// The powers of some bases to one exponent, by repeated squaring: IEEE multiplications in a fixed
// order, because std::pow differs in its last bit between C libraries. Side by side, because each
// power is a chain of dependent multiplications; a factor of 1 costs less than a branch that the
// processor cannot foresee.
template <size_t kBases>
std::array<double, kBases> IntegerPowers(std::array<double, kBases> bases, int64_t exponent) {
  std::array<double, kBases> ones;
  ones.fill(1);
  std::array<double, kBases> powers = ones;
  for (; exponent > 0; exponent >>= 1) {
    const std::array<double, kBases> factors[] = {ones, bases};
    for (size_t i = 0; i < kBases; ++i) {
      powers[i] *= factors[exponent & 1][i];
      bases[i] *= bases[i];
    }
  }
  return powers;
}

// A kernel's constant. A kernel that flushes would read a subnormal as zero on some processors
// only, so that is settled here: by the rule that holds for results, and with the sign kept.
inline float ToScalar(double x, bool flush_subnormals) {
  constexpr double kRoundsToNormal = 0x1p-126 * (1 - 0x1p-25);
  if (flush_subnormals && std::fabs(x) < kRoundsToNormal) x = std::copysign(0.0, x);
  return static_cast<float>(x);
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_SCALAR_H_
