// SPDX-License-Identifier: Apache-2.0
// Everything of the C++ interface. Start with optimizer.h (objects) or adam.h (functions).
#ifndef SIMDOPTIM_SIMDOPTIM_H_
#define SIMDOPTIM_SIMDOPTIM_H_

#include "simdoptim/adam.h"
#include "simdoptim/error.h"
#include "simdoptim/formats.h"
#include "simdoptim/optimizer.h"
#include "simdoptim/options.h"
#include "simdoptim/reference.h"
#include "simdoptim/runner.h"
#include "simdoptim/sgd.h"
#include "simdoptim/step.h"
#include "simdoptim/target.h"
#include "simdoptim/version.h"
#include "simdoptim/weight_decay.h"

#endif  // SIMDOPTIM_SIMDOPTIM_H_
