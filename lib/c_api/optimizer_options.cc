// SPDX-License-Identifier: Apache-2.0
// The C interface: the options of an optimizer's groups, and the states of its parameters.

#include <span>
#include <string>
#include <vector>

#include "lib/c_api/call.h"
#include "lib/c_api/handles.h"
#include "lib/rules/registry.h"
#include "simdoptim/optimizer.h"

namespace simdoptim {
namespace {

// The registry's copy of a state's name, which lasts.
const char* LastingStateName(const Optimizer& optimizer, size_t parameter,
                             const std::string& name) {
  const Options& options = optimizer.GetOptions(optimizer.ParameterGroup(parameter));
  const char* const* lasting = RuleOf(options).states.data();
  while (name != *lasting) ++lasting;
  return *lasting;
}

}  // namespace
}  // namespace simdoptim

using simdoptim::Call;
using simdoptim::Guard;
using simdoptim::OptimizerOf;

simdoptim_status simdoptim_optimizer_get_options(const simdoptim_optimizer* optimizer, size_t group,
                                                 simdoptim_options** options) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::Options& from = OptimizerOf(call, optimizer).GetOptions(group);
    simdoptim_options*& made = call.Need(options, "options");
    made = new simdoptim_options{from};
  });
}

simdoptim_status simdoptim_optimizer_set_options(simdoptim_optimizer* optimizer, size_t group,
                                                 const simdoptim_options* options) {
  return Guard(__func__, [&](const Call& call) {
    OptimizerOf(call, optimizer).SetOptions(group, call.Need(options, "options").options);
  });
}

simdoptim_status simdoptim_optimizer_get_option(const simdoptim_optimizer* optimizer, size_t group,
                                                const char* name, double* value) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::Options& from = OptimizerOf(call, optimizer).GetOptions(group);
    const double got = GetOption(from, call.NeedText(name, "name"));
    call.Need(value, "value") = got;
  });
}

simdoptim_status simdoptim_optimizer_set_option(simdoptim_optimizer* optimizer, size_t group,
                                                const char* name, double value) {
  return Guard(__func__, [&](const Call& call) {
    OptimizerOf(call, optimizer).SetOption(group, call.NeedText(name, "name"), value);
  });
}

simdoptim_status simdoptim_optimizer_set_option_choice(simdoptim_optimizer* optimizer, size_t group,
                                                       const char* name, const char* choice) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim::Optimizer& to = OptimizerOf(call, optimizer);
    simdoptim::Options changed = to.GetOptions(group);
    SetOption(changed, call.NeedText(name, "name"),
              std::string_view(call.NeedText(choice, "choice")));
    to.SetOptions(group, changed);
  });
}

simdoptim_status simdoptim_optimizer_set_option_of_all(simdoptim_optimizer* optimizer,
                                                       const char* name, double value) {
  return Guard(__func__, [&](const Call& call) {
    OptimizerOf(call, optimizer).SetOption(call.NeedText(name, "name"), value);
  });
}

simdoptim_status simdoptim_optimizer_state_count(const simdoptim_optimizer* optimizer,
                                                 size_t parameter, size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t states = OptimizerOf(call, optimizer).StateNames(parameter).size();
    call.Need(count, "count") = states;
  });
}

simdoptim_status simdoptim_optimizer_state_name(const simdoptim_optimizer* optimizer,
                                                size_t parameter, size_t index, const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::Optimizer& from = OptimizerOf(call, optimizer);
    const std::vector<std::string> names = from.StateNames(parameter);
    call.CheckIndex(index, names.size(), "index");
    call.Need(name, "name") = simdoptim::LastingStateName(from, parameter, names[index]);
  });
}

simdoptim_status simdoptim_optimizer_state(const simdoptim_optimizer* optimizer, size_t parameter,
                                           const char* name, float** state, size_t* size) {
  return Guard(__func__, [&](const Call& call) {
    const std::span<float> found =
        OptimizerOf(call, optimizer).State(parameter, call.NeedText(name, "name"));
    call.Need(state, "state") = found.data();
    if (size != nullptr) *size = found.size();
  });
}

simdoptim_status simdoptim_optimizer_state_bytes(const simdoptim_optimizer* optimizer,
                                                 size_t* bytes) {
  return Guard(__func__, [&](const Call& call) {
    const size_t allocated = OptimizerOf(call, optimizer).StateBytes();
    call.Need(bytes, "bytes") = allocated;
  });
}
