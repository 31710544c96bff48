// SPDX-License-Identifier: Apache-2.0
// A small random generator that gives the same numbers with every standard library.
#ifndef SIMDOPTIM_EXAMPLES_DIGITS_RANDOM_H_
#define SIMDOPTIM_EXAMPLES_DIGITS_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace digits {

// SplitMix64 (Steele, Lea and Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // In [-limit, limit).
  float Symmetric(float limit) {
    const float unit = static_cast<float>(Next() >> 40) * 0x1p-24f;  // 24 bits: exact
    return (2 * unit - 1) * limit;
  }

  // Fisher and Yates.
  void Shuffle(std::span<size_t> items) {
    for (size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[static_cast<size_t>(Next() % left)]);
    }
  }

 private:
  uint64_t state_;
};

}  // namespace digits

#endif  // SIMDOPTIM_EXAMPLES_DIGITS_RANDOM_H_
