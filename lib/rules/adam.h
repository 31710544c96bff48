// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW on the host: fields, variants, per-step scalars, and the scalar references.
#ifndef SIMDOPTIM_LIB_RULES_ADAM_H_
#define SIMDOPTIM_LIB_RULES_ADAM_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lib/rules/decay.h"
#include "lib/rules/field.h"
#include "lib/rules/scalar.h"
#include "simdoptim/adam.h"

namespace simdoptim {

// What the two rules' kernels share: they differ in their defaults only.
struct AdamKernel {
  // Variant: AMSGrad or not x place of the decay.
  static constexpr int kVariants = 2 * kDecayPlaces;
  static constexpr bool AmsgradOf(int variant) { return variant >= kDecayPlaces; }
  static constexpr DecayPlace DecayOf(int variant) { return DecayPlace{variant % kDecayPlaces}; }

  struct Scalars {
    float grad_sign;    // -0 to maximize: flips the gradient's sign
    float decay;        // see DecayCoefficient
    float weight1;      // 1 - beta1
    float weight2;      // 1 - beta2
    float max_factor;   // v times this enters AMSGrad's maximum
    float eps_root;     // as it is added to the uncorrected v
    float root_factor;  // root times this, plus eps, is the denominator
    float eps;
    float step_size;  // of m over the denominator
  };
};

template <class AdamFamily>
struct AdamRule {
  using Kernel = AdamKernel;
  using Options = AdamFamily;
  static constexpr const char* kName = std::is_same_v<Options, AdamWOptions> ? "AdamW" : "Adam";
  static constexpr const char* kStates[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr const char* kRootNames[] = {"corrected", "uncorrected"};
  static constexpr const char* kAmsgradMaxNames[] = {"raw", "corrected"};
  static constexpr Field kFields[] = {
      Real<&Options::lr>("lr", Range::kNonNegative),
      Real<&Options::beta1>("beta1", Range::kUnit),
      Real<&Options::beta2>("beta2", Range::kUnit),
      Real<&Options::eps>("eps", Range::kNonNegative),
      Real<&Options::eps_root>("eps_root", Range::kNonNegative),
      Real<&Options::weight_decay>("weight_decay", Range::kNonNegative),
      Choice<&Options::decay_mode>("decay_mode", kWeightDecayNames),
      Choice<&Options::root>("root", kRootNames),
      Flag<&Options::bias_correction>("bias_correction"),
      Flag<&Options::amsgrad>("amsgrad"),
      Choice<&Options::amsgrad_max>("amsgrad_max", kAmsgradMaxNames),
      Flag<&Options::maximize>("maximize"),
      Flag<&Options::flush_subnormals>("flush_subnormals"),
  };

  static const char* Conflict(const Options&) { return nullptr; }

  static bool NeedsState(const Options& o, size_t state) { return state < 2 || o.amsgrad; }

  static int Variant(const Options& o) {
    return (o.amsgrad ? kDecayPlaces : 0) +
           static_cast<int>(PlaceOfDecay(o.weight_decay, o.decay_mode));
  }

  static AdamKernel::Scalars MakeScalars(const Options& o, int64_t t) {
    const auto [beta1_power, beta2_power] = IntegerPowers<2>({o.beta1, o.beta2}, t);
    const double correction1 = o.bias_correction ? 1 - beta1_power : 1;
    const double correction2 = o.bias_correction ? 1 - beta2_power : 1;
    // The denominator is root_factor * sqrt(x + eps_root) + eps, with x = v, or the maximum, which
    // may hold corrected values. Everything else is moved into the scalars.
    const double max_factor = o.amsgrad_max == AmsgradMax::kCorrected ? 1 / correction2 : 1;
    const double x_correction = o.amsgrad ? correction2 * max_factor : correction2;
    const bool corrected = o.root == AdamRoot::kCorrected;
    const double inside = corrected ? x_correction : x_correction / correction2;
    const bool flush = o.flush_subnormals;
    return {
        .grad_sign = o.maximize ? -0.0f : 0.0f,
        .decay = ToScalar(DecayCoefficient(o.lr, o.weight_decay, o.decay_mode), flush),
        .weight1 = ToScalar(1 - o.beta1, flush),
        .weight2 = ToScalar(1 - o.beta2, flush),
        .max_factor = ToScalar(max_factor, flush),
        .eps_root = ToScalar(o.eps_root * inside, flush),
        .root_factor = ToScalar(1 / std::sqrt(inside), flush),
        .eps = ToScalar(o.eps, flush),
        .step_size =
            ToScalar((corrected ? o.lr : o.lr * std::sqrt(correction2)) / correction1, flush),
    };
  }

  // The kernels' operations in the kernels' order. F: a float that rounds (lib/reference).
  template <class F>
  static void ReferenceFloat(const Options& o, int64_t t, F& p, F g, F* state) {
    double power1 = 1, power2 = 1;
    double square1 = o.beta1, square2 = o.beta2;
    for (int64_t bits = t; bits != 0; bits /= 2) {
      if (bits % 2 == 1) {
        power1 *= square1;
        power2 *= square2;
      }
      square1 *= square1;
      square2 *= square2;
    }
    const double c1 = o.bias_correction ? 1 - power1 : 1;
    const double c2 = o.bias_correction ? 1 - power2 : 1;
    if (o.maximize) g = F(-1) * g;
    if (o.weight_decay != 0 && o.decay_mode == WeightDecay::kL2) g = g + F(o.weight_decay) * p;
    F& m = state[0];
    F& v = state[1];
    m = m + F(1 - o.beta1) * (g - m);
    v = v + (F(1 - o.beta2) * g * g - F(1 - o.beta2) * v);
    F x = v;
    double inside = o.root == AdamRoot::kCorrected ? c2 : 1;  // of what eps_root is added to
    if (o.amsgrad) {
      F& x_max = state[2];
      if (o.amsgrad_max == AmsgradMax::kCorrected) {
        const double factor = 1 / c2;
        x = F(factor) * x;
        inside = o.root == AdamRoot::kCorrected ? c2 * factor : c2 * factor / c2;
      }
      x_max = Max(x, x_max);
      x = x_max;
    }
    const F denominator = sqrt(x + F(o.eps_root * inside)) * F(1 / std::sqrt(inside)) + F(o.eps);
    const double lr = o.root == AdamRoot::kCorrected ? o.lr : o.lr * std::sqrt(c2);
    const F update = F(lr / c1) * (m / denominator);
    p = ReferenceDescend(o, p, update);
  }

  // The rule as simdoptim/adam.h and the papers write it.
  static void ReferenceDouble(const Options& o, int64_t t, double& p, double g, double* state) {
    const double c1 = o.bias_correction ? 1 - std::pow(o.beta1, t) : 1;
    const double c2 = o.bias_correction ? 1 - std::pow(o.beta2, t) : 1;
    if (o.maximize) g = -g;
    if (o.decay_mode == WeightDecay::kL2) g += o.weight_decay * p;
    double& m = state[0];
    double& v = state[1];
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    double v_hat = v / c2;
    if (o.amsgrad && o.amsgrad_max == AmsgradMax::kRaw) {
      state[2] = std::max(state[2], v);
      v_hat = state[2] / c2;
    } else if (o.amsgrad) {
      state[2] = std::max(state[2], v / c2);
      v_hat = state[2];
    }
    const double update =
        o.root == AdamRoot::kCorrected
            ? o.lr * (m / c1) / (std::sqrt(v_hat + o.eps_root) + o.eps)
            : o.lr * std::sqrt(c2) / c1 * m / (std::sqrt(v_hat * c2 + o.eps_root) + o.eps);
    p = ReferenceDescend(o, p, update);
  }
};

using Adam = AdamRule<AdamOptions>;
using AdamW = AdamRule<AdamWOptions>;

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_ADAM_H_
