// SPDX-License-Identifier: Apache-2.0
// Weight decay as the kernels see it: where it stands in the update, and its coefficient.
#ifndef SIMDOPTIM_LIB_RULES_DECAY_H_
#define SIMDOPTIM_LIB_RULES_DECAY_H_

#include "simdoptim/weight_decay.h"

namespace simdoptim {

inline constexpr const char* kWeightDecayNames[] = {"l2", "decoupled", "decoupled_after",
                                                    "decoupled_without_lr"};

// Without decay there is no multiplication by 0, which would turn an infinite p into NaN.
enum class DecayPlace : int { kNone, kGradient, kWithUpdate, kAfterUpdate };
inline constexpr int kDecayPlaces = 4;

inline DecayPlace PlaceOfDecay(double weight_decay, WeightDecay mode) {
  if (weight_decay == 0) return DecayPlace::kNone;
  if (mode == WeightDecay::kL2) return DecayPlace::kGradient;
  return mode == WeightDecay::kDecoupledAfter ? DecayPlace::kAfterUpdate : DecayPlace::kWithUpdate;
}

inline double DecayCoefficient(double lr, double weight_decay, WeightDecay mode) {
  const bool times_lr = mode == WeightDecay::kDecoupled || mode == WeightDecay::kDecoupledAfter;
  return times_lr ? lr * weight_decay : weight_decay;
}

// The scalar references' last line, for a rule's options and its update u. F: a float that rounds;
// the kernels' operations in the kernels' order.
template <class RuleOptions, class F>
F ReferenceDescend(const RuleOptions& o, F p, F update) {
  const F decay(DecayCoefficient(o.lr, o.weight_decay, o.decay_mode));
  switch (PlaceOfDecay(o.weight_decay, o.decay_mode)) {
    case DecayPlace::kWithUpdate:
      return p - (decay * p + update);
    case DecayPlace::kAfterUpdate:
      return p - (decay * (p - update) + update);
    default:
      return p - update;
  }
}

// The same in double, as WeightDecay writes it.
template <class RuleOptions>
double ReferenceDescend(const RuleOptions& o, double p, double update) {
  const double updated = p - update;
  switch (o.decay_mode) {
    case WeightDecay::kDecoupled:
      return updated - o.lr * o.weight_decay * p;
    case WeightDecay::kDecoupledWithoutLr:
      return updated - o.weight_decay * p;
    case WeightDecay::kDecoupledAfter:
      return updated - o.lr * o.weight_decay * updated;
    case WeightDecay::kL2:
      break;
  }
  return updated;
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_DECAY_H_
