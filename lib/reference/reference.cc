// SPDX-License-Identifier: Apache-2.0
// The scalar references as plain loops, and ULP comparison.

#include "simdoptim/reference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "lib/kernels/float_mode.h"
#include "lib/options/validate.h"
#include "lib/rules/registry.h"
#include "lib/spans/check.h"
#include "simdoptim/error.h"

namespace simdoptim {
namespace {

float GradientAt(const Gradient& grad, size_t i) {
  switch (grad.format()) {
    case Format::kBF16:
      return ToFloat(static_cast<const BFloat16*>(grad.data())[i]);
    case Format::kF16:
      return ToFloat(static_cast<const Float16*>(grad.data())[i]);
    case Format::kF32:
      break;
  }
  return static_cast<const float*>(grad.data())[i];
}

template <class Real, class GradientOf, class StepElement>
void Loop(const Options& options, int64_t t, std::span<Real> param, const NamedSpan& grad,
          std::span<const std::span<Real>> states, GradientOf gradient, StepElement step) {
  const RuleInfo& rule = RuleOf(options);
  const void* held = Address(options);
  ValidateHeld(rule, held);
  NamedSpan spans[kMaxStates];
  for (size_t k = 0; k < std::min(states.size(), kMaxStates); ++k) {
    spans[k] = {nullptr, states[k].data(), states[k].size(), sizeof(Real)};
  }
  CheckStep(rule, held, t, {"parameter", param.data(), param.size(), sizeof(Real)}, grad, spans,
            states.size());
  for (size_t i = 0; i < param.size(); ++i) {
    Real state[kMaxStates] = {};
    for (size_t k = 0; k < rule.states.size(); ++k) {
      if (rule.needs_state(held, k)) state[k] = states[k][i];
    }
    step(held, t, param[i], gradient(i), state);
    for (size_t k = 0; k < rule.states.size(); ++k) {
      if (rule.needs_state(held, k)) states[k][i] = state[k];
    }
  }
}

// Integers in the order of the floats; both zeros are 0.
int64_t Ordinal(float x) {
  const int64_t bits = std::bit_cast<int32_t>(x);
  return bits < 0 ? std::numeric_limits<int32_t>::min() - bits : bits;
}

template <class Truth>
UlpSummary Compare(std::span<const float> actual, std::span<const Truth> expected) {
  if (actual.size() != expected.size()) {
    throw Error("CompareUlp: actual has " + NumberText(actual.size()) + " elements, expected has " +
                NumberText(expected.size()));
  }
  UlpSummary summary;
  double sum = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    const uint32_t distance = UlpDistance(actual[i], static_cast<float>(expected[i]));
    sum += distance;
    if (distance > summary.max) {
      summary.max = distance;
      summary.worst = i;
    }
  }
  if (!actual.empty()) summary.mean = sum / static_cast<double>(actual.size());
  return summary;
}

}  // namespace

inline namespace v1 {
namespace reference {

void Step(const Options& options, int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) {
  const FloatMode mode;
  const RuleInfo& rule = RuleOf(options);
  const auto step =
      rule.flush_subnormals(Address(options)) ? rule.reference_flushed : rule.reference_strict;
  const NamedSpan span = {"gradient", grad.data(), grad.size(), FormatBytes(grad.format())};
  Loop(
      options, t, param, span, states, [&](size_t i) { return GradientAt(grad, i); }, step);
}

void Step(const Options& options, int64_t t, std::span<double> param, std::span<const double> grad,
          std::span<const std::span<double>> states) {
  const FloatMode mode;
  const NamedSpan span = {"gradient", grad.data(), grad.size(), sizeof(double)};
  Loop(
      options, t, param, span, states, [&](size_t i) { return grad[i]; },
      RuleOf(options).reference_double);
}

}  // namespace reference

uint32_t UlpDistance(float a, float b) noexcept {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) && std::isnan(b) ? 0 : std::numeric_limits<uint32_t>::max();
  }
  const int64_t difference = Ordinal(a) - Ordinal(b);
  return static_cast<uint32_t>(difference < 0 ? -difference : difference);
}

UlpSummary CompareUlp(std::span<const float> actual, std::span<const float> expected) {
  return Compare(actual, expected);
}
UlpSummary CompareUlp(std::span<const float> actual, std::span<const double> expected) {
  return Compare(actual, expected);
}

}  // namespace v1
}  // namespace simdoptim
