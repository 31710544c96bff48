// SPDX-License-Identifier: Apache-2.0
// Options by name, their ranges, and the texts of their errors.

#include <cmath>
#include <limits>

#include "lib/rules/registry.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"

namespace simdoptim::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_CASE("defaults are PyTorch's", "[options]") {
  CHECK(RuleNames() == std::vector<std::string>{"SGD", "Adam", "AdamW"});
  const auto value = [](const char* rule, const char* name) {
    return GetOption(DefaultOptions(rule), name);
  };
  for (const char* rule : {"SGD", "Adam", "AdamW"}) {
    CHECK(value(rule, "lr") == 1e-3);
    CHECK(value(rule, "maximize") == 0);
    CHECK(value(rule, "flush_subnormals") == 1);
  }
  for (const char* name : {"momentum", "dampening", "nesterov", "weight_decay"}) {
    CHECK(value("SGD", name) == 0);
  }
  for (const char* rule : {"Adam", "AdamW"}) {
    CHECK(value(rule, "beta1") == 0.9);
    CHECK(value(rule, "beta2") == 0.999);
    CHECK(value(rule, "eps") == 1e-8);
    CHECK(value(rule, "amsgrad") == 0);
    CHECK(value(rule, "bias_correction") == 1);
  }
  CHECK(value("Adam", "weight_decay") == 0);
  CHECK(value("Adam", "decay_mode") == 0);
  CHECK(value("AdamW", "weight_decay") == 1e-2);
  CHECK(value("AdamW", "decay_mode") == 1);
}

// For every field of every rule: each kind of bad value is refused with the field's name, the
// value and what is allowed, and changes nothing.
TEST_CASE("every field refuses what it cannot be", "[options][errors]") {
  for (const RuleInfo* rule : kRules) {
    for (const Field& field : rule->fields) {
      const Options defaults = DefaultOptions(rule->name);
      const auto expect = [&](double value, const std::string& value_text, const char* allowed) {
        Options options = defaults;
        const std::string text =
            std::string(rule->name) + ": " + field.name + " = " + value_text + " is not " + allowed;
        CHECK(ErrorOf([&] { SetOption(options, field.name, value); }) == text);
        CHECK(options == defaults);
        if (field.kind != Field::Kind::kReal) return;
        field.set(Address(options), value);
        CHECK(ErrorOf([&] { Validate(options); }) == text);
      };
      if (field.kind == Field::Kind::kFlag) {
        expect(2, "2", "0 or 1");
        expect(0.5, "0.5", "0 or 1");
        expect(std::nan(""), "nan", "0 or 1");
      } else if (field.kind == Field::Kind::kChoice) {
        std::string names;
        for (const char* name : field.choices)
          names += (names.empty() ? "" : ", ") + std::string(name);
        expect(-1, "-1", ("one of " + names).c_str());
        expect(static_cast<double>(field.choices.size()), std::to_string(field.choices.size()),
               ("one of " + names).c_str());
        Options options = defaults;
        CHECK(ErrorOf([&] { SetOption(options, field.name, "sometimes"); }) ==
              std::string(rule->name) + ": " + field.name + " = \"sometimes\" is not one of " +
                  names);
      } else {
        const std::string in = "in " + std::string(RangeText(field.range));
        expect(std::nan(""), "nan", in.c_str());
        expect(kInfinity, "inf", in.c_str());
        if (field.range != Range::kFinite) expect(-1e-3, "-0.001", in.c_str());
        if (field.range == Range::kUnit) {
          expect(1, "1", in.c_str());
          expect(1.5, "1.5", in.c_str());
        }
      }
    }
  }
}

TEST_CASE("every field can be set and read by name", "[options]") {
  for (const RuleInfo* rule : kRules) {
    Options options = DefaultOptions(rule->name);
    if (rule->conflict(Address(options)) == nullptr) {
      for (const std::string& name : OptionNames(options)) {
        if (name == "nesterov") SetOption(options, "momentum", 0.5);
        SetOption(options, name, name == "nesterov" ? 1 : 0);
        CHECK(GetOption(options, name) == (name == "nesterov" ? 1 : 0));
        options = DefaultOptions(rule->name);
      }
    }
  }
  Options adam = AdamOptions{};
  SetOption(adam, "decay_mode", "decoupled_after");
  CHECK(std::get<AdamOptions>(adam).decay_mode == WeightDecay::kDecoupledAfter);
  SetOption(adam, "root", "uncorrected");
  CHECK(std::get<AdamOptions>(adam).root == AdamRoot::kUncorrected);
  SetOption(adam, "amsgrad_max", "corrected");
  CHECK(std::get<AdamOptions>(adam).amsgrad_max == AmsgradMax::kCorrected);
  Options sgd = SgdOptions{};
  SetOption(sgd, "first_buffer", "zero");
  CHECK(std::get<SgdOptions>(sgd).first_buffer == FirstBuffer::kZero);
}

TEST_CASE("unknown names are errors that list the known ones", "[options][errors]") {
  Options options = SgdOptions{};
  const std::string expected =
      "SGD: there is no option \"beta1\"; there are lr, momentum, dampening, nesterov, "
      "weight_decay, decay_mode, first_buffer, lr_in_buffer, maximize, flush_subnormals";
  CHECK(ErrorOf([&] { SetOption(options, "beta1", 0.9); }) == expected);
  CHECK(ErrorOf([&] { GetOption(options, "beta1"); }) == expected);
  CHECK(ErrorOf([&] { DefaultOptions("Adamw"); }) ==
        "rule \"Adamw\" is not one of SGD, Adam, AdamW");
  CHECK(ErrorOf([&] { SetOption(options, "lr", "fast"); }) ==
        "SGD: lr = \"fast\" is not in [0, inf)");
}

TEST_CASE("Nesterov without momentum is an error", "[options][errors]") {
  Options options = SgdOptions{};
  CHECK(ErrorOf([&] { SetOption(options, "nesterov", 1); }) == "SGD: nesterov needs momentum > 0");
  CHECK(ErrorOf([] { Validate(SgdOptions{.nesterov = true}); }) ==
        "SGD: nesterov needs momentum > 0");
}

TEST_CASE("the states that options need", "[options]") {
  CHECK(StateNames(SgdOptions{}) == std::vector<std::string>{"momentum_buffer"});
  CHECK(!NeedsState(SgdOptions{}, 0));
  CHECK(NeedsState(SgdOptions{.momentum = 0.9}, 0));
  CHECK(StateNames(AdamWOptions{}) ==
        std::vector<std::string>{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  CHECK(NeedsState(AdamOptions{}, 0));
  CHECK(NeedsState(AdamOptions{}, 1));
  CHECK(!NeedsState(AdamOptions{}, 2));
  CHECK(NeedsState(AdamOptions{.amsgrad = true}, 2));
  CHECK(!NeedsState(AdamOptions{.amsgrad = true}, 3));
}

}  // namespace
}  // namespace simdoptim::test
