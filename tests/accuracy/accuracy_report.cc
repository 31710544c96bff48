// SPDX-License-Identifier: Apache-2.0
// Prints how far every rule, variant and format is from double, beside the bounds that the public
// headers state, and fails if one does not hold: accuracy_report bounds. And how far other orders
// of operations are: accuracy_report forms. Without an argument, both.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "tests/accuracy/adamw_forms.h"
#include "tests/accuracy/bounds.h"
#include "tests/accuracy/drift.h"
#include "tests/support/cases.h"

namespace simdoptim::test {
namespace {

void PrintForms(const char* title, const AdamWOptions& options, size_t size) {
  std::printf(
      "## AdamW, %s, %zu parameters, 1000 steps: ULP from double, mean of all but the worst 1 "
      "%%\n\n",
      title, size);
  std::printf("| order of operations | p | m | v |\n|---|---|---|---|\n");
  const auto print = [](const char* name, const Drift& drift) {
    std::printf("| %s | %.2f | %.2f | %.2f |\n", name, drift[0].mean, drift[1].mean, drift[2].mean);
  };
  print("simdoptim", MeasureDrift(options, Format::kF32, size, 1000));
  for (const AdamWForm& form : AdamWForms()) {
    print(form.name, MeasureDrift(options, Format::kF32, size, 1000, StepOf(form, options)));
  }
  std::printf("\n");
}

void PrintForms() {
  const AdamWOptions as_written;
  PrintForms("beta1 = 0.9, beta2 = 0.999", as_written, 100003);
  // The others round beta to float and then use 1 - beta in double; where beta is a float already,
  // that error is gone.
  AdamWOptions representable;
  representable.beta1 = static_cast<double>(0.9f);
  representable.beta2 = static_cast<double>(0.999f);
  PrintForms("betas that are floats", representable, 100003);
}

constexpr const char* kColumns = "1 step | 100 steps | 1000 steps |";

// The largest numbers of all variants and formats of a rule, in the form of its bounds.
using LargestSeen = std::map<std::string, TableOfBounds>;

// More parameters where a step of all costs less: a maximum grows with what it is taken of.
constexpr size_t kParameters[] = {100000, 10000, 1000};

void PrintCases(LargestSeen& largest) {
  std::printf("## Every rule, variant and gradient format\n\n");
  std::printf("| case | stream | %s\n|---|---|---|---|---|\n", kColumns);
  for (const Case& c : EssentialCases()) {
    for (Format format : kFormats) {
      std::vector<Drift> drifts;
      for (size_t i = 0; i < kBoundedSteps.size(); ++i) {
        drifts.push_back(MeasureDrift(c.options, format, kParameters[i], kBoundedSteps[i]));
      }
      for (size_t k = 0; k < drifts[0].size(); ++k) {
        const std::string& stream = drifts[0][k].name;
        RowOfBounds& row = largest[RuleName(c.options)][RowOf(c.options, stream)];
        std::printf("| %s, %s | %s |", c.name.c_str(), FormatName(format), stream.c_str());
        for (size_t i = 0; i < drifts.size(); ++i) {
          const StreamDrift& drift = drifts[i][k];
          std::printf(" %.2f, max %.2f |", drift.mean, drift.max);
          row[i] = {std::max(row[i].mean, drift.mean), std::max(row[i].max, drift.max)};
        }
        std::printf("\n");
      }
    }
  }
}

// Returns how many bounds do not hold.
int PrintBounds(const LargestSeen& largest) {
  int broken = 0;
  std::printf(
      "\n## The largest of each rule, and the bound that its header states\n\n"
      "| rule | stream | %s\n|---|---|---|---|---|\n",
      kColumns);
  for (const auto& [rule, rows] : largest) {
    const TableOfBounds bounds = StatedBounds(rule);
    for (size_t stream = 0; stream < rows.size(); ++stream) {
      std::printf("| %s | %s |", rule.c_str(), kBoundedStreams[stream]);
      for (size_t i = 0; i < kBoundedSteps.size(); ++i) {
        const Bound& seen = rows[stream][i];
        const Bound& bound = bounds[stream][i];
        const bool holds = seen.mean <= bound.mean && seen.max <= bound.max;
        std::printf(" %.2f of %g, max %.2f of %g%s |", seen.mean, bound.mean, seen.max, bound.max,
                    holds ? "" : " DOES NOT HOLD");
        broken += holds ? 0 : 1;
      }
      std::printf("\n");
    }
  }
  return broken;
}

}  // namespace
}  // namespace simdoptim::test

int main(int argc, char** argv) try {
  const std::string part = argc > 1 ? argv[1] : "";
  if (argc > 2 || (part != "" && part != "bounds" && part != "forms")) {
    std::fprintf(stderr, "usage: %s [bounds|forms]\n", argv[0]);
    return 2;
  }
  if (part != "bounds") simdoptim::test::PrintForms();
  if (part == "forms") return 0;
  simdoptim::test::LargestSeen largest;
  simdoptim::test::PrintCases(largest);
  const int broken = simdoptim::test::PrintBounds(largest);
  std::printf("\n%d bounds do not hold\n", broken);
  return broken == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
