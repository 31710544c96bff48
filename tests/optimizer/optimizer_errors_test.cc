// SPDX-License-Identifier: Apache-2.0
// The optimizer object's errors: each names the thing, and leaves the optimizer as it was.

#include <span>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"

namespace simdoptim::test {
namespace {

using Floats = std::vector<float>;

TEST_CASE("a group that is refused leaves the optimizer as it was", "[optimizer][errors]") {
  Floats b(8), grad(8), m(8), v(8);
  Floats around_a(24);
  const std::span<float> a = std::span(around_a).subspan(8, 8);
  Optimizer optimizer(AdamOptions{}, {{"a", a, grad}});
  const auto error = [&](std::vector<Parameter> parameters, Options options = AdamOptions{}) {
    const std::string text = ErrorOf([&] { optimizer.AddGroup({options, parameters}); });
    CHECK(optimizer.Groups() == 1);
    CHECK(optimizer.Parameters() == 1);
    CHECK(optimizer.StateBytes() == 2 * 64);
    return text;
  };
  CHECK(error({{"b", b}}, AdamOptions{.beta1 = 1}) == "Adam: beta1 = 1 is not in [0, 1)");
  CHECK(error({{"a", b}}) == "parameter \"a\": the name stands twice");
  CHECK(error({{"b", b}, {"b", m}}) == "parameter \"b\": the name stands twice");
  CHECK(error({{"b", {static_cast<float*>(nullptr), 8}}}) ==
        "parameter \"b\": value is null, with 8 elements");
  CHECK(error({{"b", a}}) == "parameter \"a\": its memory overlaps that of parameter \"b\"");
  // Whether it is the first or the last in memory that overlaps.
  for (const size_t overlapping : {size_t{1}, size_t{15}}) {
    CHECK(error({{"b", std::span(around_a).first(1)},
                 {"c", std::span(around_a).subspan(overlapping, 8)},
                 {"d", std::span(around_a).last(1)}}) ==
          "parameter \"a\": its memory overlaps that of parameter \"c\"");
  }
  CHECK(error({{"b", b}, {"c", std::span(b).subspan(7)}}) ==
        "parameter \"b\": its memory overlaps that of parameter \"c\"");
  CHECK(error({{"b", b, {}, {m, m}}}) ==
        "parameter \"b\": its memory overlaps that of parameter \"b\"");
  CHECK(error({{"b", b, {}, {a, v}}}) ==
        "parameter \"a\": its memory overlaps that of parameter \"b\"");
  CHECK(error({{"b", b, {}, {m}}}) ==
        "parameter \"b\": exp_avg_sq has 0 elements, parameter has 8");
  CHECK(error({{"b", b, {}, {m, std::span(v).first(3)}}}) ==
        "parameter \"b\": exp_avg_sq has 3 elements, parameter has 8");
  CHECK(error({{"b", b, {}, {m, v, grad, {}}}}) ==
        "parameter \"b\": 4 states are given, Adam has 3");
  Floats max(8);
  CHECK(error({{"b", b, {}, {m, v, max}}}) ==
        "parameter \"b\": max_exp_avg_sq is given, but these options do not use it");
  CHECK(error({{"b", b, Floats(4)}}) ==
        "parameter \"b\": gradient has 4 elements, parameter has 8");
  CHECK(error({{"b", b, a}}) == "parameter \"b\": gradient overlaps the memory of parameter \"a\"");
  CHECK(error({{"b", b, b}}) == "parameter \"b\": gradient overlaps the memory of parameter \"b\"");
  // What is added may not lie in a gradient that is already set.
  CHECK(error({{"b", grad}}) == "parameter \"a\": gradient overlaps the memory of parameter \"b\"");
}

TEST_CASE("bad gradients, indices and names are named", "[optimizer][errors]") {
  Floats a(8), b(4), grad(8);
  Optimizer optimizer(SgdOptions{}, {{"h.0.attn.w", a}, {"b", b}});
  CHECK(ErrorOf([&] { optimizer.SetGradient(0, b); }) ==
        "parameter \"h.0.attn.w\": gradient has 4 elements, parameter has 8");
  CHECK(ErrorOf([&] { optimizer.SetGradient(0, a); }) ==
        "parameter \"h.0.attn.w\": gradient overlaps the memory of parameter \"h.0.attn.w\"");
  CHECK(ErrorOf([&] { optimizer.SetGradient(0, Gradient(static_cast<float*>(nullptr), 8)); }) ==
        "parameter \"h.0.attn.w\": gradient is null, with 8 elements");
  const std::string no_parameter = "parameter 2: there are 2";
  CHECK(ErrorOf([&] { optimizer.SetGradient(2, grad); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.StepParameter(2); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.StepCount(2); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.State(2, "exp_avg"); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.StateNames(2); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.ParameterName(2); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.SetStepCount(2, 1); }) == no_parameter);
  CHECK(ErrorOf([&] { optimizer.GetOptions(1); }) == "group 1: there are 1");
  CHECK(ErrorOf([&] { optimizer.SetOptions(1, SgdOptions{}); }) == "group 1: there are 1");
  CHECK(ErrorOf([&] { optimizer.SetOption(1, "lr", 1); }) == "group 1: there are 1");
  CHECK(ErrorOf([&] { optimizer.FindParameter("c"); }) == "there is no parameter \"c\"");
  CHECK(ErrorOf([&] { optimizer.State(0, "exp_avg"); }) ==
        "parameter \"h.0.attn.w\": there is no state \"exp_avg\"; there are none");
  CHECK(ErrorOf([&] { optimizer.SetThreads(-1); }) ==
        "SetThreads: threads = -1 is not in [0, inf)");
}

TEST_CASE("stepping an optimizer without parameters is an error", "[optimizer][errors]") {
  Optimizer empty;
  CHECK(ErrorOf([&] { empty.Step(); }) ==
        "Optimizer: there are no parameters to step; add a group first");
  Floats p(3);
  Optimizer without_gradients(SgdOptions{}, {{"p", p}});
  CHECK(ErrorOf([&] { without_gradients.Step(); }) == "(no error)");
  Optimizer of_nothing(AdamOptions{}, {{"nothing", std::span<float>()}});
  CHECK(ErrorOf([&] { of_nothing.Step(); }) == "(no error)");
}

}  // namespace
}  // namespace simdoptim::test
