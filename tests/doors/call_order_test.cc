// SPDX-License-Identifier: Apache-2.0
// A call's bits do not depend on the calls before it, of which the functional door remembers the
// options and the step number.

#include <cstdint>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

TEST_CASE("functional door: calls with other options or step numbers in between change no bits",
          "[doors]") {
  constexpr int kCalls = 4000;
  const std::vector<Case> cases = EssentialCases();
  Random random(17);
  Case c = cases.front();
  int64_t t = 1;
  for (int call = 0; call < kCalls; ++call) {
    // Half of the calls keep the options, half the step number, so that either or both may change.
    if (random.Below(2) == 0) c = cases[random.Below(cases.size())];
    if (random.Below(2) == 0) t = 1 + static_cast<int64_t>(random.Below(3));
    if (random.Below(4) == 0) SetOption(c.options, "lr", static_cast<double>(random.Below(3)));
    INFO("call " << call << ": " << c.name << ", t = " << t);
    const std::vector<float> start = random.Floats(9, -3, 3);
    const GradientBuffer grad(random.Floats(9, -3, 3), Format::kF32);
    const Tensor stepped(c.options, start), referred(c.options, start);
    Step(c.options, t, stepped.param(), grad.view(), stepped.states());
    reference::Step(c.options, t, referred.param(), grad.view(), referred.states());
    REQUIRE(stepped.SameBitsAs(referred));
  }
}

}  // namespace
}  // namespace simdoptim::test
