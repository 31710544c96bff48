// SPDX-License-Identifier: Apache-2.0
// The hand-written loop with -O2 (CMakeLists.txt).

#include "bench/yardsticks/naive_loop.h"

namespace simdoptim::yardsticks {

void NaiveStepO2(const NaiveAdamW& options, int t, float* p, const float* g, float* m, float* v,
                 size_t n) {
  const NaiveAdamW o = options;
  const NaiveCorrections c = CorrectionsAt(o, t);
  for (size_t i = 0; i < n; ++i) NaiveElement(o, c, p, g, m, v, i);
}

}  // namespace simdoptim::yardsticks
