// SPDX-License-Identifier: Apache-2.0

#include "tests/accuracy/adamw_forms.h"

#include <cmath>

namespace simdoptim::test {
namespace {

struct Corrections {
  double c1, c2;
};
Corrections At(const AdamWOptions& o, int64_t t) {
  const double power = static_cast<double>(t);
  return {1 - std::pow(o.beta1, power), 1 - std::pow(o.beta2, power)};
}

float F(double x) { return static_cast<float>(x); }

// p *= 1 - lr * wd; m and v as weighted sums; two divisions.
void ShrinkThenStep(const AdamWOptions& o, int64_t t, float& p, float g, float& m, float& v) {
  const auto [c1, c2] = At(o, t);
  p *= F(1 - o.lr * o.weight_decay);
  m = F(o.beta1) * m + F(1 - o.beta1) * g;
  v = F(o.beta2) * v + (F(1 - o.beta2) * g) * g;
  const float denominator = std::sqrt(v) / F(std::sqrt(c2)) + F(o.eps);
  p -= F(o.lr / c1) * m / denominator;
}

// m and v by fused linear interpolation; one decay and step in one subtraction.
void FusedInterpolation(const AdamWOptions& o, int64_t t, float& p, float g, float& m, float& v) {
  const auto [c1, c2] = At(o, t);
  const auto interpolate = [](float start, float end, float weight) {
    return std::fma(weight, end, std::fma(-weight, start, start));
  };
  m = interpolate(g, m, F(o.beta1));
  v = interpolate(g * g, v, F(o.beta2));
  const float m_hat = m / F(c1);
  const float v_hat = v / F(c2);
  p -= F(o.lr) * (m_hat / (std::sqrt(v_hat) + F(o.eps)) + F(o.weight_decay) * p);
}

// m and v as weighted sums; decay and step in one subtraction.
void SumThenOneSubtraction(const AdamWOptions& o, int64_t t, float& p, float g, float& m,
                           float& v) {
  const auto [c1, c2] = At(o, t);
  m = F(o.beta1) * m + F(1 - o.beta1) * g;
  v = F(o.beta2) * v + F(1 - o.beta2) * (g * g);
  const float m_hat = m / F(c1);
  const float v_hat = v / F(c2);
  p -= F(o.lr) * (m_hat / (std::sqrt(v_hat) + F(o.eps)) + F(o.weight_decay) * p);
}

// Fused multiply-add throughout, the decay as p * (1 - lr * wd) after the step is formed.
void FusedSumAndShrink(const AdamWOptions& o, int64_t t, float& p, float g, float& m, float& v) {
  const auto [c1, c2] = At(o, t);
  m = std::fma(g, F(1 - o.beta1), m * F(o.beta1));
  v = std::fma(g * g, F(1 - o.beta2), v * F(o.beta2));
  const float denominator = std::fma(std::sqrt(v), F(1 / std::sqrt(c2)), F(o.eps));
  const float update = m / denominator;
  p = std::fma(p, F(-o.lr * o.weight_decay), p);
  p = std::fma(update, F(-o.lr / c1), p);
}

constexpr AdamWForm kForms[] = {
    {"weighted sums, p *= 1 - lr*wd (PyTorch's order)", &ShrinkThenStep},
    {"fused interpolation, one subtraction (llm.c's order)", &FusedInterpolation},
    {"weighted sums, one subtraction (ggml's order, IPEX's)", &SumThenOneSubtraction},
    {"fused sums, decay apart (DeepSpeed's order)", &FusedSumAndShrink},
};

}  // namespace

std::span<const AdamWForm> AdamWForms() { return kForms; }

FloatStep StepOf(const AdamWForm& form, const AdamWOptions& options) {
  return [&form, options](int64_t t, std::span<float> param, const Gradient& grad,
                          std::span<const std::span<float>> states) {
    const float* g = static_cast<const float*>(grad.data());
    for (size_t i = 0; i < param.size(); ++i) {
      form.step(options, t, param[i], g[i], states[0][i], states[1][i]);
    }
  };
}

}  // namespace simdoptim::test
