// SPDX-License-Identifier: Apache-2.0
// The functional door's errors: each names the thing, and nothing is changed.

#include <span>
#include <string>
#include <thread>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"

namespace simdoptim::test {
namespace {

using Floats = std::vector<float>;

struct AdamBuffers {
  Floats param = Floats(8, 1.0f);
  Floats grad = Floats(8, 0.5f);
  Floats m = Floats(8, 0.25f);
  Floats v = Floats(8, 0.125f);

  bool operator==(const AdamBuffers&) const = default;
};

TEST_CASE("functional door: bad spans are named and nothing is changed", "[errors]") {
  AdamBuffers b;
  // A good call first must not make the same options and step number be trusted.
  if (GENERATE(false, true)) AdamStep({}, 1, b.param, b.grad, b.m, b.v);
  const AdamBuffers before = b;
  const auto error = [&](std::span<float> param, const Gradient& grad, std::span<float> m,
                         std::span<float> v, std::span<float> max = {}) {
    const std::string text = ErrorOf([&] { AdamStep({}, 1, param, grad, m, v, max); });
    CHECK(b == before);
    return text;
  };
  Floats four(4);
  CHECK(error(b.param, four, b.m, b.v) == "Adam: gradient has 4 elements, parameter has 8");
  CHECK(error(b.param, b.grad, four, b.v) == "Adam: exp_avg has 4 elements, parameter has 8");
  CHECK(error(b.param, b.grad, b.m, {}) == "Adam: exp_avg_sq has 0 elements, parameter has 8");
  CHECK(error(b.param, b.grad, b.m, b.v, four) ==
        "Adam: max_exp_avg_sq is given, but these options do not use it");
  float* null = nullptr;
  CHECK(error({null, 8}, b.grad, b.m, b.v) == "Adam: parameter is null, with 8 elements");
  CHECK(error(b.param, Gradient(null, 8), b.m, b.v) == "Adam: gradient is null, with 8 elements");
  CHECK(error(b.param, b.grad, {null, 8}, b.v) == "Adam: exp_avg is null, with 8 elements");
  CHECK(error(b.param, b.param, b.m, b.v) == "Adam: parameter and gradient overlap");
  CHECK(error(b.param, b.grad, b.grad, b.v) == "Adam: gradient and exp_avg overlap");
  CHECK(error(b.param, b.grad, b.m, b.m) == "Adam: exp_avg and exp_avg_sq overlap");
  CHECK(error(b.param, b.grad, b.m, b.v, b.v) ==
        "Adam: max_exp_avg_sq is given, but these options do not use it");
  // One shared element is enough, either way round. Touching is not overlapping.
  Floats fifteen(15), eight(8);
  const std::span<float> low = std::span(fifteen).first(8);
  const std::span<float> high = std::span(fifteen).last(8);
  CHECK(error(low, b.grad, high, eight) == "Adam: parameter and exp_avg overlap");
  CHECK(error(high, b.grad, low, eight) == "Adam: parameter and exp_avg overlap");
  Floats seven(7), zeros(7);
  CHECK(ErrorOf([&] { AdamStep({}, 1, low.first(7), seven, high.last(7), zeros); }) ==
        "(no error)");
}

TEST_CASE("functional door: bad steps and options are named", "[errors]") {
  AdamBuffers b;
  const AdamBuffers before = b;
  CHECK(ErrorOf([&] { AdamStep({}, 0, b.param, b.grad, b.m, b.v); }) ==
        "Adam: t = 0 is not a step number; the first step is 1");
  CHECK(ErrorOf([&] { AdamWStep({}, -3, b.param, b.grad, b.m, b.v); }) ==
        "AdamW: t = -3 is not a step number; the first step is 1");
  CHECK(ErrorOf([&] { AdamWStep({.beta2 = 1.5}, 1, b.param, b.grad, b.m, b.v); }) ==
        "AdamW: beta2 = 1.5 is not in [0, 1)");
  CHECK(ErrorOf([&] { SgdStep({.nesterov = true}, 1, b.param, b.grad); }) ==
        "SGD: nesterov needs momentum > 0");
  const std::vector<std::span<float>> five(5);
  CHECK(ErrorOf([&] { Step(SgdOptions{}, 1, b.param, b.grad, five); }) ==
        "SGD: 5 states are given, the rule has 1");
  CHECK(b == before);
  // A good call after a bad one is not served from what the bad one left, nor the reverse.
  AdamStep({}, 1, b.param, b.grad, b.m, b.v);
  for (int time = 1; time <= 2; ++time) {
    CHECK(ErrorOf([&] { AdamStep({.lr = -1}, 1, b.param, b.grad, b.m, b.v); }) ==
          "Adam: lr = -1 is not in [0, inf)");
  }
  CHECK(ErrorOf([&] { AdamStep({}, 0, b.param, b.grad, b.m, b.v); }) ==
        "Adam: t = 0 is not a step number; the first step is 1");
}

TEST_CASE("functional door: after a good call, the same mistakes are found in every rule",
          "[errors]") {
  for (const Case& c : EssentialCases()) {
    INFO(c.name);
    const Floats start(8, 1.0f);
    const Floats grad(8, 0.5f);
    const Tensor tensor(c.options, start), before(c.options, start);
    Step(c.options, 1, tensor.param(), grad, tensor.states());
    Step(c.options, 1, before.param(), grad, before.states());
    using States = std::vector<std::span<float>>;
    const States good(tensor.states().begin(), tensor.states().end());
    const auto is_refused = [&](std::span<float> param, const Gradient& gradient,
                                const States& states) {
      const std::string text = ErrorOf([&] { Step(c.options, 1, param, gradient, states); });
      return text != "(no error)" && tensor.SameBitsAs(before);
    };
    const std::span<float> p = tensor.param();
    float* null = nullptr;
    CHECK(is_refused(p.first(7), grad, good));
    CHECK(is_refused({null, 8}, grad, good));
    CHECK(is_refused(p, Floats(7), good));
    CHECK(is_refused(p, Gradient(null, 8), good));
    CHECK(is_refused(p, p, good));
    for (size_t k = 0; k < good.size(); ++k) {
      INFO("state " << k);
      States states = good;
      Floats other(8);
      if (!NeedsState(c.options, k)) {
        states[k] = other;
        CHECK(is_refused(p, grad, states));
        continue;
      }
      for (const std::span<float> bad : {std::span<float>(), good[k].first(7), {null, 8}, p}) {
        states[k] = bad;
        CHECK(is_refused(p, grad, states));
      }
      states[k] = good[k];
      CHECK(is_refused(p, good[k], states));
      for (size_t j = 0; j < k; ++j) {
        states[k] = good[j];
        CHECK(is_refused(p, grad, states));
      }
    }
  }
}

TEST_CASE("functional door: a thread's first call is checked as any other", "[errors]") {
  Floats p(8, 1.0f), g(8, 0.5f);
  std::string text;
  std::thread([&] { text = ErrorOf([&] { SgdStep({}, 0, p, g); }); }).join();
  CHECK(text == "SGD: t = 0 is not a step number; the first step is 1");
  CHECK(p == Floats(8, 1.0f));
}

TEST_CASE("functional door: empty spans are fine", "[errors]") {
  CHECK(ErrorOf([] { AdamStep({}, 1, {}, Gradient(), {}, {}); }) == "(no error)");
}

TEST_CASE("reference: bad arguments are named", "[errors]") {
  Floats p(3), g(4), h(3), m(3);
  CHECK(ErrorOf([&] { reference::Step(AdamOptions{}, 1, std::span<float>(p), g, {}); }) ==
        "Adam: gradient has 4 elements, parameter has 3");
  const std::span<float> states[] = {m};
  CHECK(ErrorOf([&] { reference::Step(AdamOptions{}, 1, std::span<float>(p), h, states); }) ==
        "Adam: exp_avg_sq has 0 elements, parameter has 3");
  CHECK(ErrorOf([&] { reference::Step(SgdOptions{}, 0, std::span<float>(p), m, {}); }) ==
        "SGD: t = 0 is not a step number; the first step is 1");
  CHECK(ErrorOf([&] { CompareUlp(std::span<const float>(p), std::span<const float>(g)); }) ==
        "CompareUlp: actual has 3 elements, expected has 4");
}

}  // namespace
}  // namespace simdoptim::test
