// SPDX-License-Identifier: Apache-2.0
// Forward and backward, a sample at a time. The inner loops run over contiguous outputs, which
// compilers vectorize without reordering a sum.
#include "mlp.h"

#include <algorithm>
#include <cmath>

#include "random.h"

namespace digits {
namespace {

// y += a * x
void AddScaled(float a, const float* x, float* y, size_t size) {
  for (size_t i = 0; i < size; ++i) y[i] += a * x[i];
}

Tensor Zeros(const char* name, size_t size) {
  return {name, std::vector<float>(size), std::vector<float>(size)};
}

void InitWeights(size_t inputs, Random& random, Tensor& weights) {
  const float limit = std::sqrt(6 / static_cast<float>(inputs));
  for (float& w : weights.value) w = random.Symmetric(limit);
}

}  // namespace

Mlp::Mlp(uint64_t seed)
    : tensors_{Zeros("hidden.weight", kPixels * kHidden), Zeros("hidden.bias", kHidden),
               Zeros("output.weight", kHidden * kClasses), Zeros("output.bias", kClasses)} {
  Random random(seed);
  InitWeights(kPixels, random, tensors_[kW1]);
  InitWeights(kHidden, random, tensors_[kW2]);
}

float Mlp::Forward(std::span<const float, kPixels> pixels, size_t label, Activations& out) const {
  const float* const w1 = tensors_[kW1].value.data();
  const float* const w2 = tensors_[kW2].value.data();
  auto& hidden = out.hidden;
  std::copy_n(tensors_[kB1].value.data(), kHidden, hidden.begin());
  for (size_t i = 0; i < kPixels; ++i) {
    AddScaled(pixels[i], w1 + i * kHidden, hidden.data(), kHidden);
  }
  for (float& h : hidden) h = std::max(h, 0.f);

  auto& logits = out.probabilities;
  std::copy_n(tensors_[kB2].value.data(), kClasses, logits.begin());
  for (size_t j = 0; j < kHidden; ++j) {
    AddScaled(hidden[j], w2 + j * kClasses, logits.data(), kClasses);
  }

  // Softmax; less the largest logit, so that no exponential overflows.
  const float largest = *std::max_element(logits.begin(), logits.end());
  const float answer = logits[label] - largest;
  float sum = 0;
  for (float& x : logits) sum += x = std::exp(x - largest);
  for (float& x : logits) x /= sum;
  return std::log(sum) - answer;
}

void Mlp::Backward(const Dataset& dataset, std::span<const size_t> samples) {
  for (Tensor& tensor : tensors_) std::fill(tensor.gradient.begin(), tensor.gradient.end(), 0.f);
  const float* const w2 = tensors_[kW2].value.data();
  float* const dw1 = tensors_[kW1].gradient.data();
  float* const db1 = tensors_[kB1].gradient.data();
  float* const dw2 = tensors_[kW2].gradient.data();
  float* const db2 = tensors_[kB2].gradient.data();
  const float scale = 1 / static_cast<float>(samples.size());

  Activations activations;
  for (const size_t sample : samples) {
    const auto pixels = dataset.Pixels(sample);
    const size_t label = dataset.Label(sample);
    Forward(pixels, label, activations);

    // d loss / d logits = probabilities - one_hot(label)
    auto& d_logits = activations.probabilities;
    d_logits[label] -= 1;
    for (float& d : d_logits) d *= scale;

    AddScaled(1, d_logits.data(), db2, kClasses);
    std::array<float, kHidden> d_hidden{};
    for (size_t j = 0; j < kHidden; ++j) {
      const float h = activations.hidden[j];
      if (h <= 0) continue;  // relu: no gradient passes, neither to w2's row nor to the hidden unit
      AddScaled(h, d_logits.data(), dw2 + j * kClasses, kClasses);
      for (size_t k = 0; k < kClasses; ++k) d_hidden[j] += w2[j * kClasses + k] * d_logits[k];
    }
    AddScaled(1, d_hidden.data(), db1, kHidden);
    for (size_t i = 0; i < kPixels; ++i) {
      AddScaled(pixels[i], d_hidden.data(), dw1 + i * kHidden, kHidden);
    }
  }
}

Score Mlp::Evaluate(const Dataset& dataset) const {
  Score score;
  Activations activations;
  for (size_t sample = 0; sample < dataset.size(); ++sample) {
    const size_t label = dataset.Label(sample);
    score.loss += static_cast<double>(Forward(dataset.Pixels(sample), label, activations));
    const auto& probabilities = activations.probabilities;
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    if (best == probabilities.begin() + static_cast<std::ptrdiff_t>(label)) score.accuracy += 1;
  }
  const auto samples = static_cast<double>(dataset.size());
  return {score.loss / samples, score.accuracy / samples};
}

}  // namespace digits
