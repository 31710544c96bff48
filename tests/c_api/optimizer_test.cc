// SPDX-License-Identifier: Apache-2.0
// The C interface: groups, parameters, gradients, steps, options and states of an optimizer.

#include "simdoptim/optimizer.h"

#include <cstring>
#include <string>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/c_api/handles.h"

namespace simdoptim::test {
namespace {

constexpr size_t kSize = 8;

// Two parameters of an AdamW group: "w" with a gradient, and one without name or gradient.
class Model {
 public:
  Model() : handle_(MakeOptimizer()) {
    const OptionsHandle options = MakeOptions("AdamW");
    const simdoptim_parameter parameters[] = {
        {"w", w, kSize, {w_grad, kSize, SIMDOPTIM_F32, 1}, nullptr, 0},
        {nullptr, b, kSize, {}, nullptr, 0}};
    size_t group = 99;
    REQUIRE(Outcome(simdoptim_optimizer_add_group(get(), options.get(), parameters, 2, &group)) ==
            "ok");
    CHECK(group == 0);
  }
  simdoptim_optimizer* get() const { return handle_.get(); }
  const simdoptim_optimizer* view() const { return handle_.get(); }

  float w[kSize] = {1, 2, 3, 4, 5, 6, 7, 8};
  float b[kSize] = {};
  float w_grad[kSize] = {1, 1, 1, 1, -1, -1, -1, -1};
  float b_grad[kSize] = {1, 1, 1, 1, 1, 1, 1, 1};

 private:
  OptimizerHandle handle_;
};

TEST_CASE("an optimizer steps as in C++", "[c_api]") {
  Model model;
  std::vector<float> w(model.w, model.w + kSize), grad(model.w_grad, model.w_grad + kSize);
  Optimizer expected(AdamWOptions(), {{.name = "w", .value = w, .gradient = grad}});
  for (int step = 0; step < 3; ++step) {
    CHECK(Outcome(simdoptim_optimizer_step(model.get())) == "ok");
    expected.Step();
  }
  CHECK(std::memcmp(model.w, w.data(), sizeof(model.w)) == 0);
  CHECK(model.w[0] < 1);
  CHECK(model.b[0] == 0);
  CHECK(Get<int64_t>(simdoptim_optimizer_get_step_count, model.view(), size_t{0}) == 3);
  CHECK(Get<int64_t>(simdoptim_optimizer_get_step_count, model.view(), size_t{1}) == 0);
  float* state = nullptr;
  size_t size = 0;
  CHECK(Outcome(simdoptim_optimizer_state(model.get(), 0, "exp_avg", &state, &size)) == "ok");
  CHECK(size == kSize);
  CHECK(std::memcmp(state, expected.State(0, "exp_avg").data(), sizeof(model.w)) == 0);
  CHECK(Outcome(simdoptim_optimizer_state(model.get(), 0, "exp_avg_sq", &state, nullptr)) == "ok");
  CHECK(state[0] > 0);
}

TEST_CASE("parameters are found and described", "[c_api]") {
  Model model;
  CHECK(Get<size_t>(simdoptim_optimizer_group_count, model.view()) == 1);
  CHECK(Get<size_t>(simdoptim_optimizer_parameter_count, model.view()) == 2);
  CHECK(Get<size_t>(simdoptim_optimizer_find_parameter, model.view(), "#1") == 1);
  CHECK(Get<const char*>(simdoptim_optimizer_parameter_name, model.view(), size_t{0}) ==
        std::string("w"));
  CHECK(Get<size_t>(simdoptim_optimizer_parameter_group, model.view(), size_t{1}) == 0);
  float* value = nullptr;
  size_t size = 0;
  CHECK(Outcome(simdoptim_optimizer_parameter_value(model.get(), 1, &value, &size)) == "ok");
  CHECK(value == model.b);
  CHECK(size == kSize);
  CHECK(Outcome(simdoptim_optimizer_parameter_value(model.get(), 0, &value, nullptr)) == "ok");
  CHECK(value == model.w);
  CHECK(Get<size_t>(simdoptim_optimizer_state_count, model.view(), size_t{0}) == 2);
  CHECK(Get<const char*>(simdoptim_optimizer_state_name, model.view(), size_t{0}, size_t{1}) ==
        std::string("exp_avg_sq"));
  CHECK(Get<size_t>(simdoptim_optimizer_state_bytes, model.view()) >= 4 * kSize * sizeof(float));
}

TEST_CASE("gradients are set, dropped and filled", "[c_api]") {
  Model model;
  const simdoptim_gradient gradient = {model.b_grad, kSize, SIMDOPTIM_F32, 0};
  CHECK(Outcome(simdoptim_optimizer_set_gradient(model.get(), 1, &gradient)) == "ok");
  CHECK(Outcome(simdoptim_optimizer_zero_gradients(model.get(), SIMDOPTIM_ZERO_FILL)) ==
        Invalid("parameter \"#1\": gradient was given as const and cannot be filled"));
  CHECK(model.w_grad[0] == 1);
  CHECK(Outcome(simdoptim_optimizer_step_parameter(model.get(), 1)) == "ok");
  CHECK(model.b[0] < 0);
  CHECK(model.w[0] == 1);
  const simdoptim_gradient none = {};
  CHECK(Outcome(simdoptim_optimizer_set_gradient(model.get(), 1, &none)) == "ok");
  CHECK(Outcome(simdoptim_optimizer_zero_gradients(model.get(), SIMDOPTIM_ZERO_FILL)) == "ok");
  CHECK(model.w_grad[0] == 0);
  CHECK(Outcome(simdoptim_optimizer_zero_gradients(model.get(), SIMDOPTIM_ZERO_DROP)) == "ok");
  CHECK(Outcome(simdoptim_optimizer_step(model.get())) == "ok");
  CHECK(model.w[0] == 1);
  CHECK(Outcome(simdoptim_optimizer_zero_gradients(model.get(), 2)) ==
        Invalid("simdoptim_optimizer_zero_gradients: mode = 2 is not one of 0 (drop), 1 (fill)"));
}

TEST_CASE("options of groups are read and changed", "[c_api]") {
  Model model;
  const OptionsHandle sgd = MakeOptions("SGD");
  float more[kSize] = {};
  const simdoptim_parameter parameter = {"more", more, kSize, {}, nullptr, 0};
  size_t group = 0;
  CHECK(Outcome(simdoptim_optimizer_add_group(model.get(), sgd.get(), &parameter, 1, &group)) ==
        "ok");
  CHECK(group == 1);
  CHECK(Outcome(simdoptim_optimizer_set_option_of_all(model.get(), "lr", 0.125)) == "ok");
  for (size_t g = 0; g < 2; ++g) {
    CHECK(Get<double>(simdoptim_optimizer_get_option, model.view(), g, "lr") == 0.125);
  }
  CHECK(Outcome(simdoptim_optimizer_set_option(model.get(), 1, "lr", 0.5)) == "ok");
  CHECK(Get<double>(simdoptim_optimizer_get_option, model.view(), size_t{0}, "lr") == 0.125);
  CHECK(Get<double>(simdoptim_optimizer_get_option, model.view(), size_t{1}, "lr") == 0.5);
  CHECK(Outcome(simdoptim_optimizer_set_option_choice(model.get(), 0, "decay_mode", "l2")) == "ok");
  const OptionsHandle copy(
      Get<simdoptim_options*>(simdoptim_optimizer_get_options, model.view(), size_t{0}));
  const simdoptim_options* copy_view = copy.get();
  CHECK(Get<const char*>(simdoptim_options_get_choice, copy_view, "decay_mode") ==
        std::string("l2"));
  CHECK(Outcome(simdoptim_options_set(copy.get(), "amsgrad", 1)) == "ok");
  CHECK(Get<double>(simdoptim_optimizer_get_option, model.view(), size_t{0}, "amsgrad") == 0);
  CHECK(Outcome(simdoptim_optimizer_set_options(model.get(), 0, copy.get())) == "ok");
  CHECK(Get<size_t>(simdoptim_optimizer_state_count, model.view(), size_t{0}) == 3);

  CHECK(Outcome(simdoptim_optimizer_set_options(model.get(), 0, sgd.get())) ==
        Invalid("group 0: its rule is AdamW and cannot become SGD"));
  CHECK(Outcome(simdoptim_optimizer_set_option(model.get(), 2, "lr", 1)) ==
        Invalid("group 2: there are 2"));
  CHECK(Outcome(simdoptim_optimizer_set_option(model.get(), 0, "lr", -1)) ==
        Invalid("AdamW: lr = -1 is not in [0, inf)"));
  CHECK(simdoptim_optimizer_set_option_of_all(model.get(), "beta1", 0.5) == SIMDOPTIM_INVALID);
  CHECK(Get<double>(simdoptim_optimizer_get_option, model.view(), size_t{0}, "beta1") == 0.9);
  CHECK(simdoptim_optimizer_set_option_choice(model.get(), 0, "decay_mode", "x") ==
        SIMDOPTIM_INVALID);
  double value = -7;
  CHECK(simdoptim_optimizer_get_option(model.get(), 0, "x", &value) == SIMDOPTIM_INVALID);
  CHECK(value == -7);
  simdoptim_options* made = nullptr;
  CHECK(Outcome(simdoptim_optimizer_get_options(model.get(), 2, &made)) ==
        Invalid("group 2: there are 2"));
}

TEST_CASE("state may be the caller's, and runs resume", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  Model whole;
  for (int step = 0; step < 4; ++step) simdoptim_optimizer_step(whole.get());

  float w[kSize] = {1, 2, 3, 4, 5, 6, 7, 8}, grad[kSize] = {1, 1, 1, 1, -1, -1, -1, -1};
  float m[kSize] = {}, v[kSize] = {};
  float* const states[] = {m, v};
  const simdoptim_parameter parameter = {"w", w, kSize, {grad, kSize, SIMDOPTIM_F32, 0}, states, 2};
  for (int64_t half = 0; half < 2; ++half) {
    const OptimizerHandle part = MakeOptimizer();
    CHECK(Outcome(simdoptim_optimizer_add_group(part.get(), options.get(), &parameter, 1,
                                                nullptr)) == "ok");
    CHECK(Outcome(simdoptim_optimizer_set_step_count(part.get(), 0, 2 * half)) == "ok");
    simdoptim_optimizer_step(part.get());
    CHECK(Outcome(simdoptim_optimizer_step(part.get())) == "ok");
    const simdoptim_optimizer* view = part.get();
    CHECK(Get<size_t>(simdoptim_optimizer_state_bytes, view) == 0);
  }
  CHECK(std::memcmp(w, whole.w, sizeof(w)) == 0);
  CHECK(Outcome(simdoptim_optimizer_set_step_count(whole.get(), 0, -1)) ==
        Invalid("parameter \"w\": steps = -1 is not in [0, inf)"));
}

TEST_CASE("a group is added whole or not at all", "[c_api]") {
  const OptionsHandle adamw = MakeOptions("AdamW");
  float value[kSize] = {}, other[kSize] = {}, grad[kSize] = {}, m[kSize] = {};
  const simdoptim_parameter good = {"good", other, kSize, {}, nullptr, 0};
  const simdoptim_parameter plain = {"bad", value, kSize, {}, nullptr, 0};
  const auto outcome_of = [&](const simdoptim_parameter& bad) {
    const OptimizerHandle optimizer = MakeOptimizer();
    const simdoptim_parameter parameters[] = {good, bad};
    size_t group = 77;
    const std::string outcome =
        Outcome(simdoptim_optimizer_add_group(optimizer.get(), adamw.get(), parameters, 2, &group));
    const simdoptim_optimizer* view = optimizer.get();
    CHECK(group == 77);
    CHECK(Get<size_t>(simdoptim_optimizer_group_count, view) == 0);
    CHECK(Get<size_t>(simdoptim_optimizer_parameter_count, view) == 0);
    return outcome;
  };

  simdoptim_parameter bad = plain;
  bad.name = "good";
  CHECK(outcome_of(bad) == Invalid("parameter \"good\": the name stands twice"));
  bad = plain;
  bad.value = nullptr;
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": value is null, with 8 elements"));
  bad = plain;
  bad.name = nullptr;
  bad.size = static_cast<size_t>(-1);
  CHECK(outcome_of(bad) == Invalid("parameter \"#1\": value has 18446744073709551615 elements, "
                                   "more than memory can hold"));
  bad = plain;
  bad.value = other + 2;
  bad.size = 3;
  CHECK(outcome_of(bad).find("overlaps") != std::string::npos);
  bad = plain;
  bad.gradient = {grad, 3, SIMDOPTIM_F32, 0};
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": gradient has 3 elements, parameter has 8"));
  bad.gradient = {grad, kSize, 9, 0};
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": format = 9 is not one of 0 (f32), 1 (bf16), "
                                   "2 (f16)"));
  bad.gradient = {nullptr, kSize, SIMDOPTIM_F32, 0};
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": gradient is null, with 8 elements"));
  bad = plain;
  bad.n_states = 2;
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": states is null, with 2 elements"));
  float* const one[] = {m};
  bad.states = one;
  bad.n_states = 1;
  CHECK(outcome_of(bad) ==
        Invalid("parameter \"bad\": exp_avg_sq has 0 elements, parameter has 8"));
  float* const four[] = {m, m, m, m};
  bad.states = four;
  bad.n_states = 4;
  CHECK(outcome_of(bad) == Invalid("parameter \"bad\": 4 states are given, AdamW has 3"));
  bad.n_states = 3;
  CHECK(outcome_of(bad) ==
        Invalid("parameter \"bad\": max_exp_avg_sq is given, but these options do not use it"));
}

TEST_CASE("an empty group, and parameters of no elements", "[c_api]") {
  const OptimizerHandle optimizer = MakeOptimizer();
  const OptionsHandle options = MakeOptions("AdamW");
  CHECK(Outcome(simdoptim_optimizer_step(optimizer.get())) ==
        Invalid("Optimizer: there are no parameters to step; add a group first"));
  CHECK(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), nullptr, 0,
                                              nullptr)) == "ok");
  const simdoptim_parameter empty = {};
  CHECK(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &empty, 1,
                                              nullptr)) == "ok");
  CHECK(Outcome(simdoptim_optimizer_step(optimizer.get())) == "ok");
}

TEST_CASE("errors of optimizers name what is wrong", "[c_api]") {
  Model model;
  simdoptim_optimizer* o = model.get();
  const OptionsHandle options = MakeOptions("AdamW");
  const std::string f = "simdoptim_optimizer_";
  const char* text = nullptr;
  size_t index = 0;
  float* data = nullptr;
  simdoptim_optimizer_destroy(nullptr);
  CHECK(Outcome(simdoptim_optimizer_create(nullptr)) == Invalid(f + "create: optimizer is null"));
  CHECK(Outcome(simdoptim_optimizer_step(nullptr)) == Invalid(f + "step: optimizer is null"));
  CHECK(Outcome(simdoptim_optimizer_add_group(o, nullptr, nullptr, 0, nullptr)) ==
        Invalid(f + "add_group: options is null"));
  CHECK(Outcome(simdoptim_optimizer_add_group(o, options.get(), nullptr, 1, nullptr)) ==
        Invalid(f + "add_group: parameters is null, with 1 elements"));
  CHECK(Outcome(simdoptim_optimizer_find_parameter(o, "x", &index)) ==
        Invalid("there is no parameter \"x\""));
  CHECK(Outcome(simdoptim_optimizer_find_parameter(o, nullptr, &index)) ==
        Invalid(f + "find_parameter: name is null"));
  CHECK(Outcome(simdoptim_optimizer_set_gradient(o, 0, nullptr)) ==
        Invalid(f + "set_gradient: gradient is null"));
  const simdoptim_gradient onto_value = {model.b, kSize, SIMDOPTIM_F32, 0};
  CHECK(Outcome(simdoptim_optimizer_set_gradient(o, 0, &onto_value)) ==
        Invalid("parameter \"w\": gradient overlaps the memory of parameter \"#1\""));
  CHECK(Outcome(simdoptim_optimizer_state(o, 0, "max", &data, nullptr)) ==
        Invalid("parameter \"w\": there is no state \"max\"; there are exp_avg, exp_avg_sq"));
  CHECK(Outcome(simdoptim_optimizer_state_name(o, 0, 2, &text)) ==
        Invalid(f + "state_name: index = 2: there are 2"));
  CHECK(Outcome(simdoptim_optimizer_set_threads(o, -1)) ==
        Invalid("SetThreads: threads = -1 is not in [0, inf)"));
  const simdoptim_gradient none = {};
  int64_t steps = 0;
  for (const simdoptim_status status :
       {simdoptim_optimizer_parameter_name(o, 2, &text),
        simdoptim_optimizer_parameter_group(o, 2, &index),
        simdoptim_optimizer_parameter_value(o, 2, &data, &index),
        simdoptim_optimizer_set_gradient(o, 2, &none), simdoptim_optimizer_step_parameter(o, 2),
        simdoptim_optimizer_get_step_count(o, 2, &steps),
        simdoptim_optimizer_set_step_count(o, 2, 1), simdoptim_optimizer_state_count(o, 2, &index),
        simdoptim_optimizer_state_name(o, 2, 0, &text),
        simdoptim_optimizer_state(o, 2, "exp_avg", &data, nullptr)}) {
    CHECK(status == SIMDOPTIM_INVALID);
    CHECK(simdoptim_last_error() == std::string("parameter 2: there are 2"));
  }
  // Outputs that may not be null.
  CHECK(simdoptim_optimizer_group_count(o, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_parameter_count(o, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_find_parameter(o, "w", nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_parameter_name(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_parameter_group(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_parameter_value(o, 0, nullptr, &index) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_get_options(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_set_options(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_get_option(o, 0, "lr", nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_get_step_count(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_state_count(o, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_state_name(o, 0, 0, nullptr) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_state(o, 0, "exp_avg", nullptr, &index) == SIMDOPTIM_INVALID);
  CHECK(simdoptim_optimizer_state_bytes(o, nullptr) == SIMDOPTIM_INVALID);
}

}  // namespace
}  // namespace simdoptim::test
