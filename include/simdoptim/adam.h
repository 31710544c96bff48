// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW with their variants: options, and the step on the caller's spans.
#ifndef SIMDOPTIM_ADAM_H_
#define SIMDOPTIM_ADAM_H_

#include <cstdint>
#include <span>

#include "simdoptim/formats.h"
#include "simdoptim/step.h"
#include "simdoptim/weight_decay.h"

namespace simdoptim {
inline namespace v1 {

// Which second moment the denominator is made of. They differ by where eps bites.
enum class AdamRoot : int {
  // sqrt(v / (1 - beta2^t) + eps_root) + eps: Kingma and Ba 2015, algorithm 1; PyTorch; optax.
  kCorrected = 0,
  // sqrt(v + eps_root) + eps, with lr * sqrt(1 - beta2^t) / (1 - beta1^t): the paper's section 2;
  // Keras, TensorFlow, Torch7, ONNX, Hugging Face.
  kUncorrected = 1,
};

// What max_exp_avg_sq of AMSGrad (Reddi, Kale and Kumar 2018) is the running maximum of.
enum class AmsgradMax : int {
  kRaw = 0,        // v. PyTorch, Keras.
  kCorrected = 1,  // v / (1 - beta2^t). optax.
};

// g: the gradient (negated if maximize, plus weight_decay * p under WeightDecay::kL2);
// m: exp_avg; v: exp_avg_sq; vmax: max_exp_avg_sq; all start at 0; t counts from 1.
//
//   m = beta1 * m + (1 - beta1) * g
//   v = beta2 * v + (1 - beta2) * g^2
//   p = p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t) + eps_root) + eps)
//
// (Kingma and Ba 2015, algorithm 1.) With amsgrad, vmax = max(vmax, v) takes the place of v in the
// last line. Without bias_correction, both corrections are 1.
//
// Adam and AdamW (Loshchilov and Hutter 2019) differ only in the defaults of weight_decay (0 and
// 1e-2) and decay_mode (kL2 and kDecoupled). Defaults are PyTorch's.
// State: exp_avg and exp_avg_sq, 8 bytes a parameter; with amsgrad max_exp_avg_sq, 12. Bytes moved
// a parameter: 28, with amsgrad 36.
// Error of Adam and AdamW against double, in ULP, in any variant and gradient format, as
// tests/accuracy measures it: the mean of all but the worst 1 %, and the maximum, in ULP of the
// largest value that the element has had. -: no bound, because an L2 penalty can cancel the
// gradient.
//                          1 step     100 steps   1000 steps
//   p                     0.05  1      3    15     10    50
//   m, v, vmax            0.6   2.5    2    10      4    25
//   p under kL2           0.05  -      3    15     10    50
//   m, v, vmax under kL2  1     -      3    20      6    50
// A g beyond 1e19 / sqrt(1 - beta2) makes v infinite, and NaN from the step after.
template <bool kIsAdamW>
struct AdamFamilyOptions {
  double lr = 1e-3;                            // [0, inf)
  double beta1 = 0.9;                          // [0, 1)
  double beta2 = 0.999;                        // [0, 1)
  double eps = 1e-8;                           // [0, inf)
  double eps_root = 0;                         // [0, inf)
  double weight_decay = kIsAdamW ? 1e-2 : 0.;  // [0, inf)
  WeightDecay decay_mode = kIsAdamW ? WeightDecay::kDecoupled : WeightDecay::kL2;
  AdamRoot root = AdamRoot::kCorrected;
  bool bias_correction = true;
  bool amsgrad = false;
  AmsgradMax amsgrad_max = AmsgradMax::kRaw;
  bool maximize = false;         // ascend: the gradient is negated
  bool flush_subnormals = true;  // see options.h

  bool operator==(const AdamFamilyOptions&) const = default;
};
using AdamOptions = AdamFamilyOptions<false>;
using AdamWOptions = AdamFamilyOptions<true>;

// One step on the caller's memory. t: this step's number for this parameter, from 1.
// exp_avg, exp_avg_sq: as long as param, zero before t = 1. max_exp_avg_sq: the same if
// options.amsgrad, else empty. Spans may be unaligned and of any length, but must not overlap.
// Allocates nothing. Runs on the calling thread. Throws Error, before anything is changed, for
// sizes that differ, null or overlapping spans, t < 1 and options out of range.
inline void AdamStep(const AdamOptions& options, int64_t t, std::span<float> param,
                     const Gradient& grad, std::span<float> exp_avg, std::span<float> exp_avg_sq,
                     std::span<float> max_exp_avg_sq = {}) {
  const std::span<float> states[] = {exp_avg, exp_avg_sq, max_exp_avg_sq};
  Step(options, t, param, grad, states);
}
inline void AdamWStep(const AdamWOptions& options, int64_t t, std::span<float> param,
                      const Gradient& grad, std::span<float> exp_avg, std::span<float> exp_avg_sq,
                      std::span<float> max_exp_avg_sq = {}) {
  const std::span<float> states[] = {exp_avg, exp_avg_sq, max_exp_avg_sq};
  Step(options, t, param, grad, states);
}

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_ADAM_H_
