// SPDX-License-Identifier: Apache-2.0

#include "tests/accuracy/drift.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/cases.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

// The doubles of one stream, and the largest magnitude of each so far.
struct Truth {
  explicit Truth(std::span<const float> start)
      : values(start.begin(), start.end()), largest(start.size()) {
    Update();
  }

  void Update() {
    for (size_t i = 0; i < values.size(); ++i) {
      largest[i] = std::max(largest[i], std::fabs(values[i]));
    }
  }

  std::vector<double> values, largest;
};

// In units of the last place of `largest`.
double Error(float actual, double truth, double largest) {
  const double unit = std::max(std::ldexp(1.0, std::ilogb(largest) - 23), 0x1p-149);
  const double error = std::fabs(static_cast<double>(actual) - truth) / unit;
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

StreamDrift Summarize(const std::string& name, std::span<const float> floats, const Truth& truth) {
  StreamDrift drift = {name};
  std::vector<uint32_t> distances;
  for (size_t i = 0; i < floats.size(); ++i) {
    distances.push_back(UlpDistance(floats[i], static_cast<float>(truth.values[i])));
    drift.max = std::max(drift.max, Error(floats[i], truth.values[i], truth.largest[i]));
  }
  std::sort(distances.begin(), distances.end());
  distances.resize(distances.size() - distances.size() / 100);
  drift.mean = std::accumulate(distances.begin(), distances.end(), 0.0) /
               static_cast<double>(distances.size());
  return drift;
}

}  // namespace

Drift MeasureDrift(const Options& options, Format format, size_t size, int steps,
                   const FloatStep& step) {
  Random random(14);
  const std::vector<float> start = random.Floats(size, -6, 0);
  const std::vector<float> scale = random.Floats(size, -9, -1);
  const Tensor actual(options, start);
  std::vector<Truth> truths = {Truth(start)};
  for (const std::span<float> state : actual.states()) truths.emplace_back(state);
  std::vector<std::span<double>> truth_states;
  for (size_t k = 1; k < truths.size(); ++k) truth_states.emplace_back(truths[k].values);

  std::vector<float> grad(size);
  for (int t = 1; t <= steps; ++t) {
    // Noise of a size of its own for each parameter.
    for (size_t i = 0; i < size; ++i) grad[i] = scale[i] * random.Float(-3, 0);
    const GradientBuffer stored(grad, format);
    step(t, actual.param(), stored.view(), actual.states());
    reference::Step(options, t, truths[0].values, stored.Doubles(), truth_states);
    for (Truth& truth : truths) truth.Update();
  }

  Drift drift = {Summarize("param", actual.param(), truths[0])};
  const std::vector<std::string> names = StateNames(options);
  for (size_t k = 0; k < names.size(); ++k) {
    if (!NeedsState(options, k)) continue;
    drift.push_back(Summarize(names[k], actual.states()[k], truths[k + 1]));
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
