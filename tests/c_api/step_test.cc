// SPDX-License-Identifier: Apache-2.0
// The C interface: functional steps, references, formats, ULP and targets.

#include "simdoptim/step.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/c_api/handles.h"

namespace simdoptim::test {
namespace {

constexpr size_t kSize = 67;

struct Tensors {
  std::vector<float> param = std::vector<float>(kSize);
  std::vector<float> grad = std::vector<float>(kSize);
  std::vector<float> m = std::vector<float>(kSize);
  std::vector<float> v = std::vector<float>(kSize);

  Tensors() {
    for (size_t i = 0; i < kSize; ++i) {
      param[i] = 0.1f * static_cast<float>(i) - 3.0f;
      grad[i] = 1.0f - 0.05f * static_cast<float>(i);
    }
  }
  simdoptim_gradient Gradient() const { return {grad.data(), kSize, SIMDOPTIM_F32, 0}; }
};

TEST_CASE("a step and its references are those of C++", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  Tensors c, reference, expected;
  std::vector<double> param(c.param.begin(), c.param.end()), grad(c.grad.begin(), c.grad.end());
  std::vector<double> m(kSize), v(kSize);
  float* const c_states[] = {c.m.data(), c.v.data(), nullptr};
  float* const reference_states[] = {reference.m.data(), reference.v.data()};
  double* const double_states[] = {m.data(), v.data()};
  const simdoptim_gradient gradient = c.Gradient();
  for (int64_t t = 1; t <= 5; ++t) {
    CHECK(Outcome(simdoptim_step(options.get(), t, c.param.data(), kSize, &gradient, c_states,
                                 3)) == "ok");
    CHECK(Outcome(simdoptim_reference_step(options.get(), t, reference.param.data(), kSize,
                                           &gradient, reference_states, 2)) == "ok");
    CHECK(Outcome(simdoptim_reference_step_double(options.get(), t, param.data(), kSize,
                                                  grad.data(), double_states, 2)) == "ok");
    AdamWStep({}, t, expected.param, expected.grad, expected.m, expected.v);
  }
  CHECK(c.param != Tensors().param);
  CHECK(c.param == expected.param);
  CHECK(c.m == expected.m);
  CHECK(c.v == expected.v);
  CHECK(reference.param == expected.param);
  simdoptim_ulp ulp = {};
  CHECK(Outcome(simdoptim_ulp_compare(c.param.data(), reference.param.data(), kSize, &ulp)) ==
        "ok");
  CHECK(ulp.max == 0);
  CHECK(Outcome(simdoptim_ulp_compare_double(c.param.data(), param.data(), kSize, &ulp)) == "ok");
  const UlpSummary same = CompareUlp(c.param, std::span<const double>(param));
  CHECK(ulp.max == same.max);
  CHECK(ulp.mean == same.mean);
  CHECK(ulp.worst == same.worst);
  CHECK(ulp.max < 100);
}

TEST_CASE("gradients come in every format", "[c_api]") {
  const OptionsHandle options = MakeOptions("SGD");
  for (const int32_t format : {SIMDOPTIM_F32, SIMDOPTIM_BF16, SIMDOPTIM_F16}) {
    const size_t bytes = Get<size_t>(simdoptim_format_bytes, format);
    CHECK(Get<const char*>(simdoptim_format_name, format) ==
          std::string(FormatName(static_cast<Format>(format))));
    Tensors tensors;
    std::vector<unsigned char> stored(kSize * bytes);
    CHECK(Outcome(simdoptim_format_from_float(format, tensors.grad.data(), stored.data(), kSize)) ==
          "ok");
    std::vector<float> widened(kSize);
    CHECK(Outcome(simdoptim_format_to_float(format, stored.data(), widened.data(), kSize)) == "ok");
    std::vector<float> expected = tensors.param;
    SgdStep({}, 1, expected, widened);
    const simdoptim_gradient gradient = {stored.data(), kSize, format, 0};
    CHECK(Outcome(simdoptim_step(options.get(), 1, tensors.param.data(), kSize, &gradient, nullptr,
                                 0)) == "ok");
    CHECK(tensors.param == expected);
  }
}

TEST_CASE("errors of steps change nothing", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  const simdoptim_options* o = options.get();
  Tensors x;
  float* p = x.param.data();
  const simdoptim_gradient g = x.Gradient();
  float* const states[] = {x.m.data(), x.v.data(), nullptr, nullptr};
  for (const auto step : {simdoptim_step, simdoptim_reference_step}) {
    const std::string f = step == simdoptim_step ? "simdoptim_step" : "simdoptim_reference_step";
    CHECK(Outcome(step(nullptr, 1, p, kSize, &g, states, 2)) == Invalid(f + ": options is null"));
    CHECK(Outcome(step(o, 1, nullptr, kSize, &g, states, 2)) ==
          Invalid(f + ": param is null, with 67 elements"));
    CHECK(Outcome(step(o, 1, p, kSize, nullptr, states, 2)) == Invalid(f + ": gradient is null"));
    CHECK(Outcome(step(o, 1, p, kSize, &g, nullptr, 2)) ==
          Invalid(f + ": states is null, with 2 elements"));
    CHECK(Outcome(step(o, 1, p, kSize, &g, states, 4)) ==
          Invalid(f + ": 4 states are given, AdamW has 3"));
    CHECK(Outcome(step(o, 0, p, kSize, &g, states, 2)) ==
          Invalid("AdamW: t = 0 is not a step number; the first step is 1"));
    CHECK(Outcome(step(o, 1, p, kSize, &g, states, 1)) ==
          Invalid("AdamW: exp_avg_sq has 0 elements, parameter has 67"));
    float* const with_null[] = {x.m.data(), nullptr};
    CHECK(Outcome(step(o, 1, p, kSize, &g, with_null, 2)) ==
          Invalid("AdamW: exp_avg_sq is null, with 67 elements"));
    simdoptim_gradient bad = g;
    bad.size = 3;
    CHECK(Outcome(step(o, 1, p, kSize, &bad, states, 2)) ==
          Invalid("AdamW: gradient has 3 elements, parameter has 67"));
    bad = {nullptr, kSize, SIMDOPTIM_F32, 0};
    CHECK(Outcome(step(o, 1, p, kSize, &bad, states, 2)) ==
          Invalid(f + ": gradient is null, with 67 elements"));
    for (const int32_t format : {-1, 3}) {
      bad = {g.data, kSize, format, 0};
      CHECK(Outcome(step(o, 1, p, kSize, &bad, states, 2)) ==
            Invalid(f + ": format = " + std::to_string(format) +
                    " is not one of 0 (f32), 1 (bf16), 2 (f16)"));
    }
    CHECK(Outcome(step(o, 1, p, static_cast<size_t>(-1), &g, states, 2)) ==
          Invalid(f + ": param has 18446744073709551615 elements, more than memory can hold"));
    bad.size = static_cast<size_t>(-1);
    CHECK(Outcome(step(o, 1, p, kSize, &bad, states, 2)) ==
          Invalid(f + ": gradient has 18446744073709551615 elements, more than memory can hold"));
  }
  float* const extra[] = {x.m.data(), x.v.data(), x.m.data()};
  CHECK(Outcome(simdoptim_step(o, 1, p, kSize, &g, extra, 3)) ==
        Invalid("AdamW: max_exp_avg_sq is given, but these options do not use it"));
  float* const twice[] = {x.m.data(), x.m.data()};
  CHECK(Outcome(simdoptim_step(o, 1, p, kSize, &g, twice, 2)) ==
        Invalid("AdamW: exp_avg and exp_avg_sq overlap"));

  std::vector<double> d(kSize), e(kSize);
  double* const double_states[] = {d.data(), e.data()};
  const std::string f = "simdoptim_reference_step_double";
  CHECK(Outcome(simdoptim_reference_step_double(nullptr, 1, d.data(), kSize, e.data(),
                                                double_states, 2)) ==
        Invalid(f + ": options is null"));
  CHECK(
      Outcome(simdoptim_reference_step_double(o, 1, nullptr, kSize, e.data(), double_states, 2)) ==
      Invalid(f + ": param is null, with 67 elements"));
  CHECK(
      Outcome(simdoptim_reference_step_double(o, 1, d.data(), kSize, nullptr, double_states, 2)) ==
      Invalid(f + ": gradient is null, with 67 elements"));
  CHECK(Outcome(simdoptim_reference_step_double(o, 1, d.data(), kSize, e.data(), nullptr, 0)) ==
        Invalid("AdamW: exp_avg has 0 elements, parameter has 67"));
  CHECK(x.param == Tensors().param);
  CHECK(x.m == Tensors().m);
}

TEST_CASE("formats convert as in C++", "[c_api]") {
  for (uint32_t i = 0; i < 0x10000; i += 7) {
    const uint16_t bits = static_cast<uint16_t>(i);
    const float bf16 = ToFloat(BFloat16{bits}), f16 = ToFloat(Float16{bits});
    const float c_bf16 = simdoptim_bf16_to_float(bits), c_f16 = simdoptim_f16_to_float(bits);
    CHECK(std::memcmp(&bf16, &c_bf16, sizeof(float)) == 0);
    CHECK(std::memcmp(&f16, &c_f16, sizeof(float)) == 0);
  }
  CHECK(simdoptim_float_to_bf16(1.0f) == 0x3F80);
  CHECK(simdoptim_float_to_f16(1.0f) == 0x3C00);
  CHECK(simdoptim_float_to_f16(65520.0f) == 0x7C00);

  float floats[4] = {1, 2, 3, 4};
  const char* text = nullptr;
  size_t bytes = 0;
  const std::string kinds = " is not one of 0 (f32), 1 (bf16), 2 (f16)";
  CHECK(Outcome(simdoptim_format_name(3, &text)) ==
        Invalid("simdoptim_format_name: format = 3" + kinds));
  CHECK(Outcome(simdoptim_format_bytes(-1, &bytes)) ==
        Invalid("simdoptim_format_bytes: format = -1" + kinds));
  CHECK(Outcome(simdoptim_format_to_float(7, floats, floats, 0)) ==
        Invalid("simdoptim_format_to_float: format = 7" + kinds));
  CHECK(Outcome(simdoptim_format_from_float(7, floats, floats, 0)) ==
        Invalid("simdoptim_format_from_float: format = 7" + kinds));
  CHECK(Outcome(simdoptim_format_to_float(1, nullptr, floats, 4)) ==
        Invalid("simdoptim_format_to_float: from is null, with 4 elements"));
  CHECK(Outcome(simdoptim_format_from_float(1, floats, nullptr, 4)) ==
        Invalid("simdoptim_format_from_float: to is null, with 4 elements"));
  CHECK(Outcome(simdoptim_format_to_float(1, floats, floats, 4)) ==
        Invalid("simdoptim_format_to_float: from and to overlap"));
  CHECK(Outcome(simdoptim_format_from_float(1, floats, floats, 4)) ==
        Invalid("simdoptim_format_from_float: from and to overlap"));
  CHECK(Outcome(simdoptim_format_from_float(1, nullptr, nullptr, 0)) == "ok");
  CHECK(floats[0] == 1);
}

TEST_CASE("ULP distances", "[c_api]") {
  CHECK(simdoptim_ulp_distance(1.0f, std::nextafterf(1.0f, 2.0f)) == 1);
  CHECK(simdoptim_ulp_distance(0.0f, -0.0f) == 0);
  CHECK(simdoptim_ulp_distance(std::numeric_limits<float>::quiet_NaN(), 0) == UINT32_MAX);
  float x[] = {1, 2};
  double d[] = {1, 2};
  simdoptim_ulp ulp = {};
  CHECK(Outcome(simdoptim_ulp_compare(nullptr, x, 2, &ulp)) ==
        Invalid("simdoptim_ulp_compare: actual is null, with 2 elements"));
  CHECK(Outcome(simdoptim_ulp_compare(x, nullptr, 2, &ulp)) ==
        Invalid("simdoptim_ulp_compare: expected is null, with 2 elements"));
  CHECK(Outcome(simdoptim_ulp_compare_double(x, d, 2, nullptr)) ==
        Invalid("simdoptim_ulp_compare_double: ulp is null"));
  CHECK(Outcome(simdoptim_ulp_compare(nullptr, nullptr, 0, &ulp)) == "ok");
}

TEST_CASE("targets are those of C++", "[c_api]") {
  const std::vector<std::string> targets = Targets();
  const std::string active = Get<const char*>(simdoptim_target_active);
  CHECK(active == ActiveTarget());
  REQUIRE(Get<size_t>(simdoptim_target_count) == targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    const char* name = Get<const char*>(simdoptim_target_name, i);
    CHECK(name == targets[i]);
    CHECK(Outcome(simdoptim_target_set(name)) == "ok");
    CHECK(ActiveTarget() == targets[i]);
  }
  CHECK(Outcome(simdoptim_target_set(active.c_str())) == "ok");
  const char* name = nullptr;
  CHECK(Outcome(simdoptim_target_name(targets.size(), &name))
            .find("simdoptim_target_name: index = ") != std::string::npos);
  CHECK(Outcome(simdoptim_target_set("AVX7")).find("SetTarget: name = \"AVX7\" is not one of ") !=
        std::string::npos);
  CHECK(Outcome(simdoptim_target_set(nullptr)) == Invalid("simdoptim_target_set: name is null"));
  CHECK(ActiveTarget() == active);
}

}  // namespace
}  // namespace simdoptim::test
