// SPDX-License-Identifier: Apache-2.0
// The hand-written loop on an optimizer's memory, and its verification.

#include "bench/yardsticks/naive_trial.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <variant>

namespace simdoptim::yardsticks {
namespace {

constexpr int kStepNumber = 10;
// Elements do not depend on each other: the start of a tensor tells enough.
constexpr size_t kVerified = 64 << 10;
// 1 - 0.999f is off by 5e-5 of itself, and v with it.
constexpr float kTolerance = 1e-4f;

NaiveAdamW FloatsOf(const AdamWOptions& options) {
  return {.lr = static_cast<float>(options.lr),
          .beta1 = static_cast<float>(options.beta1),
          .beta2 = static_cast<float>(options.beta2),
          .eps = static_cast<float>(options.eps),
          .weight_decay = static_cast<float>(options.weight_decay)};
}

}  // namespace

NaiveTrial::NaiveTrial(Trial& trial, std::string_view flags, int threads)
    : options_(trial.options()),
      naive_options_(FloatsOf(std::get<AdamWOptions>(options_))),
      step_(flags == kNaiveO2 ? &NaiveStepO2 : &NaiveStepNative),
      threads_(threads) {
  Workload& workload = trial.workload();
  tensors_.reserve(workload.Tensors());
  for (size_t i = 0; i < workload.Tensors(); ++i) {
    const std::vector<std::span<float>> states = trial.States(i);
    const Gradient gradient = workload.GradientOf(i);
    tensors_.push_back({workload.Value(i).data(), static_cast<const float*>(gradient.data()),
                        states[0].data(), states[1].data(), gradient.size()});
  }
}

void NaiveTrial::Step() const {
  for (const Tensor& x : tensors_) {
    if (threads_ == 1) {
      step_(naive_options_, kStepNumber, x.p, x.g, x.m, x.v, x.size);
    } else {
      NaiveStepNativeOpenMp(naive_options_, kStepNumber, x.p, x.g, x.m, x.v, x.size, threads_);
    }
  }
}

std::string NaiveTrial::Verify() const {
  const Tensor& x = tensors_.front();
  const size_t n = std::min(x.size, kVerified);
  std::vector<float> p(x.p, x.p + n), m(x.m, x.m + n), v(x.v, x.v + n);
  const std::span<float> states[] = {m, v, {}};
  reference::Step(options_, kStepNumber, p, Gradient(x.g, n), states);
  Step();
  for (size_t i = 0; i < n; ++i) {
    // A step moves p by about lr.
    const bool close = std::abs(x.p[i] - p[i]) <= kTolerance * naive_options_.lr &&
                       std::abs(x.m[i] - m[i]) <= kTolerance * std::abs(m[i]) &&
                       std::abs(x.v[i] - v[i]) <= kTolerance * v[i];
    if (!close) return "the loop by hand is not near the reference at " + std::to_string(i);
  }
  return {};
}

}  // namespace simdoptim::yardsticks
