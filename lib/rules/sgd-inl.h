// SPDX-License-Identifier: Apache-2.0
// SGD on vectors; simdoptim/sgd.h has the equations.

#if defined(SIMDOPTIM_LIB_RULES_SGD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_RULES_SGD_INL_H_
#undef SIMDOPTIM_LIB_RULES_SGD_INL_H_
#else
#define SIMDOPTIM_LIB_RULES_SGD_INL_H_
#endif

#include "lib/kernels/apply-inl.h"
#include "lib/rules/sgd.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

template <int kVariant>
struct Apply<Sgd, kVariant> {
  static constexpr Sgd::Buffer kBuffer = Sgd::BufferOf(kVariant);
  static constexpr DecayPlace kDecay = Sgd::DecayOf(kVariant);
  static constexpr int kStates = kBuffer == Sgd::Buffer::kNone ? 0 : 1;
  static constexpr bool kDivides = false;

  template <class A, class D, class Cursor>
  static HWY_INLINE void Run(A a, D d, const Sgd::Scalars& s, Cursor c) {
    const auto p = c.Param(d);
    const auto g =
        DecayGradient<kDecay>(a, d, a.FlipSign(c.Grad(d), a.Set(d, s.grad_sign)), p, s.decay);
    auto direction = g;
    if constexpr (kBuffer != Sgd::Buffer::kNone) {
      // b = momentum * b + weight * g, as a correction of b: one rounding of b's size, not two.
      const auto old_b = c.template State<0>(d);
      const auto b = a.Add(
          old_b, a.Sub(a.Mul(a.Set(d, s.buffer_grad), g), a.Mul(a.Set(d, s.buffer_loss), old_b)));
      c.template SetState<0>(d, b);
      direction = b;
      if constexpr (kBuffer == Sgd::Buffer::kNesterov) {
        direction = a.Add(a.Mul(a.Set(d, s.nesterov_grad), g), a.Mul(a.Set(d, s.momentum), b));
      }
    }
    const auto update = a.Mul(a.Set(d, s.step_size), direction);
    c.SetParam(d, Descend<kDecay>(a, d, p, update, s.decay));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_RULES_SGD_INL_H_
