// SPDX-License-Identifier: Apache-2.0
// Every rule, format, instruction set and size, each beside its ceiling. Names: rows.h.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
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
#include "bench/yardsticks/naive_trial.h"
#include "bench/yardsticks/trial.h"
#include "hwy/highway.h"

namespace simdoptim::bench {
namespace {

using yardsticks::Candidate;
using yardsticks::Ceiling;
using yardsticks::CeilingWay;
using yardsticks::Measure;
using yardsticks::Measurement;
using yardsticks::NaiveTrial;
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

// The median as a counter, and the quartiles under the same name: the medians of the lower and of
// the upper half, each with the middle sample.
void SetCounters(benchmark::State& state, const std::string& name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = static_cast<std::ptrdiff_t>((values.size() + 1) / 2);
  state.counters[name] = yardsticks::Median(values);
  state.counters[name + "_q1"] = yardsticks::Median({values.begin(), values.begin() + half});
  state.counters[name + "_q3"] = yardsticks::Median({values.end() - half, values.end()});
}

// How many times as long a takes as b, in each round.
std::vector<double> Ratios(const Measurement& a, const Measurement& b) {
  std::vector<double> ratios;
  for (size_t i = 0; i < a.samples.size(); ++i) ratios.push_back(a.samples[i] / b.samples[i]);
  return ratios;
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
  SetCounters(state, "median_seconds", measured.samples);
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

void RunNaiveRow(benchmark::State& state, const Row& row, Trial& trial, const Ceiling& ceiling,
                 const Candidate& limit) {
  const NaiveTrial naive(trial, row.flags, row.threads);
  const std::string problem = naive.Verify();
  if (!problem.empty()) return state.SkipWithError(problem.c_str());
  const std::vector<Candidate> candidates = {
      {"naive", [&] { naive.Step(); }}, limit, {"step", [&] { trial.Step(); }}};
  const std::vector<Measurement> measured = Measure(candidates, {.rounds = rounds});
  Report(state, measured[0], ceiling.elements(), ceiling.BytesPerRun());
  SetCounters(state, "of_ceiling", Ratios(measured[1], measured[0]));
  SetCounters(state, "simdoptim_speedup", Ratios(measured[0], measured[2]));
  if (row.flags == yardsticks::kNaiveNative) state.SetLabel(yardsticks::NaiveNativeFlags());
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

  if (row.kind == Kind::kNaive) return RunNaiveRow(state, row, trial, ceiling, limit);

  std::vector<Candidate> candidates = {{"step", [&] { trial.Step(); }}, limit};
  if (row.kind == Kind::kCall) candidates[0].run = [&] { trial.CallStep(0); };
  if (Divides(row.variant.options) && ceiling.elements() <= kDividerElements) {
    candidates.push_back(
        {"divider", [&] { yardsticks::RunDivider(ceiling.elements(), way.threads); }});
  }
  const std::vector<Measurement> measured = Measure(candidates, {.rounds = rounds});
  Report(state, measured[0], ceiling.elements(), ceiling.BytesPerRun());
  SetCounters(state, "of_ceiling", Ratios(measured[1], measured[0]));
  if (measured.size() > 2) SetCounters(state, "of_divider", Ratios(measured[2], measured[0]));
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

std::string Version(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::string CompilerName() {
#if defined(__clang__)
  return "clang " + Version(__clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#elif defined(_MSC_VER)
  return "MSVC " + std::to_string(_MSC_VER);
#else
  return "unknown compiler";
#endif
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
  benchmark::AddCustomContext("simdoptim", Version(SIMDOPTIM_VERSION_MAJOR, SIMDOPTIM_VERSION_MINOR,
                                                   SIMDOPTIM_VERSION_PATCH));
  benchmark::AddCustomContext("highway", Version(HWY_MAJOR, HWY_MINOR, HWY_PATCH));
  benchmark::AddCustomContext("compiler", CompilerName());
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
