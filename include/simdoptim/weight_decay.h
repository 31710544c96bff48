// SPDX-License-Identifier: Apache-2.0
// The places in an update where systems put the weight decay; shared by all rules.
#ifndef SIMDOPTIM_WEIGHT_DECAY_H_
#define SIMDOPTIM_WEIGHT_DECAY_H_

namespace simdoptim {
inline namespace v1 {

// With wd the option weight_decay, p the parameter and u the rule's update without decay:
enum class WeightDecay : int {
  // g += wd * p before anything else: an L2 penalty. PyTorch's SGD and Adam.
  kL2 = 0,
  // p -= lr * wd * p + u: decoupled (Loshchilov and Hutter 2019). PyTorch's AdamW.
  kDecoupled = 1,
  // p -= u, then p -= lr * wd * p: decoupled, from the updated parameter. Hugging Face's AdamW.
  kDecoupledAfter = 2,
  // p -= wd * p + u: decoupled, not scaled by lr. TensorFlow Addons.
  kDecoupledWithoutLr = 3,
};

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_WEIGHT_DECAY_H_
