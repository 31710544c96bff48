// SPDX-License-Identifier: Apache-2.0
// A perceptron with one hidden layer, in plain loops. It knows nothing of optimizers: it offers
// its values and gradients as spans of float, as any engine does.
#ifndef SIMDOPTIM_EXAMPLES_DIGITS_MLP_H_
#define SIMDOPTIM_EXAMPLES_DIGITS_MLP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataset.h"

namespace digits {

struct Tensor {
  std::string name;
  std::vector<float> value;
  std::vector<float> gradient;
};

struct Score {
  double loss = 0;      // mean cross-entropy, in nats
  double accuracy = 0;  // share of right answers
};

// logits = relu(pixels * w1 + b1) * w2 + b2, with weights stored [input][output].
class Mlp {
 public:
  static constexpr size_t kHidden = 128;

  // Weights uniform with variance 2 / inputs (He et al. 2015), biases 0.
  explicit Mlp(uint64_t seed);

  std::span<Tensor> Tensors() { return tensors_; }

  // Sets the gradients to those of the mean softmax cross-entropy over the samples.
  void Backward(const Dataset& dataset, std::span<const size_t> samples);

  Score Evaluate(const Dataset& dataset) const;

 private:
  struct Activations {
    std::array<float, kHidden> hidden;
    std::array<float, kClasses> probabilities;
  };

  // The sample's loss.
  float Forward(std::span<const float, kPixels> pixels, size_t label, Activations& out) const;

  enum Index { kW1, kB1, kW2, kB2, kTensors };
  std::array<Tensor, kTensors> tensors_;
};

}  // namespace digits

#endif  // SIMDOPTIM_EXAMPLES_DIGITS_MLP_H_
