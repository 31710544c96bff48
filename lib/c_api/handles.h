// SPDX-License-Identifier: Apache-2.0
// What the opaque handles of the C interface are.
#ifndef SIMDOPTIM_LIB_C_API_HANDLES_H_
#define SIMDOPTIM_LIB_C_API_HANDLES_H_

#include "lib/c_api/call.h"
#include "lib/c_api/callbacks.h"
#include "simdoptim/optimizer.h"
#include "simdoptim/options.h"
#include "simdoptim/simdoptim_c.h"

struct simdoptim_options {
  simdoptim::Options options;
};

struct simdoptim_optimizer {
  simdoptim::CallbackRunner runner;  // outlives the optimizer that may use it
  simdoptim::Optimizer optimizer;
};

namespace simdoptim {

inline const Optimizer& OptimizerOf(const Call& call, const simdoptim_optimizer* handle) {
  return call.Need(handle, "optimizer").optimizer;
}
inline Optimizer& OptimizerOf(const Call& call, simdoptim_optimizer* handle) {
  return call.Need(handle, "optimizer").optimizer;
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_C_API_HANDLES_H_
