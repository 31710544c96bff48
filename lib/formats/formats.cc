// SPDX-License-Identifier: Apache-2.0
// Scalar conversion between the storage formats, by integer arithmetic.

#include "simdoptim/formats.h"

#include <bit>

namespace simdoptim {
inline namespace v1 {

const char* FormatName(Format format) noexcept {
  switch (format) {
    case Format::kF32:
      return "f32";
    case Format::kBF16:
      return "bf16";
    case Format::kF16:
      return "f16";
  }
  return "unknown";
}

size_t FormatBytes(Format format) noexcept {
  return format == Format::kF32 ? sizeof(float) : sizeof(uint16_t);
}

float ToFloat(BFloat16 x) noexcept { return std::bit_cast<float>(uint32_t{x.bits} << 16); }

float ToFloat(Float16 x) noexcept {
  const uint32_t sign = uint32_t{x.bits & 0x8000u} << 16;
  const uint32_t exponent = (x.bits >> 10) & 0x1Fu;
  uint32_t mantissa = x.bits & 0x3FFu;
  if (exponent == 31) {  // infinity or NaN, made quiet
    return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13 | (mantissa ? 0x400000u : 0u));
  }
  if (exponent != 0) {
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | mantissa << 13);
  }
  if (mantissa == 0) return std::bit_cast<float>(sign);
  // Subnormal: mantissa * 2^-24, normal as a float.
  const uint32_t shift = static_cast<uint32_t>(std::countl_zero(mantissa)) - 21;
  mantissa = (mantissa << shift) & 0x3FFu;
  return std::bit_cast<float>(sign | (127 - 15 + 1 - shift) << 23 | mantissa << 13);
}

BFloat16 ToBFloat16(float x) noexcept {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return {static_cast<uint16_t>(bits >> 16 | 0x40u)};
  }
  return {static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

Float16 ToFloat16(float x) noexcept {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) {
    return {static_cast<uint16_t>(sign | 0x7E00u | (magnitude >> 13 & 0x3FFu))};
  }
  if (magnitude >= 0x477FF000u) return {static_cast<uint16_t>(sign | 0x7C00u)};  // >= 65520
  if (magnitude < 0x33000000u) return {static_cast<uint16_t>(sign)};             // < 2^-25
  // The significand with its leading 1, to be shifted to units of the result's last place.
  const uint32_t exponent = magnitude >> 23;
  const uint32_t significand = (magnitude & 0x7FFFFFu) | 0x800000u;
  const uint32_t shift = exponent < 113 ? 126 - exponent : 13;
  const uint32_t kept = significand >> shift;
  const uint32_t rest = significand & ((1u << shift) - 1);
  const uint32_t half = 1u << (shift - 1);
  const uint32_t up = rest > half || (rest == half && (kept & 1u) != 0) ? 1 : 0;
  // A normal result's leading 1 adds 1 to the exponent field, and so does a carry.
  const uint32_t biased = exponent < 113 ? 0 : (exponent - 113) << 10;
  return {static_cast<uint16_t>(sign | (biased + kept + up))};
}

}  // namespace v1
}  // namespace simdoptim
