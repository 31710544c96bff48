// SPDX-License-Identifier: Apache-2.0
// SGD on the host: fields, variants, per-step scalars, and the scalar references.
#ifndef SIMDOPTIM_LIB_RULES_SGD_H_
#define SIMDOPTIM_LIB_RULES_SGD_H_

#include <cstddef>
#include <cstdint>

#include "lib/rules/decay.h"
#include "lib/rules/field.h"
#include "lib/rules/scalar.h"
#include "simdoptim/sgd.h"

namespace simdoptim {

struct Sgd {
  using Kernel = Sgd;
  using Options = SgdOptions;
  static constexpr const char* kName = "SGD";
  static constexpr const char* kStates[] = {"momentum_buffer"};
  static constexpr const char* kFirstBufferNames[] = {"gradient", "zero"};
  static constexpr Field kFields[] = {
      Real<&Options::lr>("lr", Range::kNonNegative),
      Real<&Options::momentum>("momentum", Range::kNonNegative),
      Real<&Options::dampening>("dampening", Range::kFinite),
      Flag<&Options::nesterov>("nesterov"),
      Real<&Options::weight_decay>("weight_decay", Range::kNonNegative),
      Choice<&Options::decay_mode>("decay_mode", kWeightDecayNames),
      Choice<&Options::first_buffer>("first_buffer", kFirstBufferNames),
      Flag<&Options::lr_in_buffer>("lr_in_buffer"),
      Flag<&Options::maximize>("maximize"),
      Flag<&Options::flush_subnormals>("flush_subnormals"),
  };

  static const char* Conflict(const Options& o) {
    return o.nesterov && o.momentum == 0 ? "nesterov needs momentum > 0" : nullptr;
  }

  static bool NeedsState(const Options& o, size_t) { return o.momentum != 0; }

  // Variant: (no buffer, buffer, Nesterov) x place of the decay.
  enum class Buffer : int { kNone, kPlain, kNesterov };
  static constexpr int kVariants = 3 * kDecayPlaces;
  static constexpr Buffer BufferOf(int variant) { return Buffer{variant / kDecayPlaces}; }
  static constexpr DecayPlace DecayOf(int variant) { return DecayPlace{variant % kDecayPlaces}; }
  static int Variant(const Options& o) {
    const Buffer buffer = o.momentum == 0 ? Buffer::kNone
                          : o.nesterov    ? Buffer::kNesterov
                                          : Buffer::kPlain;
    return static_cast<int>(buffer) * kDecayPlaces +
           static_cast<int>(PlaceOfDecay(o.weight_decay, o.decay_mode));
  }

  struct Scalars {
    float grad_sign;      // -0 to maximize: flips the gradient's sign
    float decay;          // see DecayCoefficient
    float buffer_loss;    // 1 - momentum
    float buffer_grad;    // weight of g in the buffer
    float momentum;       // of Nesterov's look ahead
    float nesterov_grad;  // weight of g beside it
    float step_size;      // of the buffer, or of g without one
  };

  static Scalars MakeScalars(const Options& o, int64_t t) {
    const bool undamped = t == 1 && o.first_buffer == FirstBuffer::kGradient;
    const double weight = undamped ? 1 : 1 - o.dampening;
    const bool flush = o.flush_subnormals;
    return {
        .grad_sign = o.maximize ? -0.0f : 0.0f,
        .decay = ToScalar(DecayCoefficient(o.lr, o.weight_decay, o.decay_mode), flush),
        .buffer_loss = ToScalar(1 - o.momentum, flush),
        .buffer_grad = ToScalar(o.lr_in_buffer ? weight * o.lr : weight, flush),
        .momentum = ToScalar(o.momentum, flush),
        .nesterov_grad = ToScalar(o.lr_in_buffer ? o.lr : 1, flush),
        .step_size = ToScalar(o.lr_in_buffer && o.momentum != 0 ? 1 : o.lr, flush),
    };
  }

  // The kernels' operations in the kernels' order. F: a float that rounds (lib/reference).
  template <class F>
  static void ReferenceFloat(const Options& o, int64_t t, F& p, F g, F* state) {
    const bool in_buffer = o.lr_in_buffer && o.momentum != 0;
    if (o.maximize) g = F(-1) * g;
    if (o.weight_decay != 0 && o.decay_mode == WeightDecay::kL2) g = g + F(o.weight_decay) * p;
    F direction = g;
    if (o.momentum != 0) {
      const double damped =
          t == 1 && o.first_buffer == FirstBuffer::kGradient ? 1 : 1 - o.dampening;
      F& b = state[0];
      b = b + (F(in_buffer ? damped * o.lr : damped) * g - F(1 - o.momentum) * b);
      direction = o.nesterov ? F(in_buffer ? o.lr : 1) * g + F(o.momentum) * b : b;
    }
    const F update = F(in_buffer ? 1 : o.lr) * direction;
    p = ReferenceDescend(o, p, update);
  }

  // The rule as simdoptim/sgd.h writes it.
  static void ReferenceDouble(const Options& o, int64_t t, double& p, double g, double* state) {
    if (o.maximize) g = -g;
    if (o.decay_mode == WeightDecay::kL2) g += o.weight_decay * p;
    double direction = g;
    if (o.lr_in_buffer) g *= o.lr;
    if (o.momentum != 0) {
      const double damped =
          t == 1 && o.first_buffer == FirstBuffer::kGradient ? 1 : 1 - o.dampening;
      double& b = state[0];
      b = o.momentum * b + damped * g;
      direction = o.nesterov ? g + o.momentum * b : b;
    } else if (o.lr_in_buffer) {
      direction = g;
    }
    p = ReferenceDescend(o, p, o.lr_in_buffer ? direction : o.lr * direction);
  }
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_SGD_H_
