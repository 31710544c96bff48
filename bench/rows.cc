// SPDX-License-Identifier: Apache-2.0
// Which rows there are.

#include "bench/rows.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string_view>

#include "bench/yardsticks/ceiling.h"
#include "bench/yardsticks/naive_trial.h"

namespace simdoptim::bench {
namespace {

constexpr Format kFormats[] = {Format::kF32, Format::kBF16, Format::kF16};
constexpr size_t kSizes[] = {1 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20};
constexpr size_t kCallSizes[] = {64, 128, 256, 512, 1024};

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

size_t StatesNeeded(const Options& options) {
  size_t needed = 0;
  for (size_t k = 0; k < StateNames(options).size(); ++k) needed += NeedsState(options, k);
  return needed;
}

// The options with one of them set to a typical value; none if it cannot take it.
std::optional<Options> With(Options options, const std::string& name, double value) {
  try {
    SetOption(options, name, value);
    Validate(options);
    return options;
  } catch (const Error&) {
    return std::nullopt;
  }
}

List FlatList(size_t n) {
  return {std::string("n").append(std::to_string(n)), [n] { return yardsticks::Flat(n); }};
}
List UniformList(size_t count, size_t n) {
  return {std::to_string(count) + "x" + std::to_string(n),
          [count, n] { return yardsticks::Uniform(count, n); }};
}

std::vector<List> ManyTensors() {
  return {UniformList(10'000, 256), UniformList(100'000, 16), {"gpt2", &yardsticks::Gpt2}};
}

std::vector<int> ThreadCounts() {
  const int all = DefaultRunner().Threads();
  return all > 1 ? std::vector<int>{1, all} : std::vector<int>{1};
}

// What naive.h has a loop for.
bool HasNaive(const Variant& variant, Format gradient) {
  return variant.options == Options(AdamWOptions()) && gradient == Format::kF32;
}
std::vector<std::string_view> NaiveFlags(int threads) {
  if (threads > 1) return {yardsticks::kNaiveNative};
  return {yardsticks::kNaiveO2, yardsticks::kNaiveNative};
}

}  // namespace

std::vector<Variant> AllVariants() {
  // A decay rate of a new average, or a flag.
  constexpr double kTypical[] = {0.9, 1};
  std::vector<Variant> variants;
  for (const std::string& rule : RuleNames()) {
    const Options defaults = DefaultOptions(rule);
    variants.push_back({Lower(rule), defaults});
    for (const std::string& option : OptionNames(defaults)) {
      for (const double value : kTypical) {
        const std::optional<Options> options = With(defaults, option, value);
        if (!options || StatesNeeded(*options) <= StatesNeeded(defaults)) continue;
        variants.push_back({Lower(rule) + "_" + option, *options});
        break;
      }
    }
  }
  return variants;
}

std::string Row::Name() const {
  const std::string tail = "/" + (kind == Kind::kNaive ? flags : target) + "/" + list.name + "/t" +
                           std::to_string(threads);
  if (kind == Kind::kDivider) return "ceiling/divider/f32" + tail;
  const std::string prefix = kind == Kind::kCall      ? "call/"
                             : kind == Kind::kCeiling ? "ceiling/"
                             : kind == Kind::kNaive   ? "naive/"
                                                      : "";
  return prefix + variant.name + "/f32_" + FormatName(gradient) + "_f32" + tail;
}

std::vector<Row> AllRows() {
  const std::vector<std::string> targets = Targets();
  const std::string best = yardsticks::BestTarget();
  const Variant no_rule;
  std::vector<Row> rows;
  for (const int threads : ThreadCounts()) {
    for (const size_t n : kSizes) {
      rows.push_back({Kind::kDivider, no_rule, Format::kF32, best, FlatList(n), threads});
    }
  }
  for (const Variant& variant : AllVariants()) {
    for (const Format format : kFormats) {
      for (const int threads : ThreadCounts()) {
        std::vector<List> lists = ManyTensors();
        for (const size_t n : kSizes) lists.push_back(FlatList(n));
        for (const List& list : lists) {
          rows.push_back({Kind::kCeiling, variant, format, best, list, threads});
          rows.push_back({Kind::kStep, variant, format, targets.front(), list, threads});
          if (!HasNaive(variant, format)) continue;
          for (const std::string_view flags : NaiveFlags(threads)) {
            rows.push_back({Kind::kNaive, variant, format, targets.front(), list, threads,
                            std::string(flags)});
          }
        }
        // What an older processor's instructions cost; lists of tensors would not tell more.
        for (size_t i = 1; i < targets.size(); ++i) {
          for (const size_t n : kSizes) {
            rows.push_back({Kind::kStep, variant, format, targets[i], FlatList(n), threads});
          }
        }
      }
      for (const size_t n : kCallSizes) {
        rows.push_back({Kind::kCall, variant, format, targets.front(), FlatList(n), 1});
      }
    }
  }
  return rows;
}

}  // namespace simdoptim::bench
