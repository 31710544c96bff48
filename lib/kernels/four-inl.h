// SPDX-License-Identifier: Apache-2.0
// Four vectors that are updated side by side, operation by operation. If their updates are written
// one after the other, a processor must look some 200 instructions ahead to keep its divider busy;
// a core whose other thread works has half of its window, and took up to 1.2 times as long in
// cache.

#if defined(SIMDOPTIM_LIB_KERNELS_FOUR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_FOUR_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_FOUR_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_FOUR_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class V>
struct Four {
  V v0, v1, v2, v3;
};

// In place of D.
template <class D>
struct FourTag {};

// In place of A. An operand may be one vector, which then stands for four of it.
template <class A, class D>
class FourArithmetic {
  using V = hn::Vec<D>;
  using Vs = Four<V>;

 public:
  static HWY_INLINE V Set(FourTag<D>, float x) { return A::Set(D(), x); }

  template <class X, class Y>
  static HWY_INLINE Vs Add(const X& x, const Y& y) {
    return {A::Add(At<0>(x), At<0>(y)), A::Add(At<1>(x), At<1>(y)), A::Add(At<2>(x), At<2>(y)),
            A::Add(At<3>(x), At<3>(y))};
  }
  template <class X, class Y>
  static HWY_INLINE Vs Sub(const X& x, const Y& y) {
    return {A::Sub(At<0>(x), At<0>(y)), A::Sub(At<1>(x), At<1>(y)), A::Sub(At<2>(x), At<2>(y)),
            A::Sub(At<3>(x), At<3>(y))};
  }
  template <class X, class Y>
  static HWY_INLINE Vs Mul(const X& x, const Y& y) {
    return {A::Mul(At<0>(x), At<0>(y)), A::Mul(At<1>(x), At<1>(y)), A::Mul(At<2>(x), At<2>(y)),
            A::Mul(At<3>(x), At<3>(y))};
  }
  template <class X, class Y>
  static HWY_INLINE Vs Div(const X& x, const Y& y) {
    return {A::Div(At<0>(x), At<0>(y)), A::Div(At<1>(x), At<1>(y)), A::Div(At<2>(x), At<2>(y)),
            A::Div(At<3>(x), At<3>(y))};
  }
  template <class X, class Y>
  static HWY_INLINE Vs Max(const X& x, const Y& y) {
    return {A::Max(At<0>(x), At<0>(y)), A::Max(At<1>(x), At<1>(y)), A::Max(At<2>(x), At<2>(y)),
            A::Max(At<3>(x), At<3>(y))};
  }
  static HWY_INLINE Vs FlipSign(const Vs& x, const V& sign) {
    return {A::FlipSign(x.v0, sign), A::FlipSign(x.v1, sign), A::FlipSign(x.v2, sign),
            A::FlipSign(x.v3, sign)};
  }
  static HWY_INLINE Vs Sqrt(const Vs& x) {
    return {A::Sqrt(x.v0), A::Sqrt(x.v1), A::Sqrt(x.v2), A::Sqrt(x.v3)};
  }

 private:
  template <int kIndex>
  static HWY_INLINE V At(const V& x) {
    return x;
  }
  template <int kIndex>
  static HWY_INLINE V At(const Vs& x) {
    return kIndex == 0 ? x.v0 : kIndex == 1 ? x.v1 : kIndex == 2 ? x.v2 : x.v3;
  }
};

// In place of Cursor, for the four vectors from its place on.
template <class Cursor, class D>
class FourCursor {
  using Vs = Four<hn::Vec<D>>;
  static constexpr size_t kLanes = hn::MaxLanes(D());  // not for vectors of unknown length

 public:
  template <class Place>
  explicit HWY_INLINE FourCursor(const Place& place)
      : c0_(place, 0), c1_(place, kLanes), c2_(place, 2 * kLanes), c3_(place, 3 * kLanes) {}

  HWY_INLINE Vs Param(FourTag<D>) const {
    const D d;
    return {c0_.Param(d), c1_.Param(d), c2_.Param(d), c3_.Param(d)};
  }
  HWY_INLINE Vs Grad(FourTag<D>) const {
    const D d;
    return {c0_.Grad(d), c1_.Grad(d), c2_.Grad(d), c3_.Grad(d)};
  }
  template <int kState>
  HWY_INLINE Vs State(FourTag<D>) const {
    const D d;
    return {c0_.template State<kState>(d), c1_.template State<kState>(d),
            c2_.template State<kState>(d), c3_.template State<kState>(d)};
  }
  HWY_INLINE void SetParam(FourTag<D>, const Vs& x) {
    const D d;
    c0_.SetParam(d, x.v0);
    c1_.SetParam(d, x.v1);
    c2_.SetParam(d, x.v2);
    c3_.SetParam(d, x.v3);
  }
  template <int kState>
  HWY_INLINE void SetState(FourTag<D>, const Vs& x) {
    const D d;
    c0_.template SetState<kState>(d, x.v0);
    c1_.template SetState<kState>(d, x.v1);
    c2_.template SetState<kState>(d, x.v2);
    c3_.template SetState<kState>(d, x.v3);
  }

 private:
  Cursor c0_, c1_, c2_, c3_;
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_FOUR_INL_H_
