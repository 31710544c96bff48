// SPDX-License-Identifier: Apache-2.0
// How numbers are stored: the only code that knows. A codec turns memory into float vectors and,
// where a stream is written, back.

#if defined(SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct F32Codec {
  using Stored = float;

  template <class D>
  static HWY_INLINE hn::Vec<D> Load(D d, const Stored* from) {
    return hn::LoadU(d, from);
  }
  template <class D>
  static HWY_INLINE void Store(D d, hn::Vec<D> x, Stored* to) {
    hn::StoreU(x, d, to);
  }
};

struct BF16Codec {
  using Stored = uint16_t;

  template <class D>
  static HWY_INLINE hn::Vec<D> Load(D d, const Stored* from) {
    const hn::Rebind<uint32_t, D> du;
    const hn::Rebind<uint16_t, D> dh;
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, hn::LoadU(dh, from))));
  }
};

struct F16Codec {
  using Stored = uint16_t;

  template <class D>
  static HWY_INLINE hn::Vec<D> Load(D d, const Stored* from) {
    const hn::Rebind<uint16_t, D> du16;
    const auto bits16 = hn::LoadU(du16, from);
#if HWY_TARGET <= HWY_AVX2 || (HWY_TARGET >= HWY_SVE2_128 && HWY_TARGET <= HWY_NEON)
    // The processor's own conversion.
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::PromoteTo(d, hn::BitCast(dh, bits16));
#else
    // Highway's emulation makes infinity and NaN 65536 and more.
    const hn::Rebind<uint32_t, D> du;
    const hn::Rebind<int32_t, D> di;
    const auto bits = hn::PromoteTo(du, bits16);
    const auto magnitude = hn::And(bits, hn::Set(du, 0x7FFFu));
    const auto sign = hn::ShiftLeft<16>(hn::Xor(bits, magnitude));
    // The exponent's bias grows from 15 to 127, and its top value, of infinity and NaN, to 255.
    const auto rebias = hn::Set(du, uint32_t{127 - 15} << 23);
    const auto is_top = hn::Gt(hn::BitCast(di, magnitude), hn::Set(di, 0x7BFF));
    const auto top = hn::BitCast(du, hn::IfThenElseZero(is_top, hn::BitCast(di, rebias)));
    const auto normal = hn::BitCast(d, hn::Add(hn::Add(hn::ShiftLeft<13>(magnitude), rebias), top));
    // Below 2^-14, the bits count units of 2^-24. The product is exact, and normal as a float.
    const auto count = hn::ConvertTo(d, hn::BitCast(di, magnitude));
    const auto subnormal = hn::Mul(count, hn::Set(d, 0x1p-24f));
    const auto widened = hn::IfThenElse(hn::Lt(count, hn::Set(d, 1024.0f)), subnormal, normal);
    return hn::Or(widened, hn::BitCast(d, sign));
#endif
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_
