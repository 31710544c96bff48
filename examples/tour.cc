// SPDX-License-Identifier: Apache-2.0
// The shortest useful program: AdamW on (w0 - 3)^2 + (w1 - 3)^2 + (b + 1)^2.
#include <cstddef>
#include <iostream>
#include <vector>

#include "simdoptim/simdoptim.h"

int main() {
  std::vector<float> w(2), w_grad(2), b(1), b_grad(1);
  simdoptim::Optimizer optimizer(simdoptim::AdamWOptions{.lr = 0.1, .weight_decay = 1e-4},
                                 {{.name = "w", .value = w, .gradient = w_grad},
                                  {.name = "b", .value = b, .gradient = b_grad}});
  for (int step = 0; step < 300; ++step) {
    for (size_t i = 0; i < w.size(); ++i) w_grad[i] = 2 * (w[i] - 3);
    b_grad[0] = 2 * (b[0] + 1);
    optimizer.Step();
  }
  std::cout << "w = " << w[0] << ", " << w[1] << "\n";
  std::cout << "b = " << b[0] << "\n";
  std::cout << optimizer.StepCount(0) << " steps\n";
}
