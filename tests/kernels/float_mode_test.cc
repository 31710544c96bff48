// SPDX-License-Identifier: Apache-2.0
// The caller's floating-point mode neither changes the bits nor is changed.

#include <cfenv>

#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace simdoptim::test {
namespace {

void CheckSameBitsInMode(void (*set_mode)(), unsigned (*get_mode)()) {
  for (const Case& c : EssentialCases()) {
    Random random(4);
    const std::vector<float> start = random.Floats(100, -127, 0);
    const GradientBuffer grad(random.Floats(100, -127, 0), Format::kF32);
    const Tensor plain(c.options, start);
    const Tensor other(c.options, start);
    const Tensor referred(c.options, start);
    for (int t = 1; t <= 3; ++t) Step(c.options, t, plain.param(), grad.view(), plain.states());

    std::vector<float> values = start;
    Optimizer optimizer(c.options, {{"p", values, grad.view()}});

    std::fenv_t saved;
    std::fegetenv(&saved);
    set_mode();
    const unsigned before = get_mode();
    for (int t = 1; t <= 3; ++t) {
      Step(c.options, t, other.param(), grad.view(), other.states());
      reference::Step(c.options, t, referred.param(), grad.view(), referred.states());
    }
    for (int t = 1; t <= 3; ++t) optimizer.Step();
    const unsigned after = get_mode();
    std::fesetenv(&saved);

    INFO(c.name);
    CHECK(before == after);
    CHECK(other.SameBitsAs(plain));
    CHECK(SameBits(values, plain.param()));
    CHECK(referred.SameBitsAs(plain));
  }
}

unsigned RoundingMode() { return static_cast<unsigned>(std::fegetround()); }

TEST_CASE("rounding modes of the caller are set aside and restored", "[mode]") {
  CheckSameBitsInMode([] { std::fesetround(FE_UPWARD); }, RoundingMode);
  CheckSameBitsInMode([] { std::fesetround(FE_TOWARDZERO); }, RoundingMode);
}

#if defined(__SSE2__)
unsigned Mxcsr() { return _mm_getcsr(); }

TEST_CASE("flush to zero of the caller is set aside and restored", "[mode]") {
  CheckSameBitsInMode([] { _mm_setcsr(_mm_getcsr() | 0x8040); }, Mxcsr);
}

TEST_CASE("exceptions that the caller has raised, and no others, stay raised", "[mode]") {
  CheckSameBitsInMode([] { _mm_setcsr(_mm_getcsr() & ~0x3Fu); }, Mxcsr);
  CheckSameBitsInMode([] { _mm_setcsr(_mm_getcsr() | 0x3Fu); }, Mxcsr);
}

TEST_CASE("a caller's unmasked floating-point exceptions do not trap in a step", "[mode]") {
  CheckSameBitsInMode([] { _mm_setcsr(_mm_getcsr() & ~0x1FBFu); }, Mxcsr);
}
#endif

}  // namespace
}  // namespace simdoptim::test
