// SPDX-License-Identifier: Apache-2.0
// Flushing of subnormals at its border: by arithmetic, as on processors whose hardware does not do
// it our way, against Binary32, which defines it; and of the kernels' constants.

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cstring>
#include <iterator>
#include <utility>

#include "hwy/highway.h"
#include "lib/kernels/arithmetic-inl.h"
#include "lib/reference/binary32.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

// For the one target that needs no dispatch. The operations are the same on all.
HWY_BEFORE_NAMESPACE();
namespace simdoptim::test {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct Results {
  float input, sum, difference, product, quotient, root, maximum;
};

HWY_ATTR Results OnVectors(float x, float y) {
  using A = simdoptim::HWY_NAMESPACE::FlushingArithmetic;
  const hn::CappedTag<float, 1> d;
  const auto a = A::FlushInput(d, hn::Set(d, x));
  const auto b = A::FlushInput(d, hn::Set(d, y));
  return {hn::GetLane(a),
          hn::GetLane(A::Add(a, b)),
          hn::GetLane(A::Sub(a, b)),
          hn::GetLane(A::Mul(a, b)),
          hn::GetLane(A::Div(a, b)),
          hn::GetLane(A::Sqrt(a)),
          hn::GetLane(A::Max(a, b))};
}

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim::test
HWY_AFTER_NAMESPACE();

namespace simdoptim::test {
namespace {

using HWY_NAMESPACE::OnVectors;
using HWY_NAMESPACE::Results;

Results OnScalars(float x, float y) {
  using F = Binary32<true>;
  const F a(x), b(y);
  return {a.value(),       (a + b).value(), (a - b).value(),  (a * b).value(),
          (a / b).value(), sqrt(a).value(), Max(a, b).value()};
}

TEST_CASE("flushing by arithmetic gives the defined results", "[flush]") {
  Random random(22);
  const float below_one = std::bit_cast<float>(0x3F7FFFFFu);
  std::vector<std::pair<float, float>> pairs = {
      {FLT_MIN, below_one},  // the product rounds to FLT_MIN as a subnormal, and is below it
      {-FLT_MIN, below_one},
      {FLT_MIN, 1 / below_one},
      {FLT_MIN, -1 / below_one},
      {0x1.fffffep-64f, 0x1p-63f},  // half way between FLT_MIN and the subnormal below it
      {0x1.fffffep-64f, -0x1p63f},
      {FLT_MIN, 0.5f},
      {FLT_MIN, std::bit_cast<float>(0x00800001u)},
      {0.0f, -0.0f},
      {FLT_MAX, FLT_MAX},
      {FLT_MAX, FLT_MIN},
  };
  const auto any = [&] { return random.Float(-127, 128); };  // -127: subnormal, 128: not finite
  for (int i = 0; i < 20000; ++i) {
    pairs.emplace_back(any(), any());
    // Results near 2^-126.
    pairs.emplace_back(random.Float(-126, -125), random.Float(-126, -125));
    pairs.emplace_back(random.Float(-64, -62), random.Float(-64, -62));
    pairs.emplace_back(random.Float(-64, -62), random.Float(62, 64));
    // Significands near 1, whose products and quotients are near powers of 2.
    const uint32_t low = static_cast<uint32_t>(random.Below(16));
    const uint32_t high = static_cast<uint32_t>(random.Below(16));
    pairs.emplace_back(std::bit_cast<float>(0x00800000u + low),
                       std::bit_cast<float>(0x3F800000u - 8 + high));
  }
  int wrong = 0;
  for (const auto& [x, y] : pairs) {
    const Results actual = OnVectors(x, y), expected = OnScalars(x, y);
    float a[7], b[7];
    std::memcpy(a, &actual, sizeof(a));
    std::memcpy(b, &expected, sizeof(b));
    if (!SameBits(a, b)) ++wrong;
  }
  CHECK(wrong == 0);
}

// With p = 0 and g = 1, SGD makes p = -lr: the constant itself.
TEST_CASE("constants are flushed at the border of results", "[flush]") {
  for (double border : {0x1p-126, 0x1p-125, 0x1p-149, 0x1p-150, 0x1p-151}) {
    for (int i = -16; i <= 16; ++i) {
      const double lr = border * (1 + i * 0x1p-27);
      for (bool flush : {false, true}) {
        const SgdOptions options = {.lr = lr, .flush_subnormals = flush};
        const std::vector<float> grad = {1.0f};
        std::vector<float> actual = {0.0f}, expected = {0.0f};
        SgdStep(options, 1, actual, grad);
        reference::Step(options, 1, std::span<float>(expected), grad, {});
        INFO(lr << (flush ? " flushed" : ""));
        CHECK(SameBits(actual, expected));
      }
    }
  }
}

// With dampening > 1 the gradient's weight is negative; times an lr of 0, or one that is flushed,
// it is -0, which decides the sign of a zero buffer.
TEST_CASE("flushed constants keep their sign", "[flush]") {
  for (double lr : {0.0, 1e-40, 1e-300}) {
    const SgdOptions options = {.lr = lr,
                                .momentum = 2,
                                .dampening = 3,
                                .first_buffer = FirstBuffer::kZero,
                                .lr_in_buffer = true};
    const std::vector<float> grad = {1.0f, -1.0f, 1.0f, -1.0f};
    const std::vector<float> start = {0.0f, 0.0f, -0.0f, -0.0f};
    std::vector<float> actual(4), expected(4), buffer = start, expected_buffer = start;
    SgdStep(options, 1, actual, grad, buffer);
    const std::span<float> states[] = {expected_buffer};
    reference::Step(options, 1, std::span<float>(expected), grad, states);
    INFO(lr);
    CHECK(SameBits(actual, expected));
    CHECK(SameBits(buffer, expected_buffer));
  }
}

// v can only be negative, or the maximum subnormal beside it, in a state that the caller made up;
// the bits are the reference's all the same. A maximum passes an operand on without rounding it.
TEST_CASE("a maximum that is passed on is flushed too", "[flush]") {
  const std::string active = ActiveTarget();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    for (bool flush : {false, true}) {
      const AdamOptions options = {.amsgrad = true, .flush_subnormals = flush};
      const std::vector<float> start = {1.0f, 1.0f, 1.0f, 1.0f}, grad(4, 0.5f);
      const Tensor actual(options, start), expected(options, start);
      for (const Tensor* tensor : {&actual, &expected}) {
        std::fill(tensor->states()[1].begin(), tensor->states()[1].end(), -1000.0f);
        const float maxima[] = {0x1p-130f, -0x1p-130f, 0.0f, 1.0f};
        std::copy(std::begin(maxima), std::end(maxima), tensor->states()[2].begin());
      }
      Step(options, 1, actual.param(), grad, actual.states());
      reference::Step(options, 1, expected.param(), grad, expected.states());
      INFO(target << (flush ? ", flushed" : ""));
      CHECK(actual.SameBitsAs(expected));
    }
  }
  SetTarget(active);
}

}  // namespace
}  // namespace simdoptim::test
