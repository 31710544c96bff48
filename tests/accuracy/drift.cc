// SPDX-License-Identifier: Apache-2.0

#include "tests/accuracy/drift.h"

#include <algorithm>
#include <numeric>

#include "tests/support/cases.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

StreamDrift Summarize(const std::string& name, std::span<const float> floats,
                      const std::vector<double>& truth) {
  std::vector<uint32_t> distances;
  for (size_t i = 0; i < floats.size(); ++i) {
    distances.push_back(UlpDistance(floats[i], static_cast<float>(truth[i])));
  }
  std::sort(distances.begin(), distances.end());
  const auto mean_of_first = [&](size_t count) {
    return std::accumulate(distances.begin(), distances.begin() + static_cast<ptrdiff_t>(count),
                           0.0) /
           static_cast<double>(count);
  };
  const size_t count = distances.size();
  return {name, mean_of_first(count - count / 100), mean_of_first(count), distances.back()};
}

}  // namespace

Drift MeasureDrift(const Options& options, Format format, size_t size, int steps,
                   const FloatStep& step) {
  Random random(14);
  const std::vector<float> start = random.Floats(size, -6, 0);
  const std::vector<float> scale = random.Floats(size, -9, -1);
  const Tensor actual(options, start);
  std::vector<double> truth(start.begin(), start.end());
  std::vector<std::vector<double>> truth_states;
  for (const std::span<float> state : actual.states()) truth_states.emplace_back(state.size());
  const std::vector<std::span<double>> truth_spans(truth_states.begin(), truth_states.end());

  std::vector<float> grad(size);
  for (int t = 1; t <= steps; ++t) {
    // Noise of a size of its own for each parameter.
    for (size_t i = 0; i < size; ++i) grad[i] = scale[i] * random.Float(-3, 0);
    const GradientBuffer stored(grad, format);
    step(t, actual.param(), stored.view(), actual.states());
    reference::Step(options, t, truth, stored.Doubles(), truth_spans);
  }

  Drift drift = {Summarize("param", actual.param(), truth)};
  const std::vector<std::string> names = StateNames(options);
  for (size_t k = 0; k < names.size(); ++k) {
    if (!NeedsState(options, k)) continue;
    drift.push_back(Summarize(names[k], actual.states()[k], truth_states[k]));
  }
  return drift;
}

Drift MeasureDrift(const Options& options, Format format, size_t size, int steps) {
  return MeasureDrift(
      options, format, size, steps,
      [&](int64_t t, std::span<float> param, const Gradient& grad,
          std::span<const std::span<float>> states) { Step(options, t, param, grad, states); });
}

}  // namespace simdoptim::test
