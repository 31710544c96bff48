// SPDX-License-Identifier: Apache-2.0
// The body of the hand-written loop, for the files that compile it with different flags. Static:
// each file must keep the copy that its own flags made.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_LOOP_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_LOOP_H_

#include <math.h>

#include "bench/yardsticks/naive.h"

namespace simdoptim::yardsticks {

struct NaiveCorrections {
  float bias1;
  float bias2;
};

static inline NaiveCorrections CorrectionsAt(const NaiveAdamW& options, int t) {
  return {1.0f - powf(options.beta1, static_cast<float>(t)),
          1.0f - powf(options.beta2, static_cast<float>(t))};
}

static inline void NaiveElement(const NaiveAdamW& o, const NaiveCorrections& c, float* p,
                                const float* g, float* m, float* v, size_t i) {
  m[i] = o.beta1 * m[i] + (1.0f - o.beta1) * g[i];
  v[i] = o.beta2 * v[i] + (1.0f - o.beta2) * g[i] * g[i];
  const float mhat = m[i] / c.bias1;
  const float vhat = v[i] / c.bias2;
  p[i] -= o.lr * (mhat / (sqrtf(vhat) + o.eps) + o.weight_decay * p[i]);
}

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_NAIVE_LOOP_H_
