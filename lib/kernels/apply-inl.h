// SPDX-License-Identifier: Apache-2.0
// What a rule's vector code is given: the declaration to specialise, and the steps that all rules
// share.

#if defined(SIMDOPTIM_LIB_KERNELS_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_APPLY_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_APPLY_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_APPLY_INL_H_
#endif

#include "hwy/highway.h"
#include "lib/kernels/arithmetic-inl.h"
#include "lib/rules/decay.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Specialised by each rule for its kernel and variants, with
//   kStates   how many state streams the variant uses
//   kDivides  whether it divides, so that the divider is its limit in cache
//   Run(A a, D d, const Scalars& s, Cursor c)   one vector's update, read and written through c
// A: PlainArithmetic or FlushingArithmetic, or either on four vectors at once (four-inl.h), with D
// and the cursor of these.
template <class Kernel, int kVariant>
struct Apply;

// g plus the L2 penalty's gradient.
template <DecayPlace kDecay, class A, class D, class V>
HWY_INLINE V DecayGradient(A a, D d, V g, V p, float decay) {
  if constexpr (kDecay == DecayPlace::kGradient) {
    return a.Add(g, a.Mul(a.Set(d, decay), p));
  } else {
    return g;
  }
}

// The new parameter. A decoupled decay is subtracted with the update, so that p is rounded once:
// p *= 1 - decay would round a factor near 1 once for all steps, and drift.
template <DecayPlace kDecay, class A, class D, class V>
HWY_INLINE V Descend(A a, D d, V p, V update, float decay) {
  if constexpr (kDecay == DecayPlace::kWithUpdate) {
    return a.Sub(p, a.Add(a.Mul(a.Set(d, decay), p), update));
  } else if constexpr (kDecay == DecayPlace::kAfterUpdate) {
    return a.Sub(p, a.Add(a.Mul(a.Set(d, decay), a.Sub(p, update)), update));
  } else {
    return a.Sub(p, update);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_APPLY_INL_H_
