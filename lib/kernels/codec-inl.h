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
    const hn::Rebind<uint16_t, D> du;
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::PromoteTo(d, hn::BitCast(dh, hn::LoadU(du, from)));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_CODEC_INL_H_
