// SPDX-License-Identifier: Apache-2.0
// The CSV reader, and the split.
#include "dataset.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "random.h"

namespace digits {
namespace {

constexpr int kInk = 16;  // the darkest pixel in the file

[[noreturn]] void Fail(const std::string& where, const std::string& what) {
  throw std::runtime_error(where + ": " + what);
}

[[noreturn]] void FailWithErrno(const std::string& path, const char* verb) {
  Fail(path, std::string("cannot be ") + verb + ": " + std::generic_category().message(errno));
}

// An integer in [0, max]; `what` is "pixel 7" or "the label".
int ParseField(std::string_view field, int max, const std::string& where, const std::string& what) {
  int value = -1;
  const char* const end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || stop != end || value < 0 || value > max) {
    constexpr size_t kShown = 20;
    std::string shown(field.substr(0, kShown));
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    Fail(where, what + " is \"" + shown + (field.size() > kShown ? "..." : "") +
                    "\", not an integer from 0 to " + std::to_string(max));
  }
  return value;
}

void AddRow(std::string_view row, const std::string& where, Dataset& dataset) {
  const auto fields = static_cast<size_t>(std::count(row.begin(), row.end(), ',')) + 1;
  if (fields != kPixels + 1) {
    Fail(where, "has " + std::to_string(fields) + (fields == 1 ? " field" : " fields") + ", not " +
                    std::to_string(kPixels + 1) + " (" + std::to_string(kPixels) +
                    " pixels and the label)");
  }
  std::array<float, kPixels> pixels;
  for (size_t i = 0; i < kPixels; ++i) {
    const size_t comma = row.find(',');
    const int ink = ParseField(row.substr(0, comma), kInk, where, "pixel " + std::to_string(i + 1));
    pixels[i] = static_cast<float>(ink) / kInk;
    row.remove_prefix(comma + 1);
  }
  const int label = ParseField(row, static_cast<int>(kClasses) - 1, where, "the label");
  dataset.Add(pixels, static_cast<size_t>(label));
}

}  // namespace

void Dataset::Add(std::span<const float, kPixels> pixels, size_t label) {
  pixels_.insert(pixels_.end(), pixels.begin(), pixels.end());
  labels_.push_back(label);
}

Dataset ReadCsv(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) FailWithErrno(path, "opened");
  Dataset dataset;
  std::string row;
  for (size_t line = 1; std::getline(file, row); ++line) {
    if (row.ends_with('\r')) row.pop_back();
    AddRow(row, path + ":" + std::to_string(line), dataset);
  }
  if (file.bad()) FailWithErrno(path, "read");
  if (dataset.size() < 2) {
    Fail(path, "has " + std::to_string(dataset.size()) +
                   " samples; at least one to train on and one to hold out are needed");
  }
  return dataset;
}

Split ShuffleAndSplit(const Dataset& all, uint64_t seed) {
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Random(seed).Shuffle(order);
  const size_t held_out = (all.size() + 4) / 5;
  Split split;
  for (size_t i = 0; i < order.size(); ++i) {
    (i < held_out ? split.held_out : split.training).Add(all.Pixels(order[i]), all.Label(order[i]));
  }
  return split;
}

}  // namespace digits
