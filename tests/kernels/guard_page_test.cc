// SPDX-License-Identifier: Apache-2.0
// Kernels read nothing outside a span either, which canaries cannot tell: each stream lies against
// memory that may not be touched.

#if defined(__unix__) || defined(__APPLE__)

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

// A page between two that may not be touched.
class GuardedPage {
 public:
  GuardedPage() : size_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    void* start =
        mmap(nullptr, 3 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(start != MAP_FAILED);
    start_ = static_cast<unsigned char*>(start);
    REQUIRE(mprotect(start_, size_, PROT_NONE) == 0);
    REQUIRE(mprotect(start_ + 2 * size_, size_, PROT_NONE) == 0);
  }
  ~GuardedPage() { munmap(start_, 3 * size_); }
  GuardedPage(const GuardedPage&) = delete;
  GuardedPage& operator=(const GuardedPage&) = delete;

  // The page's first bytes, or its last.
  void* Place(size_t bytes, bool at_end) const {
    return start_ + size_ + (at_end ? size_ - bytes : 0);
  }
  std::span<float> Floats(size_t count, bool at_end) const {
    return {static_cast<float*>(Place(count * sizeof(float), at_end)), count};
  }

 private:
  size_t size_;
  unsigned char* start_;
};

TEST_CASE("kernels touch no memory beside their spans", "[kernels]") {
  const std::string active = ActiveTarget();
  const GuardedPage param_page, grad_page, state_pages[3];
  Random random(21);
  for (const std::string& target : Targets()) {
    SetTarget(target);
    int different = 0;
    for (const Case& c : EssentialCases()) {
      for (Format format : kFormats) {
        for (size_t size = 1; size <= 3 * 16 + 3; size += 1 + size / 20) {
          for (bool at_end : {false, true}) {
            const std::vector<float> start = random.Floats(size);
            const std::vector<float> values = random.Floats(size);
            const size_t bytes = size * FormatBytes(format);
            void* grad = grad_page.Place(bytes, at_end);
            const GradientBuffer source(values, format);
            std::memcpy(grad, source.view().data(), bytes);
            const std::span<float> param = param_page.Floats(size, at_end);
            std::copy(start.begin(), start.end(), param.begin());
            std::vector<std::span<float>> states;
            for (size_t k = 0; k < StateNames(c.options).size(); ++k) {
              const bool needed = NeedsState(c.options, k);
              states.push_back(needed ? state_pages[k].Floats(size, at_end) : std::span<float>());
              std::fill(states[k].begin(), states[k].end(), 0.0f);
            }
            Step(c.options, 1, param, Gradient(grad, size, format, false), states);

            const Tensor expected(c.options, start);
            reference::Step(c.options, 1, expected.param(), source.view(), expected.states());
            different += SameBits(param, expected.param()) ? 0 : 1;
          }
        }
      }
    }
    INFO(target);
    CHECK(different == 0);
  }
  SetTarget(active);
}

}  // namespace
}  // namespace simdoptim::test

#endif
