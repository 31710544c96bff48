// SPDX-License-Identifier: Apache-2.0
// A step allocates nothing. In a program of its own, since it replaces operator new.

#include <atomic>
#include <cstdlib>
#include <new>

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace {
std::atomic<long> allocations = 0;

void* Allocate(size_t bytes, size_t alignment) {
  ++allocations;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(bytes)
                                                        : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes, 1); }
void* operator new[](size_t bytes) { return Allocate(bytes, 1); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<size_t>(alignment));
}
void* operator new[](size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<size_t>(alignment));
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace simdoptim::test {
namespace {

template <class Call>
long AllocationsOf(Call call) {
  const long before = allocations;
  call();
  return allocations - before;
}

class SerialRunner : public Runner {
 public:
  int Threads() const override { return 4; }
  void Run(int tasks, const Task& task) override {
    for (int i = 0; i < tasks; ++i) task(i);
  }
};

TEST_CASE("the counter counts", "[allocation]") {
  CHECK(AllocationsOf([] { std::vector<float> v(100); }) == 1);
}

TEST_CASE("no step allocates, the first not either", "[allocation]") {
  ActiveTarget();
  Random random(13);
  std::vector<float> large = random.Floats(200000), large_grad = random.Floats(200000);
  std::vector<float> small = random.Floats(21), small_grad = random.Floats(21);
  SerialRunner runner;
  for (const Case& c : EssentialCases()) {
    INFO(c.name);
    Optimizer optimizer(c.options, {{"large", large, large_grad}, {"small", small, small_grad}});
    optimizer.SetRunner(&runner);
    CHECK(AllocationsOf([&] { optimizer.Step(); }) == 0);
    CHECK(AllocationsOf([&] { optimizer.Step(); }) == 0);
    CHECK(AllocationsOf([&] { optimizer.StepParameter(0); }) == 0);
    // Gradients that come and go.
    CHECK(AllocationsOf([&] {
            optimizer.ZeroGradients();
            optimizer.Step();
            optimizer.SetGradient(1, small_grad);
            optimizer.Step();
            optimizer.SetGradient(0, large_grad);
            optimizer.Step();
          }) == 0);
    CHECK(AllocationsOf([&] {
            optimizer.SetThreads(3);
            optimizer.Step();
          }) == 0);
    const Tensor tensor(c.options, small);
    CHECK(AllocationsOf([&] { Step(c.options, 1, tensor.param(), small_grad, tensor.states()); }) ==
          0);
  }
}

}  // namespace
}  // namespace simdoptim::test
