// SPDX-License-Identifier: Apache-2.0
// How numbers are stored: the formats, the 16-bit types, and a gradient in any of them.
#ifndef SIMDOPTIM_FORMATS_H_
#define SIMDOPTIM_FORMATS_H_

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <type_traits>

namespace simdoptim {
inline namespace v1 {

enum class Format : int {
  kF32 = 0,   // IEEE binary32
  kBF16 = 1,  // the upper half of a binary32
  kF16 = 2,   // IEEE binary16
};

// "f32", "bf16", "f16".
const char* FormatName(Format format) noexcept;
size_t FormatBytes(Format format) noexcept;

// Storage only: the bit patterns. Any other 16-bit type of the same layout can be cast to these.
struct BFloat16 {
  uint16_t bits;
};
struct Float16 {
  uint16_t bits;
};

// Widening is exact; narrowing rounds to the nearest, ties to even, overflows to infinity and
// keeps NaN a (quiet) NaN. Both keep subnormals.
float ToFloat(BFloat16 x) noexcept;
float ToFloat(Float16 x) noexcept;
BFloat16 ToBFloat16(float x) noexcept;
Float16 ToFloat16(float x) noexcept;

template <class T>
inline constexpr bool kIsStorable =
    std::is_same_v<T, float> || std::is_same_v<T, BFloat16> || std::is_same_v<T, Float16>;

// A view of a gradient in any format; owns nothing. Made from any contiguous range of float,
// BFloat16 or Float16 (`std::vector<float>`, `std::span<const BFloat16>`, ...). No step writes to
// it; only ZeroGradients(kFill) does, and only where it was made from a range that may be written.
class Gradient {
 public:
  // No gradient: the parameter is skipped.
  Gradient() = default;

  template <std::ranges::contiguous_range Range>
  requires std::ranges::sized_range<Range> &&
      kIsStorable<std::remove_cvref_t<std::ranges::range_reference_t<Range>>>
      Gradient(Range&& range)  // NOLINT(google-explicit-constructor): a span-like parameter type
      : Gradient(std::ranges::data(range), std::ranges::size(range)) {}

  Gradient(float* data, size_t size) noexcept : Gradient(data, size, Format::kF32, true) {}
  Gradient(const float* data, size_t size) noexcept : Gradient(data, size, Format::kF32, false) {}
  Gradient(BFloat16* data, size_t size) noexcept : Gradient(data, size, Format::kBF16, true) {}
  Gradient(const BFloat16* data, size_t size) noexcept
      : Gradient(data, size, Format::kBF16, false) {}
  Gradient(Float16* data, size_t size) noexcept : Gradient(data, size, Format::kF16, true) {}
  Gradient(const Float16* data, size_t size) noexcept : Gradient(data, size, Format::kF16, false) {}

  Gradient(const void* data, size_t size, Format format, bool writable) noexcept
      : data_(data), size_(size), format_(format), writable_(writable) {}

  const void* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }  // elements
  Format format() const noexcept { return format_; }
  bool writable() const noexcept { return writable_; }

 private:
  const void* data_ = nullptr;
  size_t size_ = 0;
  Format format_ = Format::kF32;
  bool writable_ = false;
};

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_FORMATS_H_
