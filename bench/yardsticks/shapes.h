// SPDX-License-Identifier: Apache-2.0
// Parameter lists to step: names and sizes, no memory.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_SHAPES_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_SHAPES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simdoptim::yardsticks {

struct Shape {
  std::string name;
  size_t rows = 1;
  size_t columns = 1;

  size_t Elements() const { return rows * columns; }
};

struct Shapes {
  std::string name;  // "gpt2", "10000x256", "n1024"
  std::vector<Shape> tensors;

  uint64_t Elements() const;
};

inline constexpr size_t kGpt2Tensors = 148;
inline constexpr uint64_t kGpt2Elements = 124'439'808;

// GPT-2 124M (Radford et al. 2019) with PyTorch's names, shapes and order in the Hugging Face
// implementation; the output layer shares wte. Its sizes are checked.
Shapes Gpt2();
// count tensors of the same size.
Shapes Uniform(size_t count, size_t elements);
// One tensor.
Shapes Flat(size_t elements);

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_SHAPES_H_
