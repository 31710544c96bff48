// SPDX-License-Identifier: Apache-2.0
// What docs/special_values.md says, on every target.

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>

#include "simdoptim/simdoptim.h"
#include "tests/support/buffer.h"
#include "tests/support/catch.h"

namespace simdoptim::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kSubnormal = FLT_MIN / 4;

// One parameter between two ordinary ones, which must step as if alone.
struct Adam3 {
  AdamOptions options = {};
  std::vector<float> p = {1, 1, 1}, m = {0, 0, 0}, v = {0, 0, 0};
  int64_t t = 0;

  void Step(float g) {
    const std::vector<float> grad = {0.5f, g, 0.5f};
    AdamStep(options, ++t, p, grad, m, v);
    CHECK(p[0] == p[2]);
    CHECK(std::isfinite(p[0]));
    if (options.lr != 0) CHECK(p[0] != 1);
  }
};

template <class Check>
void OnEveryTarget(Check check) {
  const std::string active = ActiveTarget();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    INFO(target);
    check();
  }
  SetTarget(active);
}

TEST_CASE("NaN and infinite gradients", "[special]") {
  OnEveryTarget([] {
    Adam3 nan;
    nan.Step(kNan);
    CHECK((std::isnan(nan.p[1]) && std::isnan(nan.m[1]) && std::isnan(nan.v[1])));
    nan.Step(1);
    CHECK(std::isnan(nan.p[1]));

    Adam3 infinite;
    infinite.Step(kInfinity);
    CHECK(infinite.m[1] == kInfinity);
    CHECK(infinite.v[1] == kInfinity);
    CHECK(std::isnan(infinite.p[1]));

    std::vector<float> p = {1}, b = {0};
    SgdStep({.momentum = 0.9}, 1, p, std::vector<float>{kInfinity}, b);
    CHECK(p[0] == -kInfinity);
    SgdStep({.momentum = 0.9}, 2, p, std::vector<float>{1}, b);
    CHECK(std::isnan(p[0]));
  });
}

TEST_CASE("huge gradients", "[special]") {
  OnEveryTarget([] {
    Adam3 huge;
    huge.Step(1e20f);
    CHECK(std::isfinite(huge.v[1]));
    CHECK(huge.p[1] == Approx(1 - 1e-3).epsilon(1e-6));

    Adam3 beyond;
    beyond.Step(1e21f);
    CHECK(beyond.v[1] == kInfinity);
    CHECK(beyond.p[1] == 1);
    beyond.Step(1);
    CHECK((std::isnan(beyond.v[1]) && std::isnan(beyond.p[1])));

    std::vector<float> p = {-FLT_MAX};
    SgdStep({.lr = 1}, 1, p, std::vector<float>{FLT_MAX});
    CHECK(p[0] == -kInfinity);
  });
}

TEST_CASE("zeros", "[special]") {
  OnEveryTarget([] {
    for (float zero : {0.0f, -0.0f}) {
      Adam3 zeros;
      zeros.Step(zero);
      CHECK(zeros.p[1] == 1);
      Adam3 no_eps = {.options = {.eps = 0}};
      no_eps.Step(zero);
      CHECK(std::isnan(no_eps.p[1]));
    }
    Adam3 no_lr = {.options = {.lr = 0}};
    no_lr.Step(3);
    CHECK(no_lr.p[1] == 1);
    CHECK(no_lr.m[1] == Approx(0.3));
    Adam3 no_memory = {.options = {.beta1 = 0, .beta2 = 0}};
    no_memory.Step(5);
    no_memory.Step(-3);
    CHECK(no_memory.m[1] == -3);
    CHECK(no_memory.v[1] == 9);
  });
}

TEST_CASE("subnormal numbers are zeros, or IEEE's", "[special]") {
  OnEveryTarget([] {
    const auto step = [](bool flush, float p, float g) {
      std::vector<float> param = {p};
      SgdStep({.lr = 1, .flush_subnormals = flush}, 1, param, std::vector<float>{g});
      return param[0];
    };
    CHECK(step(true, kSubnormal, 0) == 0);
    CHECK(std::signbit(step(true, -kSubnormal, 0)));
    CHECK(step(false, kSubnormal, 0) == kSubnormal);
    CHECK(step(true, FLT_MIN, kSubnormal) == FLT_MIN);
    CHECK(step(false, FLT_MIN, kSubnormal) == FLT_MIN - kSubnormal);
    // A subnormal difference of two normal numbers.
    CHECK(step(true, FLT_MIN, FLT_MIN * 1.5f) == 0);
    CHECK(step(false, FLT_MIN, FLT_MIN * 1.5f) == -FLT_MIN / 2);
  });
}

TEST_CASE("infinite parameters", "[special]") {
  OnEveryTarget([] {
    std::vector<float> p = {kInfinity};
    SgdStep({}, 1, p, std::vector<float>{1});
    CHECK(p[0] == kInfinity);
    SgdStep({.weight_decay = 0.1, .decay_mode = WeightDecay::kDecoupledAfter}, 1, p,
            std::vector<float>{1});
    CHECK(std::isnan(p[0]));
  });
}

TEST_CASE("step numbers beyond 2^24 and 2^53", "[special]") {
  OnEveryTarget([] {
    const auto step = [](int64_t t) {
      std::vector<float> p = {1}, m = {0.1f}, v = {0.01f};
      AdamStep({}, t, p, std::vector<float>{0.1f}, m, v);
      return p[0];
    };
    const float at_the_limit = step(int64_t{1} << 24);
    CHECK(at_the_limit == Approx(1 - 1e-3).epsilon(1e-5));
    CHECK(step((int64_t{1} << 24) + 1) == at_the_limit);
    CHECK(step((int64_t{1} << 53) + 1) == at_the_limit);
    CHECK(step(std::numeric_limits<int64_t>::max()) == at_the_limit);
  });
  // The count goes on where float and double would stop.
  std::vector<float> p = {1}, grad = {1};
  Optimizer optimizer(SgdOptions{}, {{"p", p, grad}});
  for (const int64_t steps : {int64_t{1} << 24, int64_t{1} << 53}) {
    optimizer.SetStepCount(0, steps);
    optimizer.Step();
    CHECK(optimizer.StepCount(0) == steps + 1);
  }
}

TEST_CASE("lr = -0 is not taken for the lr = 0 of the call before", "[special]") {
  for (const double lr : {0.0, -0.0, 0.0}) {
    const std::vector<float> minus_zero = {-0.0f}, grad = {1.0f};
    std::vector<float> actual = minus_zero, expected = minus_zero;
    const SgdOptions options = {.lr = lr};
    SgdStep(options, 1, actual, grad);
    reference::Step(options, 1, std::span<float>(expected), grad, {});
    INFO("lr = " << lr);
    CHECK(SameBits(actual, expected));
    CHECK(std::signbit(actual[0]) == !std::signbit(lr));
  }
}

}  // namespace
}  // namespace simdoptim::test
