// SPDX-License-Identifier: Apache-2.0
// The C interface: sizes beyond what memory can hold, as negative ones of other languages arrive;
// more states than there are; and the numbers of parameters without a name.

#include <cstdint>
#include <string>

#include "tests/c_api/handles.h"

namespace simdoptim::test {
namespace {

TEST_CASE("sizes that memory cannot hold are refused by every function that takes one", "[c_api]") {
  const OptionsHandle options = MakeOptions("SGD");
  float a[8] = {1}, b[8] = {2};
  double d[8] = {3}, e[8] = {4};
  for (const size_t n : {size_t{PTRDIFF_MAX} / sizeof(double) + 1, size_t{PTRDIFF_MAX},
                         size_t{PTRDIFF_MAX} + 2, SIZE_MAX / 2 + 2, SIZE_MAX}) {
    const std::string tail = " has " + std::to_string(n) + " elements, more than memory can hold";
    const simdoptim_gradient gradient = {b, n, SIMDOPTIM_F32, 0};
    simdoptim_ulp ulp = {};
    CHECK(Outcome(simdoptim_step(options.get(), 1, a, n, &gradient, nullptr, 0)) ==
          Invalid("simdoptim_step: gradient" + tail));
    CHECK(Outcome(simdoptim_reference_step(options.get(), 1, a, n, &gradient, nullptr, 0)) ==
          Invalid("simdoptim_reference_step: gradient" + tail));
    CHECK(Outcome(simdoptim_reference_step_double(options.get(), 1, d, n, e, nullptr, 0)) ==
          Invalid("simdoptim_reference_step_double: param" + tail));
    for (const int32_t format : {SIMDOPTIM_F32, SIMDOPTIM_BF16, SIMDOPTIM_F16}) {
      CHECK(Outcome(simdoptim_format_to_float(format, a, b, n)) ==
            Invalid("simdoptim_format_to_float: from" + tail));
      CHECK(Outcome(simdoptim_format_from_float(format, a, b, n)) ==
            Invalid("simdoptim_format_from_float: from" + tail));
    }
    CHECK(Outcome(simdoptim_ulp_compare(a, b, n, &ulp)) ==
          Invalid("simdoptim_ulp_compare: actual" + tail));
    CHECK(Outcome(simdoptim_ulp_compare_double(a, d, n, &ulp)) ==
          Invalid("simdoptim_ulp_compare_double: actual" + tail));
    const OptimizerHandle optimizer = MakeOptimizer();
    const simdoptim_parameter parameter = {"w", a, n, {}, nullptr, 0};
    CHECK(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1,
                                                nullptr)) ==
          Invalid("parameter \"w\": value" + tail));
  }
  CHECK(a[0] == 1);
  CHECK(b[0] == 2);
  CHECK(d[0] == 3);
}

TEST_CASE("more states than the rule has are refused, counted", "[c_api]") {
  const OptionsHandle options = MakeOptions("SGD");
  float p[8] = {1}, g[8] = {1}, m[8] = {}, v[8] = {};
  double d[8] = {1}, e[8] = {1}, f[8] = {};
  float* const states[] = {m, v, nullptr, nullptr};
  double* const double_states[] = {f, nullptr, nullptr, nullptr};
  const simdoptim_gradient gradient = {g, 8, SIMDOPTIM_F32, 0};
  for (const size_t n : {size_t{2}, size_t{3}, size_t{4}}) {
    const std::string tail = ": " + std::to_string(n) + " states are given, SGD has 1";
    CHECK(Outcome(simdoptim_step(options.get(), 1, p, 8, &gradient, states, n)) ==
          Invalid("simdoptim_step" + tail));
    CHECK(Outcome(simdoptim_reference_step(options.get(), 1, p, 8, &gradient, states, n)) ==
          Invalid("simdoptim_reference_step" + tail));
    CHECK(Outcome(simdoptim_reference_step_double(options.get(), 1, d, 8, e, double_states, n)) ==
          Invalid("simdoptim_reference_step_double" + tail));
  }
  CHECK(p[0] == 1);
  CHECK(d[0] == 1);
}

TEST_CASE("parameters without a name are counted through the groups", "[c_api]") {
  const OptionsHandle options = MakeOptions("SGD");
  const OptimizerHandle optimizer = MakeOptimizer();
  float a[8] = {}, b[8] = {}, g[8] = {};
  const simdoptim_parameter first[] = {{nullptr, a, 4, {}, nullptr, 0},
                                       {nullptr, a + 4, 4, {}, nullptr, 0}};
  CHECK(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), first, 2, nullptr)) ==
        "ok");
  const simdoptim_parameter second[] = {{nullptr, b, 4, {}, nullptr, 0},
                                        {nullptr, b + 4, 4, {g, 4, 9, 0}, nullptr, 0}};
  CHECK(
      Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), second, 2, nullptr)) ==
      Invalid("parameter \"#3\": format = 9 is not one of 0 (f32), 1 (bf16), 2 (f16)"));
}

}  // namespace
}  // namespace simdoptim::test
