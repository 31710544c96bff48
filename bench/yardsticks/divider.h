// SPDX-License-Identifier: Apache-2.0
// The divider limit: what one square root and one division a parameter cost, and nothing else.
// Adam and its kin cannot be faster in cache without giving up correctly rounded results.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_DIVIDER_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_DIVIDER_H_

#include <cstdint>

namespace simdoptim::yardsticks {

// As many pairs as elements, rounded up to vectors of the best instruction set, shared by threads.
void RunDivider(uint64_t elements, int threads);

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_DIVIDER_H_
