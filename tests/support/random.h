// SPDX-License-Identifier: Apache-2.0
// Inputs of tests: made by integer arithmetic, so that every machine makes the same.
#ifndef SIMDOPTIM_TESTS_SUPPORT_RANDOM_H_
#define SIMDOPTIM_TESTS_SUPPORT_RANDOM_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simdoptim/formats.h"

namespace simdoptim::test {

// splitmix64 (Steele, Lea and Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Bits() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  uint64_t Below(uint64_t end) { return Bits() % end; }

  // Any sign and significand, magnitude in [2^low, 2^(high + 1)).
  float Float(int low = -12, int high = 1) {
    const uint64_t bits = Bits();
    const int exponent = low + static_cast<int>(Below(static_cast<uint64_t>(high - low + 1)));
    return std::bit_cast<float>(static_cast<uint32_t>(bits & 0x807FFFFFu) |
                                static_cast<uint32_t>(exponent + 127) << 23);
  }

  std::vector<float> Floats(size_t size, int low = -12, int high = 1) {
    std::vector<float> floats(size);
    for (float& x : floats) x = Float(low, high);
    return floats;
  }

 private:
  uint64_t state_;
};

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_SUPPORT_RANDOM_H_
