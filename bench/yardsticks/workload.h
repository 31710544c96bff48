// SPDX-License-Identifier: Apache-2.0
// Values and gradients for a list of shapes, each tensor an allocation of its own, as an engine's
// would be. No optimizer state.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_WORKLOAD_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "bench/yardsticks/shapes.h"
#include "simdoptim/simdoptim.h"

namespace simdoptim::yardsticks {

class Workload {
 public:
  // Fills everything with numbers that are not zero. A thread first touches about the share of the
  // list that it will step, so that memory lies near it.
  Workload(Shapes shapes, Format gradient_format, int threads);

  const Shapes& shapes() const { return shapes_; }
  size_t Tensors() const { return tensors_.size(); }
  Format gradient_format() const { return gradient_format_; }

  std::span<float> Value(size_t tensor);
  // Read only.
  Gradient GradientOf(size_t tensor) const;
  // What Value(tensor) held at first.
  std::vector<float> FirstValue(size_t tensor) const;

 private:
  struct AlignedDelete {
    void operator()(unsigned char* memory) const;
  };
  using Memory = std::unique_ptr<unsigned char[], AlignedDelete>;
  struct Tensor {
    Memory value;
    Memory gradient;
  };

  static Memory Allocate(size_t bytes);
  void Fill(size_t tensor, size_t begin, size_t end);

  Shapes shapes_;
  Format gradient_format_;
  std::vector<Tensor> tensors_;
};

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_WORKLOAD_H_
