// SPDX-License-Identifier: Apache-2.0
// The loop that people write by hand, as a compiler leaves it with the flags that people use.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_H_

#include <cstddef>

namespace simdoptim::yardsticks {

struct NaiveAdamW {
  float lr = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float eps = 1e-8f;
  float weight_decay = 1e-2f;
};

// One step of one tensor; t from 1.
using NaiveStep = void (*)(const NaiveAdamW& options, int t, float* p, const float* g, float* m,
                           float* v, size_t n);

// -O2, for the compiler's default processor.
void NaiveStepO2(const NaiveAdamW& options, int t, float* p, const float* g, float* m, float* v,
                 size_t n);
// -O3 -march=native.
void NaiveStepNative(const NaiveAdamW& options, int t, float* p, const float* g, float* m, float* v,
                     size_t n);
// The same under `#pragma omp parallel for simd`: a team for each tensor.
void NaiveStepNativeOpenMp(const NaiveAdamW& options, int t, float* p, const float* g, float* m,
                           float* v, size_t n, int threads);

// The flags that the second and third were compiled with.
const char* NaiveNativeFlags();

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_H_
