// SPDX-License-Identifier: Apache-2.0
// Handles of the C interface that destroy themselves, and statuses together with their texts.
#ifndef SIMDOPTIM_TESTS_C_API_HANDLES_H_
#define SIMDOPTIM_TESTS_C_API_HANDLES_H_

#include <memory>
#include <string>

#include "simdoptim/simdoptim_c.h"
#include "tests/support/catch.h"

namespace simdoptim::test {

struct Destroy {
  void operator()(simdoptim_options* options) const { simdoptim_options_destroy(options); }
  void operator()(simdoptim_optimizer* optimizer) const { simdoptim_optimizer_destroy(optimizer); }
};
using OptionsHandle = std::unique_ptr<simdoptim_options, Destroy>;
using OptimizerHandle = std::unique_ptr<simdoptim_optimizer, Destroy>;

inline OptionsHandle MakeOptions(const char* rule) {
  simdoptim_options* options = nullptr;
  REQUIRE(simdoptim_options_create(rule, &options) == SIMDOPTIM_OK);
  return OptionsHandle(options);
}

inline OptimizerHandle MakeOptimizer() {
  simdoptim_optimizer* optimizer = nullptr;
  REQUIRE(simdoptim_optimizer_create(&optimizer) == SIMDOPTIM_OK);
  return OptimizerHandle(optimizer);
}

// "ok", or the status and the text: "invalid argument: SGD: lr = -1 is not in [0, inf)".
inline std::string Outcome(simdoptim_status status) {
  const std::string name = simdoptim_status_name(status);
  return status == SIMDOPTIM_OK ? name : name + ": " + simdoptim_last_error();
}

inline std::string Invalid(const std::string& text) { return "invalid argument: " + text; }

// A result through a trailing pointer: Get<size_t>(simdoptim_rule_count).
template <class Result, class Function, class... Arguments>
Result Get(Function function, Arguments... arguments) {
  Result result = {};
  const std::string outcome = Outcome(function(arguments..., &result));
  CHECK(outcome == "ok");
  return result;
}

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_C_API_HANDLES_H_
