// SPDX-License-Identifier: Apache-2.0
// The hand-written loop with -O3 -march=native (CMakeLists.txt), serial and with OpenMP.

#include "bench/yardsticks/naive_loop.h"

namespace simdoptim::yardsticks {

void NaiveStepNative(const NaiveAdamW& options, int t, float* p, const float* g, float* m, float* v,
                     size_t n) {
  const NaiveAdamW o = options;
  const NaiveCorrections c = CorrectionsAt(o, t);
  for (size_t i = 0; i < n; ++i) NaiveElement(o, c, p, g, m, v, i);
}

void NaiveStepNativeOpenMp(const NaiveAdamW& options, int t, float* p, const float* g, float* m,
                           float* v, size_t n, [[maybe_unused]] int threads) {
  const NaiveAdamW o = options;
  const NaiveCorrections c = CorrectionsAt(o, t);
#if defined(_OPENMP)
#pragma omp parallel for simd num_threads(threads) firstprivate(o, c)
#endif
  for (size_t i = 0; i < n; ++i) NaiveElement(o, c, p, g, m, v, i);
}

const char* NaiveNativeFlags() { return SIMDOPTIM_NAIVE_NATIVE_FLAGS; }

}  // namespace simdoptim::yardsticks
