// SPDX-License-Identifier: Apache-2.0
// How many states each door takes: those of the rule and no more, trailing empty ones left out.

#include <string>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"

namespace simdoptim::test {
namespace {

TEST_CASE("no options need a state without those before it", "[registry]") {
  for (const Case& c : AllCases()) {
    INFO(c.name);
    for (size_t k = 1; k < StateNames(c.options).size(); ++k) {
      CHECK((NeedsState(c.options, k - 1) || !NeedsState(c.options, k)));
    }
  }
}

TEST_CASE("more states than the rule has are refused by every door", "[errors]") {
  for (const std::string& rule : RuleNames()) {
    const Options options = DefaultOptions(rule);
    const size_t most = StateNames(options).size();
    const std::vector<float> values(8, 1.0f), grad(8, 0.5f);
    const std::vector<double> double_grad(8, 0.5);
    for (size_t extra = 1; extra <= 3; ++extra) {
      const std::string text = rule + ": " + std::to_string(most + extra) +
                               " states are given, the rule has " + std::to_string(most);
      const Tensor tensor(options, values);
      std::vector<std::span<float>> states(tensor.states().begin(), tensor.states().end());
      states.resize(most + extra);
      CHECK(ErrorOf([&] { Step(options, 1, tensor.param(), grad, states); }) == text);
      CHECK(ErrorOf([&] { reference::Step(options, 1, tensor.param(), grad, states); }) == text);
      CHECK(SameBits(tensor.param(), values));

      std::vector<double> param(8, 1.0);
      const std::vector<std::span<double>> none(most + extra);
      CHECK(ErrorOf([&] {
              reference::Step(options, 1, std::span<double>(param), double_grad, none);
            }) == text);
      std::vector<float> value = values;
      CHECK(ErrorOf([&] {
              Optimizer(options, {{"p", value, {}, states}});
            }) == "parameter \"p\": " + std::to_string(most + extra) + " states are given, " +
                      rule + " has " + std::to_string(most));
    }
  }
}

TEST_CASE("trailing states that the options do not need may be left out", "[doors]") {
  for (const Case& c : EssentialCases()) {
    const std::vector<float> values(8, 1.0f), grad(8, 0.5f);
    const Tensor full(c.options, values), trimmed(c.options, values);
    size_t needed = trimmed.states().size();
    while (needed > 0 && !NeedsState(c.options, needed - 1)) --needed;
    Step(c.options, 1, full.param(), grad, full.states());
    Step(c.options, 1, trimmed.param(), grad, trimmed.states().first(needed));
    INFO(c.name);
    CHECK(trimmed.SameBitsAs(full));
  }
}

}  // namespace
}  // namespace simdoptim::test
