// SPDX-License-Identifier: Apache-2.0
// Host arithmetic of the per-step scalars: double, rounded once.
#ifndef SIMDOPTIM_LIB_RULES_SCALAR_H_
#define SIMDOPTIM_LIB_RULES_SCALAR_H_

#include <cmath>
#include <cstdint>

namespace simdoptim {

// base^exponent by repeated squaring: IEEE multiplications in a fixed order, because std::pow
// differs in its last bit between C libraries. A factor of 1 costs less than a branch that the
// processor cannot foresee.
inline double IntegerPower(double base, int64_t exponent) {
  double power = 1;
  for (; exponent > 0; exponent >>= 1) {
    const double factors[] = {1, base};
    power *= factors[exponent & 1];
    base *= base;
  }
  return power;
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
