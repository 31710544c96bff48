// SPDX-License-Identifier: Apache-2.0
// The version of simdoptim, written once: CMake, pkg-config and the C interface read it here.
#ifndef SIMDOPTIM_VERSION_H_
#define SIMDOPTIM_VERSION_H_

#define SIMDOPTIM_VERSION_MAJOR 0
#define SIMDOPTIM_VERSION_MINOR 1
#define SIMDOPTIM_VERSION_PATCH 0

#endif  // SIMDOPTIM_VERSION_H_
