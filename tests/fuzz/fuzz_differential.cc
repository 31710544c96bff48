// SPDX-License-Identifier: Apache-2.0
// Library against reference: bytes choose a rule, options, a format, sizes, alignments, inputs of
// any bits, a target and a runner; both doors must give reference::Step's bits, and write nothing
// else.

#include <fuzzer/FuzzedDataProvider.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "simdoptim/simdoptim.h"
#include "tests/support/buffer.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

[[noreturn]] void Report(const std::string& problem) {
  std::fprintf(stderr, "fuzz_differential: %s\n", problem.c_str());
  std::abort();
}

void Require(bool holds, const std::string& problem) {
  if (!holds) Report(problem);
}

// Values at which something changes: rounding, flushing and overflow of the constants.
constexpr double kReals[] = {0,
                             1e-3,
                             0.9,
                             0.999,
                             0.5,
                             1e-8,
                             1,
                             2,
                             1e-40,
                             1e-300,
                             5e-324,
                             1e38,
                             1e300,
                             0x1.fffffffffffffp-1,
                             0x1p-126,
                             0x1p-126 * (1 - 0x1p-26),
                             0x1p-126 * (1 - 0x1p-25),
                             0x1p-126 * (1 - 0x1.8p-25),
                             0x1p-126 * (1 - 0x1p-24),
                             0x1p-149,
                             0x1p-150,
                             0x1.fffffefffffffp127,
                             0x1.ffffffp127};

double AnyReal(FuzzedDataProvider& bytes) {
  if (bytes.ConsumeBool()) return bytes.PickValueInArray(kReals);
  const double x = std::bit_cast<double>(bytes.ConsumeIntegral<uint64_t>());
  return x < 0 && bytes.ConsumeBool() ? -x : x;
}

Options AnyOptions(FuzzedDataProvider& bytes) {
  const std::vector<std::string> rules = RuleNames();
  Options options =
      DefaultOptions(rules[bytes.ConsumeIntegralInRange<size_t>(0, rules.size() - 1)]);
  // Momentum comes before Nesterov in the list, as it must.
  for (const std::string& name : OptionNames(options)) {
    const uint8_t choice = bytes.ConsumeIntegral<uint8_t>();
    if (choice < 96) continue;
    const double value = choice < 224 ? choice % 4 : AnyReal(bytes);
    try {
      SetOption(options, name, choice < 192 || value > 3 ? value : AnyReal(bytes));
    } catch (const Error&) {
      // Out of range: the default stays.
    }
  }
  return options;
}

// Any bits: the fuzzer's, and then more of the same kind as a seed among them says.
class Bits {
 public:
  explicit Bits(FuzzedDataProvider& bytes)
      : random_(bytes.ConsumeIntegral<uint32_t>()),
        low_(bytes.ConsumeIntegralInRange<int>(-127, 128)),
        high_(bytes.ConsumeIntegralInRange<int>(low_, 128)) {
    const size_t words = bytes.ConsumeIntegralInRange<size_t>(0, 24);
    for (size_t i = 0; i < words; ++i) given_.push_back(bytes.ConsumeIntegral<uint32_t>());
  }

  uint32_t Next() {
    if (!given_.empty() && random_.Below(2) == 0) return given_[random_.Below(given_.size())];
    return std::bit_cast<uint32_t>(random_.Float(low_, high_));
  }
  void Fill(std::span<float> floats) {
    for (float& x : floats) x = std::bit_cast<float>(Next());
  }
  // A float of 16 bits is the upper half of its bits; of f16 any bits are as good.
  void Fill(std::span<uint16_t> halves) {
    for (uint16_t& x : halves) x = static_cast<uint16_t>(Next() >> 16);
  }

 private:
  Random random_;
  int low_, high_;
  std::vector<uint32_t> given_;
};

// One parameter's streams, three times: for the reference, for the library, and as they were.
struct Streams {
  Streams(FuzzedDataProvider& bytes, Bits& bits, const Options& options, Format format, size_t size)
      : options_(options),
        format_(format),
        f32_(format == Format::kF32 ? size : 0, bytes.ConsumeIntegralInRange<size_t>(0, 15)),
        u16_(format == Format::kF32 ? 0 : size, bytes.ConsumeIntegralInRange<size_t>(0, 31)) {
    bits.Fill(f32_.span());
    bits.Fill(u16_.span());
    for (size_t k = 0; k <= StateNames(options).size(); ++k) {
      const bool used = k == 0 || NeedsState(options, k - 1);
      const size_t offset = bytes.ConsumeIntegralInRange<size_t>(0, 15);
      actual_.emplace_back(used ? size : 0, offset);
      bits.Fill(actual_.back().span());
      const std::span<float> from = actual_.back().span();
      expected_.emplace_back(from.begin(), from.end());
    }
  }

  Gradient gradient() const {
    if (format_ == Format::kF32) return Gradient(f32_.span());
    return Gradient(u16_.span().data(), u16_.span().size(), format_, false);
  }
  std::span<float> param() const { return actual_[0].span(); }
  std::vector<std::span<float>> states() const {
    std::vector<std::span<float>> spans;
    for (size_t k = 1; k < actual_.size(); ++k) {
      const bool used = NeedsState(options_, k - 1);
      spans.push_back(used ? actual_[k].span() : std::span<float>());
    }
    return spans;
  }
  void StepReference(int64_t t) {
    std::vector<std::span<float>> spans;
    for (size_t k = 1; k < expected_.size(); ++k) {
      const bool used = NeedsState(options_, k - 1);
      spans.push_back(used ? std::span<float>(expected_[k]) : std::span<float>());
    }
    reference::Step(options_, t, std::span<float>(expected_[0]), gradient(), spans);
  }
  void Check(const std::string& where) const {
    Require(f32_.CanariesLive() && u16_.CanariesLive(), where + ": wrote outside a gradient");
    for (size_t k = 0; k < actual_.size(); ++k) {
      const std::string stream = where + (k == 0 ? ": param" : ": state " + std::to_string(k - 1));
      Require(actual_[k].CanariesLive(), stream + ": wrote outside");
      Require(SameBits(actual_[k].span(), expected_[k]), stream + ": other bits");
    }
  }

 private:
  const Options& options_;
  Format format_;
  Buffer<float> f32_;
  Buffer<uint16_t> u16_;
  std::vector<Buffer<float>> actual_;  // param and states
  std::vector<std::vector<float>> expected_;
};

// Any number of shares, in any order, some of them twice or not at all.
class AnyRunner : public Runner {
 public:
  explicit AnyRunner(FuzzedDataProvider& bytes)
      : threads_(bytes.ConsumeIntegralInRange<int>(1, 9)),
        order_(bytes.ConsumeBytes<uint8_t>(bytes.ConsumeIntegralInRange<size_t>(0, 12))) {}
  int Threads() const override { return threads_; }
  void Run(int tasks, const Task& task) override {
    for (uint8_t i : order_) task(i % tasks);
  }

 private:
  int threads_;
  std::vector<uint8_t> order_;
};

// Where both doors begin: the first steps, and the largest.
int64_t AnyStepNumber(FuzzedDataProvider& bytes) {
  const int64_t largest = int64_t{1} << bytes.ConsumeIntegralInRange<int>(0, 62);
  return bytes.ConsumeIntegralInRange<int64_t>(1, largest);
}

void RunFunctional(FuzzedDataProvider& bytes) {
  const Options options = AnyOptions(bytes);
  const Format format = bytes.PickValueInArray({Format::kF32, Format::kBF16, Format::kF16});
  const size_t size = bytes.ConsumeIntegralInRange<size_t>(0, bytes.ConsumeBool() ? 300 : 40);
  const int64_t t = AnyStepNumber(bytes);
  Bits bits(bytes);
  Streams streams(bytes, bits, options, format, size);
  for (int64_t step = t; step < t + 2; ++step) {
    Step(options, step, streams.param(), streams.gradient(), streams.states());
    streams.StepReference(step);
    streams.Check("functional");
  }
}

void RunObject(FuzzedDataProvider& bytes) {
  const size_t groups = bytes.ConsumeIntegralInRange<size_t>(1, 3);
  std::vector<Options> options;
  for (size_t g = 0; g < groups; ++g) options.push_back(AnyOptions(bytes));
  const int64_t t = AnyStepNumber(bytes);
  AnyRunner runner(bytes);
  Bits bits(bytes);
  // Large enough for several shares, now and then.
  bool large = bytes.ConsumeIntegral<uint8_t>() < 8;
  std::vector<Streams> streams;
  std::vector<size_t> group_of;
  for (size_t g = 0; g < groups; ++g) {
    for (size_t i = bytes.ConsumeIntegralInRange<size_t>(0, 3); i > 0; --i) {
      const Format format = bytes.PickValueInArray({Format::kF32, Format::kBF16, Format::kF16});
      const size_t size = bytes.ConsumeIntegralInRange<size_t>(0, 70) + (large ? size_t{30000} : 0);
      large = large && bytes.ConsumeBool();
      streams.emplace_back(bytes, bits, options[g], format, size);
      group_of.push_back(g);
    }
  }
  if (streams.empty()) return;
  Optimizer optimizer;
  optimizer.SetRunner(&runner);
  size_t next = 0;
  for (size_t g = 0; g < groups; ++g) {
    Group group = {options[g], {}};
    for (; next < streams.size() && group_of[next] == g; ++next) {
      Parameter parameter = {"", streams[next].param(), streams[next].gradient(), {}};
      parameter.state = streams[next].states();
      group.parameters.push_back(std::move(parameter));
    }
    optimizer.AddGroup(std::move(group));
  }
  std::vector<int64_t> taken;
  for (size_t i = 0; i < streams.size(); ++i) {
    taken.push_back(bytes.ConsumeBool() ? 0 : t - 1);
    optimizer.SetStepCount(i, taken[i]);
  }
  for (int step = 0; step < 2; ++step) {
    const size_t alone = bytes.ConsumeIntegralInRange<size_t>(0, 2 * streams.size());
    if (alone < streams.size()) {
      optimizer.StepParameter(alone);
    } else {
      optimizer.Step();
    }
    for (size_t i = 0; i < streams.size(); ++i) {
      if (alone < streams.size() && i != alone) continue;
      streams[i].StepReference(++taken[i]);
    }
    for (size_t i = 0; i < streams.size(); ++i) {
      streams[i].Check("object, parameter " + std::to_string(i));
      Require(optimizer.StepCount(i) == taken[i], "object: wrong step count");
    }
  }
}

}  // namespace
}  // namespace simdoptim::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider bytes(data, size);
  const std::vector<std::string> targets = simdoptim::Targets();
  simdoptim::SetTarget(targets[bytes.ConsumeIntegralInRange<size_t>(0, targets.size() - 1)]);
  if (bytes.ConsumeBool()) {
    simdoptim::test::RunFunctional(bytes);
  } else {
    simdoptim::test::RunObject(bytes);
  }
  return 0;
}
