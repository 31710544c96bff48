// SPDX-License-Identifier: Apache-2.0
// Catch2, version 2 or 3, under one name.
#ifndef SIMDOPTIM_TESTS_SUPPORT_CATCH_H_
#define SIMDOPTIM_TESTS_SUPPORT_CATCH_H_

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;  // as version 2 has it
#else
#include <catch2/catch.hpp>
#endif

#endif  // SIMDOPTIM_TESTS_SUPPORT_CATCH_H_
