// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW on vectors; simdoptim/adam.h has the equations.

#if defined(SIMDOPTIM_LIB_RULES_ADAM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_RULES_ADAM_INL_H_
#undef SIMDOPTIM_LIB_RULES_ADAM_INL_H_
#else
#define SIMDOPTIM_LIB_RULES_ADAM_INL_H_
#endif

#include "lib/kernels/apply-inl.h"
#include "lib/rules/adam.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

template <int kVariant>
struct Apply<AdamKernel, kVariant> {
  static constexpr bool kAmsgrad = AdamKernel::AmsgradOf(kVariant);
  static constexpr DecayPlace kDecay = AdamKernel::DecayOf(kVariant);
  static constexpr int kStates = kAmsgrad ? 3 : 2;
  static constexpr bool kDivides = true;

  template <class A, class D, class Cursor>
  static HWY_INLINE void Run(A a, D d, const AdamKernel::Scalars& s, Cursor c) {
    const auto p = c.Param(d);
    const auto g =
        DecayGradient<kDecay>(a, d, a.FlipSign(c.Grad(d), a.Set(d, s.grad_sign)), p, s.decay);
    // m = beta1 * m + (1 - beta1) * g, as a correction of m: one rounding of m's size, not two,
    // and the fixed point is g whatever the rounding of beta1.
    const auto old_m = c.template State<0>(d);
    const auto m = a.Add(old_m, a.Mul(a.Set(d, s.weight1), a.Sub(g, old_m)));
    c.template SetState<0>(d, m);
    // v likewise, but (weight2 * g) * g stays finite up to g = 1e20, where g * g does not.
    const auto old_v = c.template State<1>(d);
    const auto w2 = a.Set(d, s.weight2);
    const auto v = a.Add(old_v, a.Sub(a.Mul(a.Mul(w2, g), g), a.Mul(w2, old_v)));
    c.template SetState<1>(d, v);
    auto x = v;
    if constexpr (kAmsgrad) {
      x = a.Max(a.Mul(a.Set(d, s.max_factor), v), c.template State<2>(d));
      c.template SetState<2>(d, x);
    }
    const auto root = a.Sqrt(a.Add(x, a.Set(d, s.eps_root)));
    const auto denominator = a.Add(a.Mul(root, a.Set(d, s.root_factor)), a.Set(d, s.eps));
    const auto update = a.Mul(a.Set(d, s.step_size), a.Div(m, denominator));
    c.SetParam(d, Descend<kDecay>(a, d, p, update, s.decay));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_RULES_ADAM_INL_H_
