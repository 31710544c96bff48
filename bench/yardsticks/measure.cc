// SPDX-License-Identifier: Apache-2.0
// Interleaved timing.

#include "bench/yardsticks/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace simdoptim::yardsticks {
namespace {

double SecondsOf(const std::function<void()>& run, int calls) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Also warms up: caches, page tables, thread teams, clock frequency.
int RepetitionsFor(const std::function<void()>& run, double min_seconds) {
  constexpr int kMost = 1 << 28;
  int calls = 1;
  double seconds = SecondsOf(run, calls);
  while (seconds < min_seconds && calls < kMost) {
    // A tenth more than the estimate, so that one more turn is mostly enough.
    const double growth = seconds > 0 ? 1.1 * min_seconds / seconds : 16;
    calls = static_cast<int>(std::min<double>(kMost, std::ceil(calls * std::min(growth, 16.0))));
    seconds = SecondsOf(run, calls);
  }
  return calls;
}

// Linear between the two nearest values. Sorted, not empty.
double Quantile(const std::vector<double>& sorted, double at) {
  const double position = at * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

double Measurement::Median() const { return yardsticks::Median(samples); }

double Measurement::Spread() const {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  return (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / Quantile(sorted, 0.5);
}

std::vector<Measurement> Measure(const std::vector<Candidate>& candidates,
                                 const MeasureOptions& options) {
  std::vector<Measurement> measurements;
  for (const Candidate& candidate : candidates) {
    const int repetitions = RepetitionsFor(candidate.run, options.min_sample_seconds);
    measurements.push_back({candidate.name, {}, repetitions});
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t c = 0; c < candidates.size(); ++c) {
      const int calls = measurements[c].repetitions;
      measurements[c].samples.push_back(SecondsOf(candidates[c].run, calls) / calls);
    }
  }
  return measurements;
}

double MedianRatio(const Measurement& a, const Measurement& b) {
  std::vector<double> ratios(a.samples.size());
  for (size_t i = 0; i < ratios.size(); ++i) ratios[i] = a.samples[i] / b.samples[i];
  return Median(std::move(ratios));
}

}  // namespace simdoptim::yardsticks
