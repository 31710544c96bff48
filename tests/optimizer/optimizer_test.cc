// SPDX-License-Identifier: Apache-2.0
// The optimizer object: what it steps, skips, counts and keeps.

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

using Floats = std::vector<float>;

TEST_CASE("objects give the functional door's bits for every rule and format", "[optimizer]") {
  for (const Case& c : EssentialCases()) {
    for (Format format : kFormats) {
      Random random(6);
      const Floats start = random.Floats(77);
      const Tensor functional(c.options, start);
      Floats param = start;
      Optimizer optimizer(c.options, {{"p", param}});
      for (int t = 1; t <= 4; ++t) {
        const GradientBuffer grad(random.Floats(77), format);
        Step(c.options, t, functional.param(), grad.view(), functional.states());
        optimizer.SetGradient(0, grad.view());
        optimizer.Step();
        CHECK(optimizer.StepCount(0) == t);
      }
      INFO(c.name << " " << FormatName(format));
      CHECK(SameBits(param, functional.param()));
      size_t k = 0;
      for (const std::string& name : StateNames(c.options)) {
        if (NeedsState(c.options, k)) {
          CHECK(SameBits(optimizer.State(0, name), functional.states()[k]));
        }
        ++k;
      }
    }
  }
}

TEST_CASE("a parameter without a gradient is skipped and does not count", "[optimizer]") {
  Floats a(20, 1.0f), b(20, 1.0f), grad(20, 0.5f);
  Optimizer optimizer(AdamOptions{}, {{"a", a, grad}, {"b", b}});
  optimizer.Step();
  optimizer.Step();
  CHECK(optimizer.StepCount(0) == 2);
  CHECK(optimizer.StepCount(1) == 0);
  CHECK(b == Floats(20, 1.0f));
  const Floats a_after_two = a;
  optimizer.SetGradient(1, grad);
  optimizer.SetGradient(0, Gradient());
  optimizer.Step();
  optimizer.Step();
  // b's first two steps are a's first two: its t began at 1.
  CHECK(optimizer.StepCount(0) == 2);
  CHECK(optimizer.StepCount(1) == 2);
  CHECK(a == a_after_two);
  CHECK(b == a_after_two);
}

TEST_CASE("dropped gradients skip, filled gradients step with zeros", "[optimizer]") {
  Floats p(8, 1.0f), grad(8, 0.5f);
  std::vector<BFloat16> half(8, ToBFloat16(0.5f));
  Floats q(8, 1.0f);
  Optimizer optimizer(SgdOptions{.lr = 1, .momentum = 0.5}, {{"p", p, grad}, {"q", q, half}});
  optimizer.Step();
  CHECK(p == Floats(8, 0.5f));
  CHECK(q == Floats(8, 0.5f));
  optimizer.ZeroGradients(ZeroGradient::kFill);
  CHECK(grad == Floats(8, 0.0f));
  CHECK(half[7].bits == 0);
  optimizer.Step();  // the momentum goes on
  CHECK(p == Floats(8, 0.25f));
  optimizer.ZeroGradients();
  optimizer.Step();
  CHECK(p == Floats(8, 0.25f));
  CHECK(optimizer.StepCount(0) == 2);
  optimizer.SetGradient(0, std::span<const float>(grad));
  CHECK(ErrorOf([&] { optimizer.ZeroGradients(ZeroGradient::kFill); }) ==
        "parameter \"p\": gradient was given as const and cannot be filled");
}

TEST_CASE("groups have rules and options of their own", "[optimizer]") {
  Floats a(40, 1.0f), b(40, 1.0f), c(40, 1.0f), grad(40, 0.25f);
  Optimizer optimizer({{SgdOptions{.lr = 1}, {{"a", a, grad}}},
                       {SgdOptions{.lr = 2}, {{"b", b, grad}}},
                       {AdamOptions{.lr = 0.5}, {{"c", c, grad}}}});
  optimizer.Step();
  CHECK(a == Floats(40, 0.75f));
  CHECK(b == Floats(40, 0.5f));
  CHECK(c[39] == Approx(0.5f).epsilon(1e-6));
  CHECK(optimizer.Groups() == 3);
  CHECK(optimizer.Parameters() == 3);
  CHECK(optimizer.ParameterGroup(2) == 2);
  CHECK(optimizer.FindParameter("b") == 1);
  CHECK(optimizer.ParameterName(1) == "b");
  CHECK(optimizer.ParameterValue(1).data() == b.data());
  CHECK(optimizer.StateNames(0).empty());
  CHECK(optimizer.StateNames(2) == std::vector<std::string>{"exp_avg", "exp_avg_sq"});
}

TEST_CASE("options change between steps", "[optimizer]") {
  Floats a(20, 1.0f), b(20, 1.0f), grad(20, 0.25f);
  Optimizer optimizer(
      {{SgdOptions{.lr = 1}, {{"a", a, grad}}}, {SgdOptions{.lr = 1}, {{"b", b, grad}}}});
  optimizer.SetOption(0, "lr", 2);
  optimizer.Step();
  CHECK(a == Floats(20, 0.5f));
  CHECK(b == Floats(20, 0.75f));
  optimizer.SetOption("lr", 0);
  optimizer.Step();
  CHECK(a == Floats(20, 0.5f));
  CHECK(GetOption(optimizer.GetOptions(1), "lr") == 0);
  // Weight decay selects another kernel.
  optimizer.SetOptions(0, SgdOptions{.lr = 1, .weight_decay = 1});
  optimizer.Step();
  CHECK(a == Floats(20, -0.25f));
  CHECK(ErrorOf([&] { optimizer.SetOption(0, "lr", -1); }) == "SGD: lr = -1 is not in [0, inf)");
  CHECK(ErrorOf([&] { optimizer.SetOptions(0, AdamOptions{}); }) ==
        "group 0: its rule is SGD and cannot become Adam");
  CHECK(GetOption(optimizer.GetOptions(0), "lr") == 1);
}

TEST_CASE("an option for all groups is set in all or in none", "[optimizer]") {
  Floats a(4), b(4);
  Optimizer optimizer({{AdamOptions{}, {{"a", a}}}, {SgdOptions{}, {{"b", b}}}});
  CHECK(ErrorOf([&] { optimizer.SetOption("eps", 1e-3); }).starts_with("SGD: there is no option"));
  CHECK(GetOption(optimizer.GetOptions(0), "eps") == 1e-8);
}

TEST_CASE("state that new options need starts at zero, and the rest stays", "[optimizer]") {
  Random random(7);
  Floats p = random.Floats(50), grad = random.Floats(50);
  const Tensor expected(AdamOptions{.amsgrad = true}, p);
  Optimizer optimizer(AdamOptions{}, {{"p", p, grad}});
  optimizer.Step();
  AdamStep({}, 1, expected.param(), grad, expected.states()[0], expected.states()[1]);
  optimizer.SetOption("amsgrad", 1);
  CHECK(optimizer.State(0, "max_exp_avg_sq")[49] == 0);
  CHECK(optimizer.StateBytes() == 3 * 64 * sizeof(float));
  optimizer.Step();
  Step(AdamOptions{.amsgrad = true}, 2, expected.param(), grad, expected.states());
  CHECK(SameBits(p, expected.param()));
  optimizer.SetOption("amsgrad", 0);
  CHECK(optimizer.StateNames(0).size() == 3);
  optimizer.Step();
  CHECK(SameBits(optimizer.State(0, "max_exp_avg_sq"), expected.states()[2]));
}

TEST_CASE("state bound to the caller's memory is used in place", "[optimizer]") {
  Floats p(30, 1.0f), q(30, 1.0f), grad(30, 0.5f), m(30), v(30);
  Optimizer bound(AdamOptions{}, {{"p", p, grad, {m, v}}});
  Optimizer owned(AdamOptions{}, {{"q", q, grad}});
  CHECK(bound.StateBytes() == 0);
  bound.Step();
  owned.Step();
  CHECK(p == q);
  CHECK(m[0] != 0);
  CHECK(bound.State(0, "exp_avg").data() == m.data());
  CHECK(SameBits(v, owned.State(0, "exp_avg_sq")));
  CHECK(ErrorOf([&] { bound.SetOption("amsgrad", 1); }) ==
        "parameter \"p\": max_exp_avg_sq is needed by these options, but its state is bound to "
        "memory without it");
}

TEST_CASE("a run is resumed from its states and step counts", "[optimizer]") {
  Random random(8);
  Floats p = random.Floats(40), grad = random.Floats(40);
  Optimizer whole(AdamWOptions{}, {{"p", p, grad}});
  for (int t = 0; t < 5; ++t) whole.Step();
  Floats q = p;
  Optimizer resumed(AdamWOptions{}, {{"q", q, grad}});
  for (const std::string& name : whole.StateNames(0)) {
    const std::span<const float> from = whole.State(0, name);
    std::copy(from.begin(), from.end(), resumed.State(0, name).begin());
  }
  resumed.SetStepCount(0, whole.StepCount(0));
  for (int t = 0; t < 5; ++t) {
    whole.Step();
    resumed.Step();
  }
  CHECK(SameBits(p, q));
  CHECK(resumed.StepCount(0) == 10);
  CHECK(ErrorOf([&] { resumed.SetStepCount(0, -1); }) ==
        "parameter \"q\": steps = -1 is not in [0, inf)");
}

TEST_CASE("parameters can be stepped one by one", "[optimizer]") {
  Random random(9);
  Floats a = random.Floats(40), b = random.Floats(300), grad_a = random.Floats(40),
         grad_b = random.Floats(300);
  Floats a2 = a, b2 = b;
  Optimizer together(AdamOptions{}, {{"a", a, grad_a}, {"b", b, grad_b}});
  Optimizer one_by_one(AdamOptions{}, {{"a", a2, grad_a}, {"b", b2, grad_b}});
  for (int t = 0; t < 3; ++t) {
    together.Step();
    one_by_one.StepParameter(1);
    one_by_one.StepParameter(0);
  }
  CHECK(SameBits(a, a2));
  CHECK(SameBits(b, b2));
  // Both ways on one optimizer.
  together.StepParameter(0);
  together.Step();
  one_by_one.StepParameter(0);
  one_by_one.Step();
  CHECK(SameBits(a, a2));
  CHECK(SameBits(b, b2));
  CHECK(together.StepCount(0) == 5);
  CHECK(together.StepCount(1) == 4);
  one_by_one.SetGradient(0, Gradient());
  one_by_one.StepParameter(0);
  CHECK(one_by_one.StepCount(0) == 5);
}

TEST_CASE("groups can be added to a running optimizer", "[optimizer]") {
  Floats a(20, 1.0f), b(20, 1.0f), grad(20, 0.5f);
  Optimizer optimizer(AdamOptions{}, {{"a", a, grad}});
  optimizer.Step();
  const Floats after_one = a;
  CHECK(optimizer.AddGroup({AdamOptions{}, {{"b", b, grad}}}) == 1);
  optimizer.Step();
  CHECK(optimizer.StepCount(0) == 2);
  CHECK(optimizer.StepCount(1) == 1);
  CHECK(b == after_one);
}

TEST_CASE("neighbours in memory are stepped like strangers", "[optimizer]") {
  Random random(10);
  Floats values = random.Floats(32 * 16), grads = random.Floats(32 * 16);
  Floats flat = values;
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < 32; ++i) {
    parameters.push_back(
        {"", std::span(values).subspan(i * 16, 16), std::span(grads).subspan(i * 16, 16)});
  }
  Optimizer many(AdamWOptions{}, parameters);
  Optimizer one(AdamWOptions{}, {{"flat", flat, grads}});
  CHECK(many.ParameterName(31) == "#31");
  for (int t = 0; t < 3; ++t) {
    many.Step();
    one.Step();
  }
  CHECK(SameBits(values, flat));
  // One of them falls behind: it no longer steps with its neighbours' corrections.
  many.SetGradient(5, Gradient());
  many.Step();
  many.SetGradient(5, std::span(grads).subspan(5 * 16, 16));
  many.Step();
  one.Step();
  one.Step();
  CHECK(SameBits(std::span(values).first(5 * 16), std::span(flat).first(5 * 16)));
  CHECK(SameBits(std::span(values).subspan(6 * 16), std::span(flat).subspan(6 * 16)));
  CHECK(!SameBits(std::span(values).subspan(5 * 16, 16), std::span(flat).subspan(5 * 16, 16)));
  CHECK(many.StepCount(5) == 4);
}

TEST_CASE("an optimizer can be moved", "[optimizer]") {
  Floats p(20, 1.0f), grad(20, 0.5f);
  Optimizer first(SgdOptions{.lr = 1}, {{"p", p, grad}});
  Optimizer second = std::move(first);
  second.Step();
  CHECK(p == Floats(20, 0.5f));
}

}  // namespace
}  // namespace simdoptim::test
