// SPDX-License-Identifier: Apache-2.0
// What a table of times must say about the machine.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_MACHINE_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_MACHINE_H_

#include <string>

namespace simdoptim::yardsticks {

// The processor's name as /proc/cpuinfo gives it; "unknown processor" where there is none.
std::string ProcessorName();

// How many processors this process may run on.
int Processors();

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_MACHINE_H_
