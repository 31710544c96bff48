// SPDX-License-Identifier: Apache-2.0
// The storage formats: scalar conversions against first principles, and the kernels' widening
// against the scalar one, for every 16-bit pattern.

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

// What the bits of a binary format mean, by the definition.
double Meaning(uint16_t bits, int exponent_bits, int mantissa_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) {
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

bool SameNumber(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

TEST_CASE("widening is exact for every 16-bit pattern", "[formats]") {
  int wrong = 0;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    const uint16_t bits = static_cast<uint16_t>(i);
    wrong += SameNumber(static_cast<double>(ToFloat(Float16{bits})), Meaning(bits, 5, 10)) ? 0 : 1;
    wrong += SameNumber(static_cast<double>(ToFloat(BFloat16{bits})), Meaning(bits, 8, 7)) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

// Between each two neighbours: the nearer one, and at the middle the even one.
template <class Narrow, class Type>
int CountWrongNarrowing(Narrow narrow, uint16_t infinity) {
  int wrong = 0;
  for (uint16_t bits = 0; bits < infinity; ++bits) {
    const float low = ToFloat(Type{bits});
    const bool at_top = bits + 1 == infinity;
    // Beyond the largest number, rounding continues as if there were a next one.
    const float high = at_top ? low + (low - ToFloat(Type{static_cast<uint16_t>(bits - 1)}))
                              : ToFloat(Type{static_cast<uint16_t>(bits + 1)});
    const float middle =
        static_cast<float>((static_cast<double>(low) + static_cast<double>(high)) / 2);
    const uint16_t next = static_cast<uint16_t>(bits + 1);
    const uint16_t even = bits % 2 == 0 ? bits : next;
    const auto check = [&](float x, uint16_t expected) {
      if (narrow(x).bits != expected) ++wrong;
      if (narrow(-x).bits != (expected | 0x8000)) ++wrong;
    };
    check(low, bits);
    if (!std::isfinite(middle) || middle == low) continue;
    check(middle, even);
    check(std::nextafter(middle, 0.0f), bits);
    check(std::nextafter(middle, std::numeric_limits<float>::infinity()), next);
  }
  return wrong;
}

TEST_CASE("narrowing rounds to the nearest, ties to even", "[formats]") {
  CHECK(CountWrongNarrowing<Float16 (*)(float), Float16>(&ToFloat16, 0x7C00) == 0);
  CHECK(CountWrongNarrowing<BFloat16 (*)(float), BFloat16>(&ToBFloat16, 0x7F80) == 0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(std::isnan(ToFloat(ToFloat16(nan))));
  CHECK(std::isnan(ToFloat(ToBFloat16(std::bit_cast<float>(0x7F800001u)))));
  CHECK(std::isnan(ToFloat(ToFloat16(std::bit_cast<float>(0x7F800001u)))));
  CHECK(ToFloat16(infinity).bits == 0x7C00);
  CHECK(ToFloat16(-1e30f).bits == 0xFC00);
  CHECK(ToBFloat16(-infinity).bits == 0xFF80);
  CHECK(ToFloat16(1e-30f).bits == 0);
}

// SGD with lr = 1 from p = 0 makes p = -g: the widened gradient itself.
TEST_CASE("kernels widen every 16-bit gradient exactly", "[formats]") {
  std::vector<uint16_t> patterns(0x10000);
  std::iota(patterns.begin(), patterns.end(), uint16_t{0});
  const std::string active = ActiveTarget();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    for (Format format : {Format::kBF16, Format::kF16}) {
      std::vector<float> param(patterns.size(), 0.0f);
      SgdStep({.lr = 1, .flush_subnormals = false}, 1, param,
              Gradient(patterns.data(), patterns.size(), format, false));
      int wrong = 0;
      for (size_t i = 0; i < patterns.size(); ++i) {
        const float g =
            format == Format::kF16 ? ToFloat(Float16{patterns[i]}) : ToFloat(BFloat16{patterns[i]});
        wrong += SameNumber(static_cast<double>(param[i]), 0.0 - static_cast<double>(g)) ? 0 : 1;
      }
      INFO(target << " " << FormatName(format));
      CHECK(wrong == 0);
    }
  }
  SetTarget(active);
}

}  // namespace
}  // namespace simdoptim::test
