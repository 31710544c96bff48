// SPDX-License-Identifier: Apache-2.0
// The operations that rules are made of: IEEE's, each rounded once, or the same with subnormals
// flushed. No fused multiply-add.

#if defined(SIMDOPTIM_LIB_KERNELS_ARITHMETIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_ARITHMETIC_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_ARITHMETIC_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_ARITHMETIC_INL_H_
#endif

#include <cfloat>
#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// IEEE's results. Where the hardware flushes (FloatMode), these instructions do.
struct PlainArithmetic {
  template <class D>
  static HWY_INLINE hn::Vec<D> Set(D d, float x) {
    return hn::Set(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V FlushInput(D, V x) {
    return x;
  }
  // x if `sign` is 0, x times -1 if it is -0. Not a product: those and the sums have two units on
  // x86, which are the next limit after the divider. A subnormal passes through: what is stored
  // must have gone through arithmetic.
  template <class V>
  static HWY_INLINE V FlipSign(V x, V sign) {
    return hn::Xor(x, sign);
  }
  template <class V>
  static HWY_INLINE V Add(V a, V b) {
    return hn::Add(a, b);
  }
  template <class V>
  static HWY_INLINE V Sub(V a, V b) {
    return hn::Sub(a, b);
  }
  template <class V>
  static HWY_INLINE V Mul(V a, V b) {
    return hn::Mul(a, b);
  }
  // The hardware's. Multiply-adds can make the same quotient, but Adam's other operations need the
  // units for these for 8.5 of the 11 cycles that the divider takes (8 floats, Ice Lake).
  template <class V>
  static HWY_INLINE V Div(V a, V b) {
#if HWY_TARGET == HWY_EMU128
    // Since 1.0.4, Highway's emulation makes zero of what is divided by zero.
    const hn::DFromV<V> d;
    HWY_ALIGN float quotients[hn::MaxLanes(d)];
    HWY_ALIGN float divisors[hn::MaxLanes(d)];
    hn::Store(a, d, quotients);
    hn::Store(b, d, divisors);
    for (size_t i = 0; i < hn::MaxLanes(d); ++i) quotients[i] /= divisors[i];
    return hn::Load(d, quotients);
#else
    return hn::Div(a, b);
#endif
  }
  template <class V>
  static HWY_INLINE V Sqrt(V a) {
    return hn::Sqrt(a);
  }
  // a where the two are not ordered: the targets' own maxima differ there. A selection would pass
  // on a subnormal that the hardware counts as zero, so zeros are made again, with their sign.
  template <class V>
  static HWY_INLINE V Max(V a, V b) {
    const hn::DFromV<V> d;
    const V selected = hn::IfThenElse(hn::Lt(a, b), b, a);
    const auto is_zero = hn::Eq(selected, hn::Zero(d));
    return hn::IfThenElse(is_zero, hn::And(selected, hn::SignBit(d)), selected);
  }
};

// Binary32<true>'s results by arithmetic. Inputs must have gone through FlushInput.
struct FlushingArithmetic : PlainArithmetic {
  template <class D, class V>
  static HWY_INLINE V FlushInput(D, V x) {
    return KeepUnless(IsBelow(x, FLT_MIN), x);
  }
  // A sum is exact where it is subnormal.
  template <class V>
  static HWY_INLINE V Add(V a, V b) {
    const V sum = hn::Add(a, b);
    return KeepUnless(IsBelow(sum, FLT_MIN), sum);
  }
  template <class V>
  static HWY_INLINE V Sub(V a, V b) {
    const V difference = hn::Sub(a, b);
    return KeepUnless(IsBelow(difference, FLT_MIN), difference);
  }
  // The result times 2^64 rounds as if the exponent were unbounded. Where scaling overflows, the
  // comparison is false, and right.
  template <class V>
  static HWY_INLINE V Mul(V a, V b) {
    const V scaled = hn::Mul(hn::Mul(a, Constant(a, kScale)), b);
    return KeepUnless(IsBelow(scaled, FLT_MIN * kScale), hn::Mul(a, b));
  }
  template <class V>
  static HWY_INLINE V Div(V a, V b) {
    const V scaled = PlainArithmetic::Div(hn::Mul(a, Constant(a, kScale)), b);
    return KeepUnless(IsBelow(scaled, FLT_MIN * kScale), PlainArithmetic::Div(a, b));
  }

 private:
  static constexpr float kScale = 0x1p64f;

  template <class V>
  static HWY_INLINE V Constant(V, float x) {
    return hn::Set(hn::DFromV<V>(), x);
  }
  template <class V>
  static HWY_INLINE auto IsBelow(V x, float bound) -> decltype(hn::Lt(x, x)) {
    return hn::Lt(hn::Abs(x), Constant(x, bound));
  }
  // Zero with x's sign where the mask is true.
  template <class M, class V>
  static HWY_INLINE V KeepUnless(M mask, V x) {
    return hn::IfThenElse(mask, hn::And(x, hn::SignBit(hn::DFromV<V>())), x);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_ARITHMETIC_INL_H_
