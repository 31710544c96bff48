// SPDX-License-Identifier: Apache-2.0
// The ULP helpers.

#include <cmath>
#include <limits>

#include "simdoptim/simdoptim.h"
#include "tests/support/catch.h"

namespace simdoptim::test {
namespace {

TEST_CASE("distance counts the floats between", "[ulp]") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float smallest = std::numeric_limits<float>::denorm_min();
  CHECK(UlpDistance(1.0f, 1.0f) == 0);
  CHECK(UlpDistance(0.0f, -0.0f) == 0);
  CHECK(UlpDistance(1.0f, std::nextafter(1.0f, 2.0f)) == 1);
  CHECK(UlpDistance(std::nextafter(1.0f, 0.0f), 1.0f) == 1);
  CHECK(UlpDistance(1.0f, 2.0f) == 1u << 23);
  CHECK(UlpDistance(-smallest, smallest) == 2);
  CHECK(UlpDistance(std::numeric_limits<float>::max(), infinity) == 1);
  CHECK(UlpDistance(-infinity, infinity) == 0xFF000000u);
  CHECK(UlpDistance(nan, nan) == 0);
  CHECK(UlpDistance(nan, 1.0f) == 0xFFFFFFFFu);
}

TEST_CASE("comparison reports the mean, the worst and its place", "[ulp]") {
  const float next = std::nextafter(1.0f, 2.0f);
  const std::vector<float> actual = {1.0f, next, 3.0f, 1.0f};
  const std::vector<float> expected = {1.0f, 1.0f, 3.0f, std::nextafter(next, 2.0f)};
  const UlpSummary summary = CompareUlp(actual, expected);
  CHECK(summary.max == 2);
  CHECK(summary.mean == 0.75);
  CHECK(summary.worst == 3);
  const std::vector<double> truth = {1.0, 1.0 + 1e-12, 3.0, 1.0};
  CHECK(CompareUlp(actual, truth).max == 1);
}

}  // namespace
}  // namespace simdoptim::test
