// SPDX-License-Identifier: Apache-2.0
// Choosing the instruction set.

#include <cstdlib>

#include "simdoptim/simdoptim.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"

namespace simdoptim::test {
namespace {

TEST_CASE("each target can be set, the best is the default", "[target]") {
  const std::vector<std::string> targets = Targets();
  const std::string active = ActiveTarget();
  if (const char* named = std::getenv("SIMDOPTIM_TARGET")) {
    CHECK(active == named);
  } else {
    CHECK(active == targets.front());
  }
  for (const std::string& target : targets) {
    SetTarget(target);
    CHECK(ActiveTarget() == target);
  }
  SetTarget(active);
}

TEST_CASE("an unknown target is an error that lists the valid ones", "[target][errors]") {
  std::string valid;
  for (const std::string& target : Targets()) valid += (valid.empty() ? "" : ", ") + target;
  const std::string active = ActiveTarget();
  CHECK(ErrorOf([] { SetTarget("AVX7"); }) == "SetTarget: name = \"AVX7\" is not one of " + valid);
  CHECK(ErrorOf([] { SetTarget(""); }) == "SetTarget: name = \"\" is not one of " + valid);
  CHECK(ActiveTarget() == active);
}

}  // namespace
}  // namespace simdoptim::test
