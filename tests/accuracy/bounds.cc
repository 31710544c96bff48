// SPDX-License-Identifier: Apache-2.0

#include "tests/accuracy/bounds.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace simdoptim::test {
namespace {

// The next line of numbers: those at its end.
RowOfBounds ReadRow(std::istream& header, const std::string& rule) {
  static const std::regex row(R"(//  +\S.*?((?: +(?:[0-9.]+|-)){6}))");
  std::string line;
  while (std::getline(header, line) && line.starts_with("//")) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    std::istringstream words(match[1]);
    const auto next = [&] {
      std::string word;
      words >> word;
      return word == "-" ? std::numeric_limits<double>::infinity() : std::stod(word);
    };
    RowOfBounds bounds;
    for (Bound& bound : bounds) {
      bound.mean = next();
      bound.max = next();
    }
    return bounds;
  }
  throw std::runtime_error("the table of errors of " + rule + " has too few rows");
}

}  // namespace

size_t RowOf(const Options& options, const std::string& stream_name) {
  const bool penalty = GetOption(options, "weight_decay") != 0 &&
                       GetOption(options, "decay_mode") == static_cast<double>(WeightDecay::kL2);
  return (penalty ? 2u : 0u) + (stream_name == "param" ? 0u : 1u);
}

TableOfBounds StatedBounds(const std::string& rule) {
  const std::regex heading("// Error of (.*[ ,])?" + rule + "([ ,].*)? against double.*");
  for (const auto& file : std::filesystem::directory_iterator(SIMDOPTIM_HEADERS)) {
    std::ifstream header(file.path());
    std::string line;
    while (std::getline(header, line)) {
      if (!std::regex_match(line, heading)) continue;
      TableOfBounds table;
      for (RowOfBounds& row : table) row = ReadRow(header, rule);
      return table;
    }
  }
  throw std::runtime_error("no header has a line \"// Error of " + rule + " against double\"");
}

}  // namespace simdoptim::test
