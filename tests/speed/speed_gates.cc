// SPDX-License-Identifier: Apache-2.0
// Four ways in which a step gets slow without any bit changing, each as a ratio of the fastest of
// many interleaved rounds. The bounds lie between what is measured with and without the fault.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "bench/yardsticks/measure.h"
#include "bench/yardsticks/shapes.h"
#include "bench/yardsticks/trial.h"
#include "simdoptim/simdoptim.h"

namespace simdoptim::yardsticks {
namespace {

constexpr int kRounds = 25;
constexpr size_t kSmallTensors = 10'000;
constexpr size_t kSmallElements = 256;
constexpr size_t kTinyTensors = 100'000;
constexpr size_t kTinyElements = 16;

double Fastest(const Measurement& measured) {
  return *std::min_element(measured.samples.begin(), measured.samples.end());
}

// How many times as long a takes as b.
double FastestRatio(const Candidate& a, const Candidate& b) {
  const std::vector<Measurement> measured = Measure({a, b}, {.rounds = kRounds});
  return Fastest(measured[0]) / Fastest(measured[1]);
}

// In cache, the last target of the list, which has no vectors, against the best.
double SpeedOfVectors() {
  Trial trial(AdamWOptions(), Flat(16 << 10), Format::kF32, 1);
  const std::vector<std::string> targets = Targets();
  const auto step_on = [&trial](const std::string& target) {
    return Candidate{target, [&trial, target] {
                       SetTarget(target);
                       trial.Step();
                     }};
  };
  return FastestRatio(step_on(targets.back()), step_on(targets.front()));
}

// Against the ceiling of the same memory.
double ShareOfCeiling(size_t tensors, size_t elements) {
  Trial trial(AdamWOptions(), Uniform(tensors, elements), Format::kF32, 1);
  trial.optimizer().SetThreads(1);
  const Ceiling ceiling = trial.MakeCeiling();
  const CeilingWay way = ceiling.FastestWay(1);
  return FastestRatio({"ceiling", [&] { ceiling.Run(way); }}, {"step", [&] { trial.Step(); }});
}

// Without prefetch into the next tensor, each tensor waits for its first lines.
double ShareOfSmall() { return ShareOfCeiling(kSmallTensors, kSmallElements); }

// With a kernel call for each tensor, the call costs as much as the tensor.
double ShareOfTiny() { return ShareOfCeiling(kTinyTensors, kTinyElements); }

// Small tensors against one of their total size, on all threads: a region for each would wake the
// team 10,000 times.
double TimeOfManyTensors() {
  const int threads = DefaultRunner().Threads();
  Trial many(AdamWOptions(), Uniform(kSmallTensors, kSmallElements), Format::kF32, threads);
  Trial one(AdamWOptions(), Flat(kSmallTensors * kSmallElements), Format::kF32, threads);
  return FastestRatio({"many", [&] { many.Step(); }}, {"one", [&] { one.Step(); }});
}

struct Gate {
  const char* name;
  double (*measure)();
  bool at_least;
  double bound;
};

constexpr Gate kGates[] = {
    {"AdamW in cache: the best target's speed over that without vectors", &SpeedOfVectors, true, 2},
    {"AdamW on 10,000 x 256, one thread: share of the ceiling's speed", &ShareOfSmall, true, 0.9},
    {"AdamW on 100,000 x 16, one thread: share of the ceiling's speed", &ShareOfTiny, true, 0.8},
    {"AdamW on 10,000 x 256, all threads: time over one tensor's", &TimeOfManyTensors, false, 2},
};

// A busy machine can spoil an attempt, a fault all of them.
bool Passes(const Gate& gate) {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double ratio = gate.measure();
    const bool passes = gate.at_least ? ratio >= gate.bound : ratio <= gate.bound;
    std::printf("%-70s %6.2f, %s %.2f: %s\n", gate.name, ratio,
                gate.at_least ? "at least" : "at most", gate.bound, passes ? "passes" : "FAILS");
    std::fflush(stdout);
    if (passes) return true;
  }
  return false;
}

}  // namespace
}  // namespace simdoptim::yardsticks

int main() {
  using namespace simdoptim::yardsticks;
  try {
    int failed = 0;
    for (const Gate& gate : kGates) failed += Passes(gate) ? 0 : 1;
    return failed == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "speed_gates: %s\n", error.what());
    return 1;
  }
}
