// SPDX-License-Identifier: Apache-2.0
// The C interface: the optimizer's groups, parameters, gradients and steps.

#include "simdoptim/optimizer.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/c_api/arguments.h"
#include "lib/c_api/call.h"
#include "lib/c_api/handles.h"

namespace simdoptim {
namespace {

// index: that the parameter will have. Errors name it as those of AddGroup() do.
Parameter ParameterArgument(const Options& options, const simdoptim_parameter& from, size_t index) {
  const bool named = from.name != nullptr && *from.name != '\0';
  const std::string name = named ? from.name : std::string("#").append(NumberText(index));
  const std::string where = "parameter \"" + name + "\"";
  const Call call(where.c_str());
  call.CheckSize(from.size, "value");
  const StateArguments<float> states(call, options, from.states, from.n_states, from.size);
  Parameter to;
  if (named) to.name = name;
  to.value = {from.value, from.size};
  to.gradient = GradientArgument(call, from.gradient);
  to.state.assign(states.spans().begin(), states.spans().end());
  return to;
}

}  // namespace
}  // namespace simdoptim

using simdoptim::Call;
using simdoptim::Guard;
using simdoptim::OptimizerOf;

simdoptim_status simdoptim_optimizer_create(simdoptim_optimizer** optimizer) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim_optimizer*& made = call.Need(optimizer, "optimizer");
    made = new simdoptim_optimizer;
  });
}

void simdoptim_optimizer_destroy(simdoptim_optimizer* optimizer) { delete optimizer; }

simdoptim_status simdoptim_optimizer_add_group(simdoptim_optimizer* optimizer,
                                               const simdoptim_options* options,
                                               const simdoptim_parameter* parameters, size_t n,
                                               size_t* group) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim::Optimizer& to = OptimizerOf(call, optimizer);
    simdoptim::Group added;
    added.options = call.Need(options, "options").options;
    call.CheckArray(parameters, n, "parameters");
    added.parameters.reserve(n);
    for (const simdoptim_parameter& from : std::span(parameters, n)) {
      added.parameters.push_back(simdoptim::ParameterArgument(
          added.options, from, to.Parameters() + added.parameters.size()));
    }
    const size_t index = to.AddGroup(std::move(added));
    if (group != nullptr) *group = index;
  });
}

simdoptim_status simdoptim_optimizer_group_count(const simdoptim_optimizer* optimizer,
                                                 size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t groups = OptimizerOf(call, optimizer).Groups();
    call.Need(count, "count") = groups;
  });
}

simdoptim_status simdoptim_optimizer_parameter_count(const simdoptim_optimizer* optimizer,
                                                     size_t* count) {
  return Guard(__func__, [&](const Call& call) {
    const size_t parameters = OptimizerOf(call, optimizer).Parameters();
    call.Need(count, "count") = parameters;
  });
}

simdoptim_status simdoptim_optimizer_find_parameter(const simdoptim_optimizer* optimizer,
                                                    const char* name, size_t* parameter) {
  return Guard(__func__, [&](const Call& call) {
    const size_t found = OptimizerOf(call, optimizer).FindParameter(call.NeedText(name, "name"));
    call.Need(parameter, "parameter") = found;
  });
}

simdoptim_status simdoptim_optimizer_parameter_name(const simdoptim_optimizer* optimizer,
                                                    size_t parameter, const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const char* found = OptimizerOf(call, optimizer).ParameterName(parameter).c_str();
    call.Need(name, "name") = found;
  });
}

simdoptim_status simdoptim_optimizer_parameter_group(const simdoptim_optimizer* optimizer,
                                                     size_t parameter, size_t* group) {
  return Guard(__func__, [&](const Call& call) {
    const size_t found = OptimizerOf(call, optimizer).ParameterGroup(parameter);
    call.Need(group, "group") = found;
  });
}

simdoptim_status simdoptim_optimizer_parameter_value(const simdoptim_optimizer* optimizer,
                                                     size_t parameter, float** value,
                                                     size_t* size) {
  return Guard(__func__, [&](const Call& call) {
    const std::span<float> found = OptimizerOf(call, optimizer).ParameterValue(parameter);
    call.Need(value, "value") = found.data();
    if (size != nullptr) *size = found.size();
  });
}

simdoptim_status simdoptim_optimizer_set_gradient(simdoptim_optimizer* optimizer, size_t parameter,
                                                  const simdoptim_gradient* gradient) {
  return Guard(__func__, [&](const Call& call) {
    OptimizerOf(call, optimizer)
        .SetGradient(parameter, simdoptim::GradientArgument(call, call.Need(gradient, "gradient")));
  });
}

simdoptim_status simdoptim_optimizer_zero_gradients(simdoptim_optimizer* optimizer, int32_t mode) {
  return Guard(__func__, [&](const Call& call) {
    if (mode != SIMDOPTIM_ZERO_DROP && mode != SIMDOPTIM_ZERO_FILL) {
      call.Fail("mode = " + simdoptim::NumberText(mode) + " is not one of 0 (drop), 1 (fill)");
    }
    OptimizerOf(call, optimizer).ZeroGradients(static_cast<simdoptim::ZeroGradient>(mode));
  });
}

simdoptim_status simdoptim_optimizer_step(simdoptim_optimizer* optimizer) {
  return Guard(__func__, [&](const Call& call) { OptimizerOf(call, optimizer).Step(); });
}

simdoptim_status simdoptim_optimizer_step_parameter(simdoptim_optimizer* optimizer,
                                                    size_t parameter) {
  return Guard(__func__,
               [&](const Call& call) { OptimizerOf(call, optimizer).StepParameter(parameter); });
}

simdoptim_status simdoptim_optimizer_get_step_count(const simdoptim_optimizer* optimizer,
                                                    size_t parameter, int64_t* steps) {
  return Guard(__func__, [&](const Call& call) {
    const int64_t taken = OptimizerOf(call, optimizer).StepCount(parameter);
    call.Need(steps, "steps") = taken;
  });
}

simdoptim_status simdoptim_optimizer_set_step_count(simdoptim_optimizer* optimizer,
                                                    size_t parameter, int64_t steps) {
  return Guard(__func__, [&](const Call& call) {
    OptimizerOf(call, optimizer).SetStepCount(parameter, steps);
  });
}

simdoptim_status simdoptim_optimizer_set_threads(simdoptim_optimizer* optimizer, int32_t threads) {
  return Guard(__func__,
               [&](const Call& call) { OptimizerOf(call, optimizer).SetThreads(threads); });
}

simdoptim_status simdoptim_optimizer_set_runner(simdoptim_optimizer* optimizer,
                                                const simdoptim_runner* runner) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim::Optimizer& to = OptimizerOf(call, optimizer);
    if (runner == nullptr) return to.SetRunner(nullptr);
    if (runner->threads == nullptr) call.Fail("runner->threads is null");
    if (runner->run == nullptr) call.Fail("runner->run is null");
    to.SetRunner(&optimizer->runner);
    optimizer->runner.Set(*runner);
  });
}

simdoptim_status simdoptim_optimizer_set_observer(simdoptim_optimizer* optimizer,
                                                  simdoptim_observer observer, void* opaque) {
  return Guard(__func__, [&](const Call& call) {
    simdoptim::Optimizer& to = OptimizerOf(call, optimizer);
    if (observer == nullptr) return to.SetObserver({});
    to.SetObserver(simdoptim::CallbackObserver{observer, opaque});
  });
}
