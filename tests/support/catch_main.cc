// SPDX-License-Identifier: Apache-2.0
// What every test program has once.

// Catch2 3 brings its own main.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

// LLVM's OpenMP frees what it has for a thread only with its team, which lives until the process
// ends; the leak sanitizer asks before that.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() { return "leak:libomp\n"; }
#endif
#endif
