// SPDX-License-Identifier: Apache-2.0
// State that the library allocates, small and large: zero, aligned, whole.

#include "lib/optimizer/state_memory.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

namespace simdoptim::test {
namespace {

TEST_CASE("state memory is zero, aligned and writable to its end", "[state]") {
  const size_t large = size_t{4} << 20;  // from here on, pages of its own
  for (size_t floats : {size_t{1}, size_t{16}, size_t{1000}, large / 4 - 1, large / 4,
                        large / 4 + 16, large / 2 + 1007}) {
    INFO(floats);
    for (int round = 0; round < 3; ++round) {
      const size_t bytes = floats * sizeof(float);
      const StateMemory memory(bytes);
      CHECK(memory.bytes() == bytes);
      CHECK(reinterpret_cast<uintptr_t>(memory.data()) % StateMemory::kAlignment == 0);
      const auto is_zero = [](float x) { return x == 0; };
      CHECK(std::all_of(memory.data(), memory.data() + floats, is_zero));
      // So that the next round's memory is zero by its own doing.
      std::fill(memory.data(), memory.data() + floats, 1.0f);
    }
  }
}

TEST_CASE("state memory that was used before is zero again", "[state]") {
  constexpr size_t kFloats = 4096;
  for (int round = 0; round < 20; ++round) {
    std::vector<float> used(kFloats, 1.0f);
    used[kFloats - 1] = static_cast<float>(round);
    used = {};
    used.shrink_to_fit();
    const StateMemory memory(kFloats * sizeof(float));
    CHECK(std::count(memory.data(), memory.data() + kFloats, 0.0f) ==
          static_cast<ptrdiff_t>(kFloats));
  }
}

TEST_CASE("state memory can be moved", "[state]") {
  for (size_t bytes : {size_t{256}, size_t{8} << 20}) {
    StateMemory first(bytes);
    float* data = first.data();
    data[0] = 3;
    StateMemory second(std::move(first));
    CHECK(second.data() == data);
    CHECK(second.bytes() == bytes);
    StateMemory third;
    CHECK(third.bytes() == 0);
    third = std::move(second);
    CHECK(third.data() == data);
    CHECK(third.data()[0] == 3);
  }
}

}  // namespace
}  // namespace simdoptim::test
