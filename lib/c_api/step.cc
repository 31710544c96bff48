// SPDX-License-Identifier: Apache-2.0
// The C interface: one step on the caller's memory, and its references.

#include "simdoptim/step.h"

#include <span>

#include "lib/c_api/arguments.h"
#include "lib/c_api/call.h"
#include "lib/c_api/handles.h"
#include "simdoptim/reference.h"

namespace simdoptim {
namespace {

// What simdoptim_step() and simdoptim_reference_step() take, checked for what C++ takes on trust.
struct StepArguments {
  StepArguments(const Call& call, const simdoptim_options* handle, float* data, size_t size,
                const simdoptim_gradient* grad, float* const* state_data, size_t n_states)
      : options(call.Need(handle, "options").options),
        param(data, size),
        gradient(GradientArgument(call, call.Need(grad, "gradient"))),
        states(call, options, state_data, n_states, size) {
    call.CheckArray(data, size, "param");
    call.CheckArray(static_cast<const char*>(gradient.data()), gradient.size(), "gradient");
  }

  const Options& options;
  std::span<float> param;
  Gradient gradient;
  StateArguments<float> states;
};

}  // namespace
}  // namespace simdoptim

using simdoptim::Call;
using simdoptim::Guard;

simdoptim_status simdoptim_step(const simdoptim_options* options, int64_t t, float* param, size_t n,
                                const simdoptim_gradient* gradient, float* const* states,
                                size_t n_states) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::StepArguments a(call, options, param, n, gradient, states, n_states);
    simdoptim::Step(a.options, t, a.param, a.gradient, a.states.spans());
  });
}

simdoptim_status simdoptim_reference_step(const simdoptim_options* options, int64_t t, float* param,
                                          size_t n, const simdoptim_gradient* gradient,
                                          float* const* states, size_t n_states) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::StepArguments a(call, options, param, n, gradient, states, n_states);
    simdoptim::reference::Step(a.options, t, a.param, a.gradient, a.states.spans());
  });
}

simdoptim_status simdoptim_reference_step_double(const simdoptim_options* options, int64_t t,
                                                 double* param, size_t n, const double* gradient,
                                                 double* const* states, size_t n_states) {
  return Guard(__func__, [&](const Call& call) {
    const simdoptim::Options& held = call.Need(options, "options").options;
    call.CheckArray(param, n, "param");
    call.CheckArray(gradient, n, "gradient");
    const simdoptim::StateArguments<double> views(call, held, states, n_states, n);
    simdoptim::reference::Step(held, t, std::span<double>(param, n),
                               std::span<const double>(gradient, n), views.spans());
  });
}
