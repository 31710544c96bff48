// SPDX-License-Identifier: Apache-2.0
// What subnormal numbers cost: a step of 1M parameters on data with and without them, flushed (the
// default) and kept, beside the loop that people write by hand. With --limit-percent, a gate: fails
// if a default step is slowed by any of the data.

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/number_argument.h"
#include "bench/yardsticks/machine.h"
#include "bench/yardsticks/measure.h"
#include "bench/yardsticks/naive.h"
#include "simdoptim/simdoptim.h"

namespace simdoptim::yardsticks {
namespace {

constexpr size_t kElements = size_t{1} << 20;
constexpr int kStepNumber = 10;

struct Arguments {
  int rounds = 18;
  int threads = 1;
  int limit_percent = 0;  // none
};

constexpr const char* kUsage = "usage: subnormals [--rounds N] [--threads N] [--limit-percent N]\n";

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    if (!TakeNumber(argc, argv, i, "--rounds", arguments.rounds) &&
        !TakeNumber(argc, argv, i, "--threads", arguments.threads) &&
        !TakeNumber(argc, argv, i, "--limit-percent", arguments.limit_percent)) {
      return false;
    }
  }
  return true;
}

constexpr int kSubnormal = -127;  // as an exponent: magnitudes in [2^-127, 2^-126)
constexpr int kZero = -1000;

// Magnitudes in [2^e, 2^(e + 1)), of random significands and, but for v, signs. SGD's buffer is m.
struct Exponents {
  int p, g, m, v;
};

struct Input {
  const char* name;
  Exponents all;
  Exponents tenth;  // of every tenth element
};

constexpr Exponents kNormal = {-5, -8, -8, -16};
constexpr Exponents kDecayed = {-5, kZero, kSubnormal, kSubnormal};
constexpr Exponents kTinyGradient = {-5, kSubnormal, -8, -16};
constexpr Exponents kTiny = {kSubnormal, kSubnormal, kSubnormal, kSubnormal};
// No number is subnormal but the products: a tenth of m, a thousandth of v, g * g / 1000.
constexpr Exponents kUnderflow = {-5, -66, -126, -126};

// Normal data first: the others are compared with it.
constexpr Input kInputs[] = {
    {"normal", kNormal, kNormal},
    {"state subnormal, gradient 0", kDecayed, kDecayed},
    {"gradient subnormal", kTinyGradient, kTinyGradient},
    {"10 % of the elements subnormal", kNormal, {-5, kSubnormal, kSubnormal, kSubnormal}},
    {"all numbers subnormal", kTiny, kTiny},
    {"products subnormal", kUnderflow, kUnderflow},
};

struct Streams {
  std::vector<float> p, g, m, v;
};

float RandomFloat(uint32_t& state, int exponent) {
  state = state * 1664525u + 1013904223u;  // Numerical Recipes; its upper bits are used
  if (exponent == kZero) return 0;
  const uint32_t sign_and_significand = (state & 0x80000000u) | (state >> 8 & 0x007FFFFFu);
  const uint32_t biased = static_cast<uint32_t>(127 + exponent);
  return std::bit_cast<float>(sign_and_significand | biased << 23 |
                              (exponent == kSubnormal ? 0x00400000u : 0));
}

Streams MakeStreams(const Input& input) {
  Streams made;
  uint32_t state = 1;
  for (size_t i = 0; i < kElements; ++i) {
    const Exponents& e = i % 10 == 3 ? input.tenth : input.all;
    made.p.push_back(RandomFloat(state, e.p));
    made.g.push_back(RandomFloat(state, e.g));
    made.m.push_back(RandomFloat(state, e.m));
    made.v.push_back(std::fabs(RandomFloat(state, e.v)));
  }
  return made;
}

// A way to step; all work on the same memory.
struct Column {
  std::string name;
  bool is_default;
  std::function<void()> step;
  Options options = {};  // of a step that can be verified, with the optimizer that takes it
  std::unique_ptr<Optimizer> optimizer = {};
};

class Comparison {
 public:
  explicit Comparison(const Arguments& arguments) : arguments_(arguments) {
    for (const Input& input : kInputs) data_.push_back(MakeStreams(input));
    work_ = data_[0];
    AddOptimizer("AdamW", true, AdamWOptions{});
    if (arguments_.limit_percent == 0) {
      AddOptimizer("AdamW kept", false, AdamWOptions{.flush_subnormals = false});
      AddNaive("loop -O2", &NaiveStepO2);
      AddNaive("loop native", &NaiveStepNative);
    }
    AddOptimizer("SGD", true, SgdOptions{.momentum = 0.9});
    if (arguments_.limit_percent == 0) {
      AddOptimizer("SGD kept", false, SgdOptions{.momentum = 0.9, .flush_subnormals = false});
    }
  }

  // The first column's step whose bits are not the reference's, with the data; empty if none.
  std::string Problem() {
    for (const Column& column : columns_) {
      if (column.optimizer == nullptr) continue;
      for (size_t i = 0; i < std::size(kInputs); ++i) {
        if (!IsRight(column, data_[i])) return column.name + ", " + kInputs[i].name;
      }
    }
    return {};
  }

  void Run() {
    samples_.assign(columns_.size(), std::vector<Measurement>(std::size(kInputs)));
    for (int round = 0; round < arguments_.rounds; ++round) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        for (size_t k = 0; k < std::size(kInputs); ++k) {
          // Each round begins with another: what a slow column leaves behind (clocks, caches) must
          // not fall on the same data each time.
          const size_t i = (static_cast<size_t>(round) + k) % std::size(kInputs);
          Refill(data_[i]);
          const auto start = std::chrono::steady_clock::now();
          columns_[c].step();
          const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
          samples_[c][i].samples.push_back(time.count());
        }
      }
    }
  }

  void Print() const {
    std::printf("%-32s", "");
    for (const Column& column : columns_) std::printf(" %12s", column.name.c_str());
    std::printf("\n%-32s", "normal, ns a parameter");
    for (const auto& of_inputs : samples_) {
      std::printf(" %12.3f", 1e9 * of_inputs[0].Median() / double{kElements});
    }
    for (size_t i = 1; i < std::size(kInputs); ++i) {
      std::printf("\n%-32s", kInputs[i].name);
      for (const auto& of_inputs : samples_) {
        std::printf(" %12.2f", MedianRatio(of_inputs[i], of_inputs[0]));
      }
    }
    std::printf("\n");
  }

  // Whether no data takes a default step more than the limit times as long as normal data. By the
  // fastest rounds: what disturbs the machine makes a step slower, never faster.
  bool IsWithinLimit() const {
    const auto fastest = [](const Measurement& measurement) {
      return *std::min_element(measurement.samples.begin(), measurement.samples.end());
    };
    const double limit = arguments_.limit_percent / 100.0;
    bool within = true;
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (!columns_[c].is_default) continue;
      for (size_t i = 1; i < std::size(kInputs); ++i) {
        const double ratio = fastest(samples_[c][i]) / fastest(samples_[c][0]);
        if (ratio <= limit) continue;
        std::printf("%s, %s: %.2f times as slow as on normal data, more than %.2f\n",
                    columns_[c].name.c_str(), kInputs[i].name, ratio, limit);
        within = false;
      }
    }
    return within;
  }

 private:
  static std::vector<std::span<float>> StatesOf(const Options& options, Streams& streams) {
    std::vector<std::span<float>> states = {streams.m};
    if (NeedsState(options, 1)) states.push_back(streams.v);
    return states;
  }
  void AddOptimizer(const char* name, bool is_default, const Options& options) {
    auto optimizer = std::make_unique<Optimizer>(
        options, std::vector<Parameter>{{"p", work_.p, work_.g, StatesOf(options, work_)}});
    optimizer->SetThreads(arguments_.threads);
    Optimizer* const stepped = optimizer.get();
    columns_.push_back(
        {name, is_default, [stepped] { stepped->Step(); }, options, std::move(optimizer)});
  }
  void AddNaive(const char* name, NaiveStep step) {
    columns_.push_back({name, false, [this, step] {
                          step(NaiveAdamW(), kStepNumber, work_.p.data(), work_.g.data(),
                               work_.m.data(), work_.v.data(), kElements);
                        }});
  }

  // In place: optimizers keep pointers.
  void Refill(const Streams& from) {
    std::copy(from.p.begin(), from.p.end(), work_.p.begin());
    std::copy(from.g.begin(), from.g.end(), work_.g.begin());
    std::copy(from.m.begin(), from.m.end(), work_.m.begin());
    std::copy(from.v.begin(), from.v.end(), work_.v.begin());
  }

  bool IsRight(const Column& column, const Streams& data) {
    Refill(data);
    column.optimizer->SetStepCount(0, kStepNumber - 1);
    column.step();
    Streams expected = data;
    reference::Step(column.options, kStepNumber, expected.p, expected.g,
                    StatesOf(column.options, expected));
    const auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
      return std::memcmp(a.data(), b.data(), kElements * sizeof(float)) == 0;
    };
    return same(work_.p, expected.p) && same(work_.m, expected.m) && same(work_.v, expected.v);
  }

  Arguments arguments_;
  std::vector<Streams> data_;  // of kInputs
  Streams work_;
  std::vector<Column> columns_;
  std::vector<std::vector<Measurement>> samples_;  // of columns, of inputs
};

int Run(const Arguments& arguments) {
  std::printf("%s, %d processors; simdoptim %d.%d.%d, target %s\n", ProcessorName().c_str(),
              Processors(), SIMDOPTIM_VERSION_MAJOR, SIMDOPTIM_VERSION_MINOR,
              SIMDOPTIM_VERSION_PATCH, ActiveTarget().c_str());
  std::printf("%zu parameters, threads: %d; native: %s\n", kElements, arguments.threads,
              NaiveNativeFlags());
  Comparison comparison(arguments);
  if (const std::string problem = comparison.Problem(); !problem.empty()) {
    std::fprintf(stderr, "subnormals: %s: not the reference's bits\n", problem.c_str());
    return 1;
  }
  std::printf("verified: all steps give the scalar reference's bits\n\n");
  std::fflush(stdout);
  comparison.Run();
  comparison.Print();
  std::printf(
      "\nTime over that on normal data, medians of %d interleaved rounds. AdamW, SGD (momentum "
      "0.9): the defaults,\nsubnormals flushed; kept: flush_subnormals = false.\n",
      arguments.rounds);
  return arguments.limit_percent == 0 || comparison.IsWithinLimit() ? 0 : 1;
}

}  // namespace
}  // namespace simdoptim::yardsticks

int main(int argc, char** argv) {
  simdoptim::yardsticks::Arguments arguments;
  if (!simdoptim::yardsticks::Parse(argc, argv, arguments)) {
    std::fputs(simdoptim::yardsticks::kUsage, stderr);
    return 2;
  }
  try {
    return simdoptim::yardsticks::Run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "subnormals: %s\n", error.what());
    return 1;
  }
}
