// SPDX-License-Identifier: Apache-2.0
// The C interface: statuses and texts, version, rules and options by name.

#include "simdoptim/options.h"

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/c_api/handles.h"

namespace simdoptim::test {
namespace {

TEST_CASE("statuses have fixed numbers and names", "[c_api]") {
  CHECK(SIMDOPTIM_OK == 0);
  CHECK(SIMDOPTIM_INVALID == 1);
  CHECK(SIMDOPTIM_OUT_OF_MEMORY == 2);
  CHECK(SIMDOPTIM_CALLBACK == 3);
  CHECK(SIMDOPTIM_INTERNAL == 4);
  const char* const names[] = {"ok", "invalid argument", "out of memory", "callback failed",
                               "internal error"};
  for (int32_t status = 0; status < 5; ++status) {
    CHECK(simdoptim_status_name(status) == std::string(names[status]));
  }
  CHECK(simdoptim_status_name(-1) == std::string("unknown status"));
  CHECK(simdoptim_status_name(5) == std::string("unknown status"));
}

TEST_CASE("the version is that of the header", "[c_api]") {
  const std::string version = std::to_string(SIMDOPTIM_VERSION_MAJOR) + "." +
                              std::to_string(SIMDOPTIM_VERSION_MINOR) + "." +
                              std::to_string(SIMDOPTIM_VERSION_PATCH);
  CHECK(simdoptim_version() == version);
  CHECK(simdoptim_version_number() ==
        10000 * SIMDOPTIM_VERSION_MAJOR + 100 * SIMDOPTIM_VERSION_MINOR + SIMDOPTIM_VERSION_PATCH);
}

TEST_CASE("the last error is the thread's own and outlives success", "[c_api]") {
  CHECK(simdoptim_rule_count(nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_last_error() == std::string("simdoptim_rule_count: count is null"));
  Get<size_t>(simdoptim_rule_count);
  CHECK(simdoptim_last_error() == std::string("simdoptim_rule_count: count is null"));
  std::string elsewhere = "not read";
  std::thread([&] { elsewhere = simdoptim_last_error(); }).join();
  CHECK(elsewhere == "");
}

TEST_CASE("a long text is cut between characters", "[c_api]") {
  simdoptim_options* options = nullptr;
  for (size_t filler = 990; filler < 1030; ++filler) {
    std::string rule(filler, 'x');
    for (int i = 0; i < 20; ++i) rule += "\xE2\x82\xAC";  // the euro sign
    CHECK(simdoptim_options_create(rule.c_str(), &options) == SIMDOPTIM_INVALID);
    const std::string text = simdoptim_last_error();
    const std::string full = "rule \"" + rule + "\" is not one of";
    CHECK(text.size() <= 1023);
    CHECK(text.size() > 1023 - 3);
    REQUIRE(text.substr(text.size() - 3) == "...");
    const std::string kept = text.substr(0, text.size() - 3);
    CHECK(full.compare(0, kept.size(), kept) == 0);
    CHECK((static_cast<unsigned char>(full[kept.size()]) & 0xC0) != 0x80);
  }
}

TEST_CASE("rules and fields are those of C++", "[c_api]") {
  const std::vector<std::string> rules = RuleNames();
  REQUIRE(Get<size_t>(simdoptim_rule_count) == rules.size());
  for (size_t r = 0; r < rules.size(); ++r) {
    const char* name = Get<const char*>(simdoptim_rule_name, r);
    REQUIRE(name == rules[r]);
    const OptionsHandle options = MakeOptions(name);
    const simdoptim_options* handle = options.get();
    CHECK(Get<const char*>(simdoptim_options_rule, handle) == rules[r]);

    const Options expected = DefaultOptions(name);
    const std::vector<std::string> fields = OptionNames(expected);
    REQUIRE(Get<size_t>(simdoptim_options_count, handle) == fields.size());
    for (size_t f = 0; f < fields.size(); ++f) {
      const char* field = Get<const char*>(simdoptim_options_name, handle, f);
      CHECK(field == fields[f]);
      CHECK(Get<double>(simdoptim_options_get, handle, field) == GetOption(expected, fields[f]));
      const size_t choices = Get<size_t>(simdoptim_options_choice_count, handle, field);
      for (size_t c = 0; c < choices; ++c) {
        const char* choice = Get<const char*>(simdoptim_options_choice_name, handle, field, c);
        CHECK(Outcome(simdoptim_options_set_choice(options.get(), field, choice)) == "ok");
        CHECK(Get<double>(simdoptim_options_get, handle, field) == static_cast<double>(c));
        CHECK(Get<const char*>(simdoptim_options_get_choice, handle, field) == std::string(choice));
      }
    }

    const std::vector<std::string> states = StateNames(expected);
    const OptionsHandle fresh = MakeOptions(name);
    const simdoptim_options* defaults = fresh.get();
    REQUIRE(Get<size_t>(simdoptim_options_state_count, defaults) == states.size());
    for (size_t k = 0; k < states.size(); ++k) {
      CHECK(Get<const char*>(simdoptim_options_state_name, defaults, k) == states[k]);
      CHECK((Get<int32_t>(simdoptim_options_needs_state, defaults, k) != 0) ==
            NeedsState(expected, k));
    }
  }
}

TEST_CASE("a copy of options is independent", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  CHECK(Outcome(simdoptim_options_set(options.get(), "lr", 0.25)) == "ok");
  simdoptim_options* made = nullptr;
  REQUIRE(simdoptim_options_copy(options.get(), &made) == SIMDOPTIM_OK);
  const OptionsHandle copy(made);
  CHECK(Outcome(simdoptim_options_set(options.get(), "lr", 0.5)) == "ok");
  const simdoptim_options* handle = copy.get();
  CHECK(Get<double>(simdoptim_options_get, handle, "lr") == 0.25);
}

TEST_CASE("errors of options name the field, the value and what is allowed", "[c_api]") {
  const OptionsHandle handle = MakeOptions("AdamW");
  simdoptim_options* options = handle.get();
  simdoptim_options* made = nullptr;
  const char* text = nullptr;
  double value = -7;
  size_t count = 77;
  int32_t flag = -7;

  CHECK(Outcome(simdoptim_options_create("AdamX", &made)) ==
        Invalid("rule \"AdamX\" is not one of SGD, Adam, AdamW"));
  CHECK(Outcome(simdoptim_options_create("adamw", &made)).find("\"adamw\" is not one of") !=
        std::string::npos);
  CHECK(made == nullptr);
  CHECK(Outcome(simdoptim_rule_name(1000, &text)) ==
        Invalid("simdoptim_rule_name: index = 1000: there are " +
                std::to_string(RuleNames().size())));
  CHECK(Outcome(simdoptim_options_set(options, "beta2", 1.5)) ==
        Invalid("AdamW: beta2 = 1.5 is not in [0, 1)"));
  CHECK(Get<double>(simdoptim_options_get, options, "beta2") == 0.999);
  CHECK(Outcome(simdoptim_options_set(options, "amsgrad", 2)) ==
        Invalid("AdamW: amsgrad = 2 is not 0 or 1"));
  CHECK(Outcome(simdoptim_options_set(options, "decay_mode", 0.5))
            .find("AdamW: decay_mode = 0.5 is not one of l2") != std::string::npos);
  CHECK(Outcome(simdoptim_options_set_choice(options, "decay_mode", "never"))
            .find("AdamW: decay_mode = \"never\" is not one of l2") != std::string::npos);
  CHECK(Outcome(simdoptim_options_set(options, "beta3", 0.5))
            .find("AdamW: there is no option \"beta3\"; there are lr, beta1") != std::string::npos);
  for (const simdoptim_status status :
       {simdoptim_options_get(options, "beta3", &value),
        simdoptim_options_get_choice(options, "beta3", &text),
        simdoptim_options_set_choice(options, "beta3", "l2"),
        simdoptim_options_choice_count(options, "beta3", &count),
        simdoptim_options_choice_name(options, "beta3", 0, &text)}) {
    CHECK(status == SIMDOPTIM_INVALID);
  }
  CHECK(Outcome(simdoptim_options_get_choice(options, "lr", &text)) ==
        Invalid("AdamW: lr is not a choice"));
  CHECK(Outcome(simdoptim_options_choice_name(options, "lr", 0, &text)) ==
        Invalid("simdoptim_options_choice_name: index = 0: there are 0"));
  CHECK(Outcome(simdoptim_options_name(options, 100, &text))
            .find("simdoptim_options_name: index = 100: there are ") != std::string::npos);
  CHECK(Outcome(simdoptim_options_state_name(options, 3, &text)) ==
        Invalid("simdoptim_options_state_name: index = 3: there are 3"));
  CHECK(Outcome(simdoptim_options_needs_state(options, 3, &flag)) ==
        Invalid("simdoptim_options_needs_state: index = 3: there are 3"));
  CHECK(text == nullptr);
  CHECK(value == -7);
  CHECK(count == 77);
  CHECK(flag == -7);

  const OptionsHandle sgd = MakeOptions("SGD");
  CHECK(simdoptim_options_set(sgd.get(), "nesterov", 1) == SIMDOPTIM_INVALID);
  CHECK(std::strncmp(simdoptim_last_error(), "SGD: ", 5) == 0);
  CHECK(Get<double>(simdoptim_options_get, sgd.get(), "nesterov") == 0);
  CHECK(Outcome(simdoptim_options_set(sgd.get(), "momentum", 0.9)) == "ok");
  CHECK(Outcome(simdoptim_options_set(sgd.get(), "nesterov", 1)) == "ok");
}

TEST_CASE("null arguments of options are errors that name them", "[c_api]") {
  const OptionsHandle handle = MakeOptions("SGD");
  simdoptim_options* options = handle.get();
  simdoptim_options* made = nullptr;
  double value = 0;
  const char* text = nullptr;
  simdoptim_options_destroy(nullptr);
  CHECK(Outcome(simdoptim_options_create(nullptr, &made)) ==
        Invalid("simdoptim_options_create: rule is null"));
  CHECK(Outcome(simdoptim_options_create("SGD", nullptr)) ==
        Invalid("simdoptim_options_create: options is null"));
  CHECK(Outcome(simdoptim_options_copy(nullptr, &made)) ==
        Invalid("simdoptim_options_copy: options is null"));
  CHECK(Outcome(simdoptim_options_copy(options, nullptr)) ==
        Invalid("simdoptim_options_copy: copy is null"));
  CHECK(Outcome(simdoptim_options_set(nullptr, "lr", 1)) ==
        Invalid("simdoptim_options_set: options is null"));
  CHECK(Outcome(simdoptim_options_set(options, nullptr, 1)) ==
        Invalid("simdoptim_options_set: name is null"));
  CHECK(Outcome(simdoptim_options_set_choice(options, "decay_mode", nullptr)) ==
        Invalid("simdoptim_options_set_choice: choice is null"));
  CHECK(Outcome(simdoptim_options_get(options, nullptr, &value)) ==
        Invalid("simdoptim_options_get: name is null"));
  CHECK(Outcome(simdoptim_options_get(options, "lr", nullptr)) ==
        Invalid("simdoptim_options_get: value is null"));
  CHECK(Outcome(simdoptim_options_get_choice(options, nullptr, &text)) ==
        Invalid("simdoptim_options_get_choice: name is null"));
  CHECK(Outcome(simdoptim_options_rule(options, nullptr)) ==
        Invalid("simdoptim_options_rule: rule is null"));
}

}  // namespace
}  // namespace simdoptim::test
