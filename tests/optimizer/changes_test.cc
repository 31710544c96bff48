// SPDX-License-Identifier: Apache-2.0
// What is changed between two steps reaches the second, whatever the first left prepared.

#include <algorithm>
#include <cstdint>
#include <string>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"
#include "tests/support/random.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace simdoptim::test {
namespace {

using Floats = std::vector<float>;

// Bias corrections make the step number visible.
Floats AfterStepNumber(int64_t t) {
  Floats p(20, 1.0f), m(20), v(20);
  const Floats grad(20, 0.5f);
  AdamStep({}, t, p, grad, m, v);
  return p;
}

TEST_CASE("a step number that is set between steps is that of the next", "[optimizer][changes]") {
  Floats p(20, 1.0f), m(20), v(20);
  const Floats grad(20, 0.5f);
  Optimizer optimizer(AdamOptions{}, {{"p", p, grad, {m, v}}});
  optimizer.Step();
  CHECK(p == AfterStepNumber(1));
  for (int64_t steps : {int64_t{6}, int64_t{0}, int64_t{1} << 40}) {
    for (Floats* floats : {&m, &v}) std::fill(floats->begin(), floats->end(), 0.0f);
    std::fill(p.begin(), p.end(), 1.0f);
    optimizer.SetStepCount(0, steps);
    optimizer.Step();
    CHECK(p == AfterStepNumber(steps + 1));
    CHECK(optimizer.StepCount(0) == steps + 1);
  }
}

TEST_CASE("parameters of one group have step numbers of their own", "[optimizer][changes]") {
  Floats p(20, 1.0f), q(20, 1.0f), r(20, 1.0f);
  const Floats grad(20, 0.5f);
  Optimizer optimizer(AdamOptions{}, {{"p", p, grad}, {"q", q, grad}, {"r", r, grad}});
  optimizer.SetStepCount(1, 9);
  optimizer.Step();
  CHECK(p == AfterStepNumber(1));
  CHECK(q == AfterStepNumber(10));
  CHECK(r == AfterStepNumber(1));
}

TEST_CASE("a gradient may change its format at the same address", "[optimizer][changes]") {
  Floats p(8, 0.0f);
  std::vector<uint16_t> bits(8, ToBFloat16(1.0f).bits);
  Optimizer optimizer(SgdOptions{.lr = 1}, {{"p", p}});
  optimizer.SetGradient(0, Gradient(bits.data(), bits.size(), Format::kBF16, false));
  optimizer.Step();
  CHECK(p == Floats(8, -1.0f));
  std::fill(bits.begin(), bits.end(), ToFloat16(1.0f).bits);
  optimizer.SetGradient(0, Gradient(bits.data(), bits.size(), Format::kF16, false));
  optimizer.Step();
  CHECK(p == Floats(8, -2.0f));
}

TEST_CASE("flushing may be switched between steps", "[optimizer][changes]") {
  const float subnormal = 0x1p-130f;
  Floats p(20, 0.0f);
  const Floats grad(20, subnormal);
  Optimizer optimizer(SgdOptions{.lr = 1}, {{"p", p, grad}});
  optimizer.Step();
  CHECK(p == Floats(20, 0.0f));
  optimizer.SetOption("flush_subnormals", 0);
  optimizer.Step();
  CHECK(p == Floats(20, -subnormal));
  optimizer.SetOption("flush_subnormals", 1);
  optimizer.Step();
  CHECK(p == Floats(20, 0.0f));
}

TEST_CASE("objects give the functional door's bits among subnormal numbers",
          "[optimizer][changes]") {
  for (const Case& c : EssentialCases()) {
    Random random(23);
    const Floats start = random.Floats(77, -127, -100);
    const Tensor functional(c.options, start);
    Floats param = start;
    Optimizer optimizer(c.options, {{"p", param}});
    for (int t = 1; t <= 3; ++t) {
      const Floats grad = random.Floats(77, -127, -100);
      Step(c.options, t, functional.param(), grad, functional.states());
      optimizer.SetGradient(0, grad);
      optimizer.Step();
    }
    INFO(c.name);
    CHECK(SameBits(param, functional.param()));
  }
}

TEST_CASE("groups that flush and groups that do not are stepped side by side",
          "[optimizer][changes]") {
  const float subnormal = 0x1p-130f;
  Floats flushed(20, subnormal), strict(20, subnormal), tiny_lr(20, 0.0f), last(20, subnormal);
  const Floats zero(20, 0.0f), one(20, 1.0f);
  // The last constant is subnormal as a float: it is made on the host, whose mode must not be that
  // of the group before it.
  Optimizer optimizer(
      {{SgdOptions{.lr = 1}, {{"flushed", flushed, zero}}},
       {SgdOptions{.lr = 1, .flush_subnormals = false}, {{"strict", strict, zero}}},
       {SgdOptions{.lr = 1}, {{"last", last, zero}}},
       {SgdOptions{.lr = 0x1p-130, .flush_subnormals = false}, {{"tiny_lr", tiny_lr, one}}}});
#if defined(__SSE2__)
  // A mode without the marks of earlier exceptions is exactly the one that strict groups need.
  // (feclearexcept would leave the mark of subnormal operands.)
  _mm_setcsr(_mm_getcsr() & ~0x3Fu);
#endif
  optimizer.Step();
  CHECK(flushed == Floats(20, 0.0f));
  CHECK(strict == Floats(20, subnormal));
  CHECK(last == Floats(20, 0.0f));
  CHECK(tiny_lr == Floats(20, -subnormal));
}

TEST_CASE("gradients are compared with all memory of all groups", "[optimizer][errors]") {
  // Blocks of 8, added in an order that is not that of their addresses.
  Floats arena(8 * 8), free(8);
  const auto block = [&](size_t i) { return std::span(arena).subspan(i * 8, 8); };
  Optimizer optimizer(SgdOptions{}, {{"6", block(6)}});
  optimizer.AddGroup({SgdOptions{}, {{"1", block(1)}}});
  optimizer.AddGroup({SgdOptions{}, {{"4", block(4)}, {"3", block(3)}}});
  const auto error = [&](const Gradient& gradient) {
    return ErrorOf([&] { optimizer.SetGradient(0, gradient); });
  };
  for (size_t written : {1u, 3u, 4u, 6u}) {
    const std::string text = "parameter \"6\": gradient overlaps the memory of parameter \"" +
                             std::to_string(written) + "\"";
    // The whole of it, and one element at either end.
    CHECK(error(block(written)) == text);
    // Block 4 begins where 3 ends.
    if (written != 4) CHECK(error(std::span(arena).subspan(written * 8 - 7, 8)) == text);
    if (written != 3) CHECK(error(std::span(arena).subspan(written * 8 + 7, 8)) == text);
    CHECK(ErrorOf([&] {
            optimizer.AddGroup({SgdOptions{}, {{"free", free}, {"new", block(written)}}});
          }).find("overlaps that of parameter") != std::string::npos);
  }
  for (size_t unused : {0u, 2u, 5u, 7u}) CHECK(error(block(unused)) == "(no error)");
}

TEST_CASE("options that need more state than is bound are refused", "[optimizer][errors]") {
  Floats p(8), m(8), v(8);
  Optimizer optimizer(AdamOptions{}, {{"p", p, {}, {m, v}}});
  const std::string text =
      "parameter \"p\": max_exp_avg_sq is needed by these options, but its state is bound to "
      "memory without it";
  CHECK(ErrorOf([&] { optimizer.SetOption("amsgrad", 1); }) == text);
  CHECK(ErrorOf([&] { optimizer.SetOptions(0, AdamOptions{.amsgrad = true}); }) == text);
  CHECK(GetOption(optimizer.GetOptions(0), "amsgrad") == 0);
  CHECK(optimizer.StateNames(0).size() == 2);
}

TEST_CASE("no rule becomes another", "[optimizer][errors]") {
  Floats p(8), q(8);
  Optimizer optimizer({{AdamOptions{}, {{"p", p}}}, {SgdOptions{}, {{"q", q}}}});
  CHECK(ErrorOf([&] { optimizer.SetOptions(0, SgdOptions{}); }) ==
        "group 0: its rule is Adam and cannot become SGD");
  CHECK(ErrorOf([&] { optimizer.SetOptions(0, AdamWOptions{}); }) ==
        "group 0: its rule is Adam and cannot become AdamW");
  CHECK(ErrorOf([&] { optimizer.SetOptions(1, AdamOptions{}); }) ==
        "group 1: its rule is SGD and cannot become Adam");
}

}  // namespace
}  // namespace simdoptim::test
