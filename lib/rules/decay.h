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

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_RULES_DECAY_H_
