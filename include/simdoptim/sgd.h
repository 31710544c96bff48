// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with its variants: options, and the step on the caller's spans.
#ifndef SIMDOPTIM_SGD_H_
#define SIMDOPTIM_SGD_H_

#include <cstdint>
#include <span>

#include "simdoptim/formats.h"
#include "simdoptim/step.h"
#include "simdoptim/weight_decay.h"

namespace simdoptim {
inline namespace v1 {

// What the momentum buffer b is after a parameter's first step, t = 1.
enum class FirstBuffer : int {
  kGradient = 0,  // b = momentum * b + g: the dampening waits for the second step. PyTorch.
  kZero = 1,      // b = momentum * b + (1 - dampening) * g on every step.
};

// g: the gradient (negated if maximize, plus weight_decay * p under kL2); b: momentum_buffer.
//
//   b = momentum * b + (1 - dampening) * g     (see FirstBuffer for t = 1; b starts at 0)
//   d = nesterov ? g + momentum * b : b        (d = g if momentum == 0: there is no buffer)
//   p = p - lr * d
//
// With lr_in_buffer (Keras, TensorFlow, Torch7), lr multiplies g before it enters the buffer and
// d is subtracted as it is; the two differ only where lr changes between steps.
//
// Defaults are PyTorch's (torch.optim.SGD). State: momentum_buffer, 4 bytes a parameter, if
// momentum is not 0. Bytes moved a parameter: 12, with momentum 20.
// Error of SGD against double, in ULP, in any variant and gradient format, as tests/accuracy
// measures it: the mean of all but the worst 1 %, and the maximum, in ULP of the largest value that
// the element has had. -: no bound, because an L2 penalty can cancel the gradient.
//                 1 step     100 steps   1000 steps
//   p            0.05  1      3    20     10    50
//   b            0     0      2    2.5    2     2
//   p under kL2  0.05  1      3    15     10    40
//   b under kL2  0.2   -      3    15      6    40
struct SgdOptions {
  double lr = 1e-3;         // [0, inf)
  double momentum = 0;      // [0, inf)
  double dampening = 0;     // (-inf, inf)
  bool nesterov = false;    // needs momentum > 0; PyTorch also dampening == 0
  double weight_decay = 0;  // [0, inf)
  WeightDecay decay_mode = WeightDecay::kL2;
  FirstBuffer first_buffer = FirstBuffer::kGradient;
  bool lr_in_buffer = false;
  bool maximize = false;         // ascend: the gradient is negated
  bool flush_subnormals = true;  // see options.h

  bool operator==(const SgdOptions&) const = default;
};

// One step on the caller's memory. t: this step's number for this parameter, from 1.
// momentum_buffer: as long as param, zero before t = 1; empty if options.momentum == 0.
// Spans may be unaligned and of any length, but must not overlap. Allocates nothing. Runs on the
// calling thread. Throws Error, before anything is changed, for sizes that differ, null or
// overlapping spans, t < 1 and options out of range.
inline void SgdStep(const SgdOptions& options, int64_t t, std::span<float> param,
                    const Gradient& grad, std::span<float> momentum_buffer = {}) {
  const std::span<float> states[] = {momentum_buffer};
  Step(options, t, param, grad, states);
}

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_SGD_H_
