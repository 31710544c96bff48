// SPDX-License-Identifier: Apache-2.0
// Prints the tables of tests/accuracy/README.md: the drift of AdamW against other orders of
// operations, and of every rule, variant and format.

#include <cstdio>

#include "tests/accuracy/adamw_forms.h"
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
    std::printf("| %s | %.2f | %.2f | %.2f |\n", name, drift[0].typical, drift[1].typical,
                drift[2].typical);
  };
  print("simdoptim", MeasureDrift(options, Format::kF32, size, 1000));
  for (const AdamWForm& form : AdamWForms()) {
    print(form.name, MeasureDrift(options, Format::kF32, size, 1000, StepOf(form, options)));
  }
  std::printf("\n");
}

void PrintCases(size_t size) {
  std::printf(
      "## Every rule, variant and format, %zu parameters: ULP, mean of all but the worst 1 %%, and "
      "maximum\n\n",
      size);
  std::printf("| case | stream | 1 step | 100 steps | 1000 steps |\n|---|---|---|---|---|\n");
  for (const Case& c : EssentialCases()) {
    for (Format format : kFormats) {
      std::vector<Drift> drifts;
      for (int steps : {1, 100, 1000}) {
        drifts.push_back(MeasureDrift(c.options, format, size, steps));
      }
      for (size_t k = 0; k < drifts[0].size(); ++k) {
        std::printf("| %s, %s | %s |", c.name.c_str(), FormatName(format),
                    drifts[0][k].name.c_str());
        for (const Drift& drift : drifts) {
          std::printf(" %.2f / %u |", drift[k].typical, drift[k].max);
        }
        std::printf("\n");
      }
    }
  }
}

}  // namespace
}  // namespace simdoptim::test

int main() {
  const simdoptim::AdamWOptions as_written;
  simdoptim::test::PrintForms("beta1 = 0.9, beta2 = 0.999", as_written, 100003);
  // The others round beta to float and then use 1 - beta in double; where beta is a float already,
  // that error is gone.
  simdoptim::AdamWOptions representable;
  representable.beta1 = static_cast<double>(0.9f);
  representable.beta2 = static_cast<double>(0.999f);
  simdoptim::test::PrintForms("betas that are floats", representable, 100003);
  simdoptim::test::PrintCases(1000);
}
