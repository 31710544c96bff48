// SPDX-License-Identifier: Apache-2.0
// The float of the scalar references: each operation is done in double and rounded once to
// binary32, which gives IEEE's float result (53 >= 2 * 24 + 2 bits: Figueroa 1995) whatever the
// compiler may contract, and is where flushing is defined.
#ifndef SIMDOPTIM_LIB_REFERENCE_BINARY32_H_
#define SIMDOPTIM_LIB_REFERENCE_BINARY32_H_

#include <cmath>

namespace simdoptim {

template <bool kFlush>
class Binary32 {
 public:
  Binary32() = default;
  explicit Binary32(double x) : value_(Round(x)) {}
  explicit Binary32(float x) : Binary32(static_cast<double>(x)) {}
  explicit Binary32(int x) : Binary32(static_cast<double>(x)) {}

  float value() const { return value_; }

  friend Binary32 operator+(Binary32 a, Binary32 b) { return Binary32(a.Wide() + b.Wide()); }
  friend Binary32 operator-(Binary32 a, Binary32 b) { return Binary32(a.Wide() - b.Wide()); }
  friend Binary32 operator*(Binary32 a, Binary32 b) { return Binary32(a.Wide() * b.Wide()); }
  friend Binary32 operator/(Binary32 a, Binary32 b) { return Binary32(a.Wide() / b.Wide()); }
  friend Binary32 sqrt(Binary32 a) { return Binary32(std::sqrt(a.Wide())); }
  // a where the two are not ordered.
  friend Binary32 Max(Binary32 a, Binary32 b) { return a.value_ < b.value_ ? b : a; }

 private:
  double Wide() const { return static_cast<double>(value_); }

  // Below this, a magnitude rounded to 24 bits is less than 2^-126: the middle between 2^-126 and
  // the largest 24-bit number below it, 2^-126 * (1 - 2^-24). The middle itself rounds up, to even.
  static constexpr double kTiny = 0x1p-126 * (1 - 0x1p-25);

  static float Round(double x) {
    if (kFlush && std::fabs(x) < kTiny) return static_cast<float>(std::copysign(0.0, x));
    return static_cast<float>(x);
  }

  float value_ = 0;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_REFERENCE_BINARY32_H_
