// SPDX-License-Identifier: Apache-2.0
// Every rule, format, instruction set and size, each beside its ceiling. Names: rows.h.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bench/rows.h"
#include "bench/yardsticks/divider.h"
#include "bench/yardsticks/machine.h"
#include "bench/yardsticks/trial.h"

namespace simdoptim::bench {
namespace {

using yardsticks::Candidate;
using yardsticks::Ceiling;
using yardsticks::CeilingWay;
using yardsticks::Measure;
using yardsticks::Measurement;
using yardsticks::MedianRatio;
using yardsticks::Trial;

// The limit that fits in a cache; above, it would only take time.
constexpr uint64_t kDividerElements = 64 << 10;

int rounds = 9;

// The search is done once for all rows with the same streams.
CeilingWay WayOf(const Ceiling& ceiling, const Row& row) {
  static std::map<std::tuple<uint64_t, std::string, int>, CeilingWay> known;
  const auto key = std::make_tuple(ceiling.BytesPerRun(), row.list.name, row.threads);
  const auto found = known.find(key);
  return found != known.end() ? found->second
                              : known.emplace(key, ceiling.FastestWay(row.threads)).first->second;
}

// Rules that divide by a root guard it with an eps.
bool Divides(const Options& options) {
  const std::vector<std::string> names = OptionNames(options);
  return std::find(names.begin(), names.end(), "eps") != names.end();
}

// Hands the samples that were taken to Google Benchmark: its iteration is a round, and the time it
// prints is the mean of a call.
void Report(benchmark::State& state, const Measurement& measured, uint64_t elements,
            uint64_t bytes) {
  size_t round = 0;
  for (auto _ : state) {
    state.SetIterationTime(measured.samples[round++ % measured.samples.size()]);
  }
  const double seconds = measured.Median();
  state.counters["median_seconds"] = seconds;
  state.counters["spread"] = measured.Spread();
  state.counters["elements"] = static_cast<double>(elements);
  state.counters["elements/s"] = static_cast<double>(elements) / seconds;
  if (bytes != 0) state.counters["bytes/s"] = static_cast<double>(bytes) / seconds;
}

void RunDividerRow(benchmark::State& state, const Row& row) {
  const uint64_t elements = row.list.make().Elements();
  const std::vector<Candidate> candidates = {
      {"divider", [&] { yardsticks::RunDivider(elements, row.threads); }}};
  Report(state, Measure(candidates, {.rounds = rounds})[0], elements, 0);
}

void RunRow(benchmark::State& state, const Row& row) {
  if (row.kind == Kind::kDivider) return RunDividerRow(state, row);
  SetTarget(row.target);
  Trial trial(row.variant.options, row.list.make(), row.gradient, row.threads);
  const std::string problem = row.kind == Kind::kCall ? trial.VerifyCall() : trial.Verify();
  if (!problem.empty()) return state.SkipWithError(problem.c_str());

  const Ceiling ceiling = trial.MakeCeiling();
  const CeilingWay way = WayOf(ceiling, row);
  const Candidate limit = {"ceiling", [&] { ceiling.Run(way); }};
  if (row.kind == Kind::kCeiling) {
    Report(state, Measure({limit}, {.rounds = rounds})[0], ceiling.elements(),
           ceiling.BytesPerRun());
    state.SetLabel(way.Text());
    return;
  }

  std::vector<Candidate> candidates = {{"step", [&] { trial.Step(); }}, limit};
  if (row.kind == Kind::kCall) candidates[0].run = [&] { trial.CallStep(0); };
  if (Divides(row.variant.options) && ceiling.elements() <= kDividerElements) {
    candidates.push_back(
        {"divider", [&] { yardsticks::RunDivider(ceiling.elements(), way.threads); }});
  }
  const std::vector<Measurement> measured = Measure(candidates, {.rounds = rounds});
  Report(state, measured[0], ceiling.elements(), ceiling.BytesPerRun());
  state.counters["of_ceiling"] = MedianRatio(measured[1], measured[0]);
  if (measured.size() > 2) state.counters["of_divider"] = MedianRatio(measured[2], measured[0]);
}

void Register() {
  for (const Row& row : AllRows()) {
    benchmark::RegisterBenchmark(row.Name().c_str(),
                                 [row](benchmark::State& state) {
                                   try {
                                     RunRow(state, row);
                                   } catch (const std::exception& error) {
                                     state.SkipWithError(error.what());
                                   }
                                 })
        ->Iterations(rounds)
        ->UseManualTime();
  }
}

// Takes `--rounds=N` out of the arguments. False if N is not a number from 1.
bool TakeRounds(int& argc, char** argv) {
  constexpr std::string_view kName = "--rounds=";
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kName)) {
      argv[kept++] = argv[i];
      continue;
    }
    const char* end = argument.data() + argument.size();
    const auto [rest, error] = std::from_chars(argument.data() + kName.size(), end, rounds);
    if (error != std::errc() || rest != end || rounds < 1) return false;
  }
  argc = kept;
  return true;
}

int Main(int argc, char** argv) {
  if (!TakeRounds(argc, argv)) {
    std::fputs("optimizer_bench: --rounds must be a number from 1\n", stderr);
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("processor", yardsticks::ProcessorName());
  benchmark::AddCustomContext("processors", std::to_string(yardsticks::Processors()));
  benchmark::AddCustomContext("target", ActiveTarget());
  benchmark::AddCustomContext("rounds", std::to_string(rounds));
  Register();
  const bool any = benchmark::RunSpecifiedBenchmarks() != 0;
  benchmark::Shutdown();
  return any ? 0 : 1;
}

}  // namespace
}  // namespace simdoptim::bench

int main(int argc, char** argv) {
  try {
    return simdoptim::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "optimizer_bench: %s\n", error.what());
    return 1;
  }
}
