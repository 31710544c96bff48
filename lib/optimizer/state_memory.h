// SPDX-License-Identifier: Apache-2.0
// Zeroed memory for optimizer state: 64-byte aligned, in huge pages where it is large, touched
// first by the threads that step it.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_STATE_MEMORY_H_
#define SIMDOPTIM_LIB_OPTIMIZER_STATE_MEMORY_H_

#include <cstddef>

namespace simdoptim {

class StateMemory {
 public:
  static constexpr size_t kAlignment = 64;

  StateMemory() = default;
  explicit StateMemory(size_t bytes);  // throws std::bad_alloc
  ~StateMemory();
  StateMemory(StateMemory&& other) noexcept;
  StateMemory& operator=(StateMemory&& other) noexcept;

  float* data() const { return static_cast<float*>(data_); }
  size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_STATE_MEMORY_H_
