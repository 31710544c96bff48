// SPDX-License-Identifier: Apache-2.0
// One hash for each rule, variant and format, over a fixed grid of steps. It must be the same on
// every processor, compiler and instruction set. Not a Catch2 program, so that a cross compiler
// needs nothing but the library's sources.

#include <algorithm>
#include <bit>
#include <cctype>
#include <cfenv>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/random.h"

#if !defined(__EMSCRIPTEN__)
#include <thread>
#endif
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace simdoptim::test {
namespace {

// FNV-1a of 64 bits (Fowler, Noll and Vo), byte by byte, the lowest byte of a float first.
class Hash {
 public:
  void Add(std::span<const float> floats) {
    for (float x : floats) {
      // Processors differ in the sign and the payload of a NaN that they make.
      const uint32_t bits = x != x ? 0x7FC00000u : std::bit_cast<uint32_t>(x);
      for (int shift = 0; shift < 32; shift += 8) AddByte(bits >> shift);
    }
  }
  void Add(const Tensor& tensor) {
    Add(tensor.param());
    for (const std::span<float>& state : tensor.states()) Add(state);
  }
  void Add(uint64_t x) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(x >> shift);
  }
  uint64_t value() const { return value_; }

 private:
  void AddByte(uint64_t byte) { value_ = (value_ ^ (byte & 0xFFu)) * 0x100000001B3u; }

  uint64_t value_ = 0xCBF29CE484222325u;
};

// Zeros, subnormals, tiny and huge numbers, infinities, quiet and signalling NaNs.
constexpr uint32_t kSpecials[] = {0x00000000u,
                                  0x80000000u,
                                  0x00000001u,
                                  0x807FFFFFu,
                                  0x00800000u,
                                  0x80800001u,
                                  0x1E3CE508u /* 1e-20 */,
                                  0x9E3CE508u,
                                  0x60AD78ECu /* 1e20 */,
                                  0xE0AD78ECu,
                                  0x7F7FFFFFu,
                                  0xFF7FFFFFu,
                                  0x7F800000u,
                                  0xFF800000u,
                                  0x7FC00000u,
                                  0x7F800001u};

// Ordinary numbers, and a special one at every eleventh place; turn: which.
std::vector<float> Values(Random& random, size_t size, int low, int high, size_t turn) {
  std::vector<float> values = random.Floats(size, low, high);
  for (size_t i = 3; i < size; i += 11) {
    values[i] = std::bit_cast<float>(kSpecials[(i / 11 + turn) % std::size(kSpecials)]);
  }
  return values;
}

// The inputs of some steps on one span; all cells share them.
struct Trial {
  size_t offset;  // misalignment, in elements
  std::vector<float> start;
  std::vector<GradientBuffer> gradients[std::size(kFormats)];  // [format][step]

  Trial(Random& random, size_t size, size_t misalignment, int steps, int low, int high)
      : offset(misalignment), start(Values(random, size, low, high, size)) {
    for (int step = 0; step < steps; ++step) {
      const std::vector<float> values = Values(random, size, low, high, 5);
      for (size_t f = 0; f < std::size(kFormats); ++f) {
        gradients[f].emplace_back(values, kFormats[f], (offset * 5 + 1) % 16);
      }
    }
  }
};

struct Grid {
  std::vector<Trial> spans;  // every size about the lanes, and ranges of magnitude; few steps
  std::vector<Trial> run;    // one trial of many steps

  Grid() {
    Random random(20);
    for (size_t size = 0; size <= 67; ++size)
      spans.emplace_back(random, size, size % 16, 3, -12, 1);
    for (size_t size : {127u, 257u, 1021u}) spans.emplace_back(random, size, 7, 3, -12, 1);
    const int ranges[][2] = {{-127, -100}, {-70, -50}, {60, 127}, {-127, 128}};
    for (const auto& [low, high] : ranges) spans.emplace_back(random, 131, 5, 3, low, high);
    run.emplace_back(random, 251, 9, 100, -12, 1);
  }
};

struct Cell {
  std::string name;  // "adamw,amsgrad=1/f32_bf16_f32": parameter, gradient, state
  Options options;
  size_t format;  // index into kFormats
};

std::vector<Cell> Cells() {
  std::vector<Case> cases = EssentialCases();
  // Divides by zero where the gradient is zero.
  for (const std::string& rule : RuleNames()) {
    Options options = DefaultOptions(rule);
    const std::vector<std::string> names = OptionNames(options);
    if (std::find(names.begin(), names.end(), "eps") == names.end()) continue;
    try {
      SetOption(options, "eps", 0);
    } catch (const Error&) {
      continue;  // a rule that needs it
    }
    cases.push_back({rule + ",eps=0", options});
  }
  std::vector<Cell> cells;
  for (const Case& c : cases) {
    for (size_t f = 0; f < std::size(kFormats); ++f) {
      std::string name = c.name;
      for (char& letter : name) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      }
      cells.push_back({name + "/f32_" + FormatName(kFormats[f]) + "_f32", c.options, f});
    }
  }
  return cells;
}

// Of one cell. The object door is compared over the run only.
struct Result {
  uint64_t spans = 0;
  uint64_t run = 0;

  uint64_t Both() const {
    Hash hash;
    hash.Add(spans);
    hash.Add(run);
    return hash.value();
  }
};

// A run is hashed at its beginning and now and then: hashing costs more than stepping.
bool IsHashed(int64_t t) { return t <= 3 || t % 10 == 0; }

using StepFunction = void (*)(const Options& options, int64_t t, std::span<float> param,
                              const Gradient& grad, std::span<const std::span<float>> states);

uint64_t HashOfTrials(const Cell& cell, const std::vector<Trial>& trials, StepFunction step) {
  Hash hash;
  for (const Trial& trial : trials) {
    const Tensor tensor(cell.options, trial.start, trial.offset);
    int64_t t = 0;
    for (const GradientBuffer& gradient : trial.gradients[cell.format]) {
      step(cell.options, ++t, tensor.param(), gradient.view(), tensor.states());
      if (IsHashed(t)) hash.Add(tensor);
    }
    if (!tensor.CanariesLive()) throw std::runtime_error(cell.name + ": wrote outside a span");
  }
  return hash.value();
}

std::vector<Result> StepFunctionally(const std::vector<Cell>& cells, const Grid& grid,
                                     StepFunction step) {
  std::vector<Result> results;
  for (const Cell& cell : cells) {
    results.push_back({HashOfTrials(cell, grid.spans, step), HashOfTrials(cell, grid.run, step)});
  }
  return results;
}

// The caller's threads: tasks out of order, and half of them on another thread.
class TwoThreads : public Runner {
 public:
  int Threads() const override { return kTasks; }
  void Run(int tasks, const Task& task) override {
    most_tasks_ = std::max(most_tasks_, tasks);
    const auto run_every_second = [&](int last) {
      for (int i = last; i >= 0; i -= 2) task(i);
    };
#if defined(__EMSCRIPTEN__)
    run_every_second(tasks - 2);
    run_every_second(tasks - 1);
#else
    std::thread other(run_every_second, tasks - 2);
    run_every_second(tasks - 1);
    other.join();
#endif
  }
  int most_tasks() const { return most_tasks_; }

 private:
  static constexpr int kTasks = 8;
  int most_tasks_ = 0;
};

// All cells as groups of one Optimizer, with the run's inputs. runner: null for one thread.
std::vector<uint64_t> StepAsOptimizer(const std::vector<Cell>& cells, const Trial& trial,
                                      TwoThreads* runner) {
  // Ballast, so that there is enough to share out. How much of it takes part changes from step to
  // step, and moves the borders between the shares through the cells.
  constexpr size_t kBallast = 12;
  constexpr size_t kBallastSize = 8192;
  const std::vector<float> ballast_values(kBallast * kBallastSize, 1.0f);
  const Buffer<float> ballast(ballast_values, 0);
  const auto ballast_gradient = [&](size_t b) {
    return Gradient(ballast_values.data() + b * kBallastSize, kBallastSize);
  };

  Optimizer optimizer;
  if (runner != nullptr) {
    Group group;
    for (size_t b = 0; b < kBallast; ++b) {
      group.parameters.push_back(
          {"ballast " + std::to_string(b), ballast.span().subspan(b * kBallastSize, kBallastSize)});
    }
    optimizer.AddGroup(std::move(group));
    optimizer.SetRunner(runner);
  } else {
    optimizer.SetThreads(1);
  }
  const size_t first_cell = optimizer.Parameters();
  std::vector<Tensor> tensors;
  for (const Cell& cell : cells) {
    tensors.emplace_back(cell.options, trial.start, trial.offset);
    const auto states = tensors.back().states();
    optimizer.AddGroup(
        {cell.options, {{cell.name, tensors.back().param(), {}, {states.begin(), states.end()}}}});
  }

  std::vector<Hash> hashes(cells.size());
  for (size_t step = 0; step < trial.gradients[0].size(); ++step) {
    for (size_t b = 0; b < first_cell; ++b) {
      optimizer.SetGradient(b, b < step % (kBallast + 1) ? Gradient() : ballast_gradient(b));
    }
    for (size_t c = 0; c < cells.size(); ++c) {
      optimizer.SetGradient(first_cell + c, trial.gradients[cells[c].format][step].view());
    }
    optimizer.Step();
    for (size_t c = 0; c < cells.size(); ++c) {
      if (IsHashed(static_cast<int64_t>(step) + 1)) hashes[c].Add(tensors[c]);
    }
  }
  if (runner != nullptr && runner->most_tasks() < 2) {
    throw std::runtime_error("the caller's runner was never given two tasks");
  }
  std::vector<uint64_t> values;
  for (const Hash& hash : hashes) values.push_back(hash.value());
  return values;
}

// The caller's floating-point mode while it steps.
class CallerMode {
 public:
  explicit CallerMode(std::string_view name) {
    std::fegetenv(&saved_);
    if (name == "up") {
      std::fesetround(FE_UPWARD);
    } else if (name == "ftz") {
#if defined(__SSE2__)
      _mm_setcsr(_mm_getcsr() | 0x8040u);
#elif defined(__aarch64__)
      __asm__ volatile("msr fpcr, %0" ::"r"(uint64_t{1} << 24));
#endif
    }
    set_ = Current();
  }
  ~CallerMode() { std::fesetenv(&saved_); }
  CallerMode(const CallerMode&) = delete;

  static bool Has(std::string_view name) {
#if defined(__EMSCRIPTEN__)
    return name == "default";
#elif defined(__SSE2__) || defined(__aarch64__)
    return name == "default" || name == "up" || name == "ftz";
#else
    return name == "default" || name == "up";
#endif
  }
  bool IsAsSet() const { return Current() == set_; }

 private:
  static uint64_t Current() {
#if defined(__SSE2__)
    return _mm_getcsr() & ~0x3Fu;  // but for the sticky flags
#elif defined(__aarch64__)
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
#else
    return static_cast<uint64_t>(std::fegetround());
#endif
  }

  std::fenv_t saved_;
  uint64_t set_;
};

struct Arguments {
  std::string check;  // a file of hashes, or none
  std::string mode = "default";
  std::vector<std::string> targets = Targets();
};

std::string Hex(uint64_t x) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016" PRIx64, x);
  return text;
}

// The reference's hashes, and for each cell that has other bits somewhere, where.
struct Outcome {
  std::vector<uint64_t> hashes;
  std::map<size_t, std::string> disagreements;  // the first of each cell
};

Outcome Run(const Arguments& arguments, const std::vector<Cell>& cells, const Grid& grid) {
  const CallerMode mode(arguments.mode);
  Outcome outcome;
  const std::vector<Result> expected = StepFunctionally(cells, grid, reference::Step);
  for (const Result& result : expected) outcome.hashes.push_back(result.Both());
  const auto compare = [&](size_t c, const std::string& where, const char* part, uint64_t actual,
                           uint64_t wanted) {
    if (actual == wanted) return;
    outcome.disagreements.emplace(
        c, where + ": " + part + " " + Hex(actual) + ", the scalar reference " + Hex(wanted));
  };
  for (const std::string& target : arguments.targets) {
    SetTarget(target);
    const std::vector<Result> functional = StepFunctionally(cells, grid, &Step);
    TwoThreads runner;
    const std::vector<uint64_t> serial = StepAsOptimizer(cells, grid.run[0], nullptr);
    const std::vector<uint64_t> shared = StepAsOptimizer(cells, grid.run[0], &runner);
    for (size_t c = 0; c < cells.size(); ++c) {
      compare(c, target, "spans", functional[c].spans, expected[c].spans);
      compare(c, target, "run", functional[c].run, expected[c].run);
      compare(c, target + ", Optimizer on one thread", "run", serial[c], expected[c].run);
      compare(c, target + ", Optimizer on a Runner", "run", shared[c], expected[c].run);
    }
  }
  if (!mode.IsAsSet()) throw std::runtime_error("the caller's floating-point mode was changed");
  return outcome;
}

std::map<std::string, std::string> ReadHashes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::map<std::string, std::string> hashes;
  for (std::string name, hash; file >> name >> hash;) hashes[name] = hash;
  return hashes;
}

// Prints what differs; true if nothing does.
bool Check(const Arguments& arguments, const std::vector<Cell>& cells, const Outcome& outcome) {
  std::map<std::string, std::string> committed = ReadHashes(arguments.check);
  std::string targets;
  for (const std::string& target : arguments.targets) targets += " " + target;
  std::printf("targets:%s\n", targets.c_str());
  size_t equal = 0;
  size_t differ = 0;
  const auto report = [&](const std::string& name, const std::string& why) {
    std::printf("%s %s\n", name.c_str(), why.c_str());
    ++differ;
  };
  for (size_t c = 0; c < cells.size(); ++c) {
    const std::string hash = Hex(outcome.hashes[c]);
    const auto found = committed.find(cells[c].name);
    const auto disagreement = outcome.disagreements.find(c);
    if (disagreement != outcome.disagreements.end()) {
      report(cells[c].name, disagreement->second);
    } else if (found == committed.end()) {
      report(cells[c].name, hash + ", not in the file");
    } else if (found->second != hash) {
      report(cells[c].name, hash + ", in the file " + found->second);
    } else {
      ++equal;
    }
    if (found != committed.end()) committed.erase(found);
  }
  for (const auto& [name, hash] : committed) report(name, "is only in the file");
  std::printf("%zu cells equal, %zu differ\n", equal, differ);
  return differ == 0;
}

bool Print(const std::vector<Cell>& cells, const Outcome& outcome) {
  for (size_t c = 0; c < cells.size(); ++c) {
    std::printf("%s %s\n", cells[c].name.c_str(), Hex(outcome.hashes[c]).c_str());
  }
  for (const auto& [c, where] : outcome.disagreements) {
    std::fprintf(stderr, "%s %s\n", cells[c].name.c_str(), where.c_str());
  }
  return outcome.disagreements.empty();
}

constexpr const char* kUsage =
    "usage: bits [--check FILE] [--target NAME] [--mode default|ftz|up]\n\n"
    "Steps all cells on all targets, by all doors, compares with the scalar reference, and prints\n"
    "their hashes.\n"
    "  --check FILE    compare with the file instead of printing\n"
    "  --target NAME   this target only\n"
    "  --mode MODE     the caller's floating-point mode: flushing subnormals, or rounding up\n";

// None if they cannot be understood.
std::optional<Arguments> Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  if (words.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "--check") {
      arguments.check = value;
    } else if (words[i] == "--target") {
      arguments.targets = {value};
    } else if (words[i] == "--mode" && CallerMode::Has(value)) {
      arguments.mode = value;
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

}  // namespace
}  // namespace simdoptim::test

int main(int argc, char** argv) {
  using namespace simdoptim::test;
  const std::optional<Arguments> arguments = Parse({argv + 1, argv + argc});
  if (!arguments) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    const std::vector<Cell> cells = Cells();
    const Outcome outcome = Run(*arguments, cells, Grid());
    const bool good =
        arguments->check.empty() ? Print(cells, outcome) : Check(*arguments, cells, outcome);
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bits: %s\n", error.what());
    return 1;
  }
}
