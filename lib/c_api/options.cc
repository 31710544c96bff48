// SPDX-License-Identifier: Apache-2.0
// The C interface: rules, and options by name.

#include "simdoptim/options.h"

#include <string>

#include "lib/c_api/call.h"
#include "lib/c_api/handles.h"
#include "lib/rules/registry.h"

namespace simdoptim {
namespace {

// Names come from the registry, not from OptionNames() and its like: there they last.
const RuleInfo& RuleOfHandle(const Call& call, const simdoptim_options* options) {
  return RuleOf(call.Need(options, "options").options);
}

const Field& FieldOf(const Call& call, const simdoptim_options* options, const char* name) {
  const RuleInfo& rule = RuleOfHandle(call, options);
  GetOption(options->options, call.NeedText(name, "name"));  // throws for an unknown name
  const Field* field = rule.fields.data();
  while (std::string_view(name) != field->name) ++field;
  return *field;
}

}  // namespace
}  // namespace simdoptim

using simdoptim::Call;
using simdoptim::Guard;

simdoptim_status simdoptim_rule_count(size_t* count) {
  return Guard(__func__,
               [&](const Call& call) { call.Need(count, "count") = simdoptim::kRules.size(); });
}

simdoptim_status simdoptim_rule_name(size_t index, const char** name) {
  return Guard(__func__, [&](const Call& call) {
    call.CheckIndex(index, simdoptim::kRules.size(), "index");
    call.Need(name, "name") = simdoptim::kRules[index]->name;
  });
}

simdoptim_status simdoptim_options_create(const char* rule, simdoptim_options** options) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim_options*& made = call.Need(options, "options");
    made = new simdoptim_options{simdoptim::DefaultOptions(call.NeedText(rule, "rule"))};
  });
}

simdoptim_status simdoptim_options_copy(const simdoptim_options* options,
                                        simdoptim_options** copy) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim_options& from = call.Need(options, "options");
    simdoptim_options*& made = call.Need(copy, "copy");
    made = new simdoptim_options(from);
  });
}

void simdoptim_options_destroy(simdoptim_options* options) { delete options; }

simdoptim_status simdoptim_options_rule(const simdoptim_options* options, const char** rule) {
  return Guard(__func__, [&](const Call& call) {
    const char* name = simdoptim::RuleOfHandle(call, options).name;
    call.Need(rule, "rule") = name;
  });
}

simdoptim_status simdoptim_options_set(simdoptim_options* options, const char* name, double value) {
  return Guard(__func__, [&](const Call& call) {
    SetOption(call.Need(options, "options").options, call.NeedText(name, "name"), value);
  });
}

simdoptim_status simdoptim_options_set_choice(simdoptim_options* options, const char* name,
                                              const char* choice) {
  return Guard(__func__, [&](const Call& call) {
    call.NeedText(choice, "choice");
    SetOption(call.Need(options, "options").options, call.NeedText(name, "name"),
              std::string_view(choice));
  });
}

simdoptim_status simdoptim_options_get(const simdoptim_options* options, const char* name,
                                       double* value) {
  return Guard(__func__, [&](const Call& call) {
    const double got =
        GetOption(call.Need(options, "options").options, call.NeedText(name, "name"));
    call.Need(value, "value") = got;
  });
}

simdoptim_status simdoptim_options_get_choice(const simdoptim_options* options, const char* name,
                                              const char** choice) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::Field& field = simdoptim::FieldOf(call, options, name);
    if (field.choices.empty()) {
      throw simdoptim::Error(std::string(RuleName(options->options)) + ": " + field.name +
                             " is not a choice");
    }
    const double value = field.get(simdoptim::Address(options->options));
    call.Need(choice, "choice") = field.choices[static_cast<size_t>(value)];
  });
}

simdoptim_status simdoptim_options_count(const simdoptim_options* options, size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t fields = simdoptim::RuleOfHandle(call, options).fields.size();
    call.Need(count, "count") = fields;
  });
}

simdoptim_status simdoptim_options_name(const simdoptim_options* options, size_t index,
                                        const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const auto fields = simdoptim::RuleOfHandle(call, options).fields;
    call.CheckIndex(index, fields.size(), "index");
    call.Need(name, "name") = fields[index].name;
  });
}

simdoptim_status simdoptim_options_choice_count(const simdoptim_options* options, const char* name,
                                                size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t choices = simdoptim::FieldOf(call, options, name).choices.size();
    call.Need(count, "count") = choices;
  });
}

simdoptim_status simdoptim_options_choice_name(const simdoptim_options* options, const char* name,
                                               size_t index, const char** choice) {
  return Guard(__func__, [&](const Call& call) {
    const auto choices = simdoptim::FieldOf(call, options, name).choices;
    call.CheckIndex(index, choices.size(), "index");
    call.Need(choice, "choice") = choices[index];
  });
}

simdoptim_status simdoptim_options_state_count(const simdoptim_options* options, size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t states = simdoptim::RuleOfHandle(call, options).states.size();
    call.Need(count, "count") = states;
  });
}

simdoptim_status simdoptim_options_state_name(const simdoptim_options* options, size_t index,
                                              const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const auto states = simdoptim::RuleOfHandle(call, options).states;
    call.CheckIndex(index, states.size(), "index");
    call.Need(name, "name") = states[index];
  });
}

simdoptim_status simdoptim_options_needs_state(const simdoptim_options* options, size_t index,
                                               int32_t* needs) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::RuleInfo& rule = simdoptim::RuleOfHandle(call, options);
    call.CheckIndex(index, rule.states.size(), "index");
    call.Need(needs, "needs") = NeedsState(options->options, index) ? 1 : 0;
  });
}
