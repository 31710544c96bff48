// SPDX-License-Identifier: Apache-2.0
// The memory of an optimizer, state and bookkeeping, is what simdoptim/optimizer.h says. In a
// program of its own, since it replaces operator new.

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"

#if defined(__linux__)

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

// On the heap by operator new, with what malloc rounds up.
long heap_bytes = 0;
long most_heap_bytes = 0;

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  heap_bytes += static_cast<long>(malloc_usable_size(memory));
  most_heap_bytes = std::max(most_heap_bytes, heap_bytes);
  return memory;
}

void Free(void* memory) {
  heap_bytes -= static_cast<long>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(size_t bytes) { return Counted(std::malloc(bytes)); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  const size_t unit = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }

namespace simdoptim::test {
namespace {

// What optimizer.h says of bookkeeping.
constexpr long kBytesOfOptimizer = 16 << 10;
constexpr long kBytesOfParameter = 300;
constexpr long kBytesOfParameterWhileAdded = 600;

// Tensors of one size that do not touch, so that each is stepped by itself.
struct Tensors {
  Tensors(size_t tensors, size_t elements)
      : count(tensors),
        size(elements),
        values(tensors * (elements + kGap), 1.0f),
        grads(values.size(), 0.5f) {}

  std::vector<Parameter> List(const std::string& name_start) {
    std::vector<Parameter> list;
    list.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      const size_t at = i * (size + kGap);
      list.push_back({.name = name_start + std::to_string(i),
                      .value = {&values[at], size},
                      .gradient = {&grads[at], size}});
    }
    return list;
  }

  static constexpr size_t kGap = 16;
  size_t count, size;
  std::vector<float> values, grads;
};

TEST_CASE("an optimizer keeps the documented bytes for each parameter", "[memory]") {
  constexpr long kTensors = 10'000;
  Tensors tensors(kTensors, 1);
  for (const std::string& name_start : {std::string("w"), std::string(100, 'w')}) {
    INFO("names start with " << name_start);
    const long names = 2 * static_cast<long>(name_start.size() + 4);
    const long before = heap_bytes;
    std::vector<Parameter> list = tensors.List(name_start);
    const long with_list = heap_bytes;
    most_heap_bytes = heap_bytes;
    // Without state: what it has on the heap is bookkeeping.
    const Optimizer optimizer(SgdOptions{}, std::move(list));
    REQUIRE(optimizer.StateBytes() == 0);
    const long kept = heap_bytes - before;
    const long most = most_heap_bytes - with_list;
    INFO(kept / kTensors << " bytes a parameter kept, " << most / kTensors << " at most");
    CHECK(kept <= kBytesOfOptimizer + kTensors * (kBytesOfParameter + names));
    CHECK(most <= kBytesOfOptimizer + kTensors * (kBytesOfParameterWhileAdded + names));
    CHECK(kept >= kTensors * static_cast<long>(sizeof(Parameter)));  // the counter counts
  }
}

TEST_CASE("StateBytes is 4 bytes an element of each state, on cache lines of their own",
          "[memory]") {
  for (const Case& c : EssentialCases()) {
    INFO(c.name);
    std::vector<float> values(2000);
    Optimizer optimizer(c.options, {{"a", {&values[0], 1}},
                                    {"b", {&values[100], 16}},
                                    {"c", {&values[200], 17}},
                                    {"d", {&values[300], 1000}}});
    size_t states = 0;
    for (size_t k = 0; k < StateNames(c.options).size(); ++k) states += NeedsState(c.options, k);
    CHECK(optimizer.StateBytes() == states * 4 * (16 + 16 + 32 + 1008));
  }
}

// The most that this process ever had in memory; 0 if the system does not say.
long PeakBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return 1024 * std::atol(line.c_str() + 6);
  }
  return 0;
}

struct Growth {
  long peak;
  long state;  // StateBytes()
};

// By building an optimizer and stepping it. Runs in a child, from which nothing may be thrown.
Growth GrowthOf(const Options& options, size_t tensors, size_t elements) noexcept {
  Tensors memory(tensors, elements);
  std::vector<Parameter> list = memory.List("w");
  const auto step = [](Optimizer& optimizer) {
    optimizer.SetThreads(2);
    for (int i = 0; i < 3; ++i) optimizer.Step();
  };
  // Starts the threads, with little memory.
  std::vector<float> values(200'000), grads(200'000);
  Optimizer starter(SgdOptions{}, {{"w", values, grads}});
  step(starter);
  const long before = PeakBytes();
  Optimizer optimizer(options, std::move(list));
  step(optimizer);
  return {PeakBytes() - before, static_cast<long>(optimizer.StateBytes())};
}

// In a child process, so that the peak is no other test's.
Growth GrowthInChild(const Options& options, size_t tensors, size_t elements) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Growth growth = GrowthOf(options, tensors, elements);
    _exit(write(ends[1], &growth, sizeof(growth)) == sizeof(growth) ? 0 : 1);
  }
  close(ends[1]);
  Growth growth = {};
  const bool is_whole = read(ends[0], &growth, sizeof(growth)) == sizeof(growth);
  close(ends[0]);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  REQUIRE(is_whole);
  return growth;
}

TEST_CASE("building and stepping takes the states' documented bytes, and no more", "[memory]") {
  if (PeakBytes() == 0) {
    WARN("skipped: this system does not say VmHWM in /proc/self/status");
    return;
  }
  // Stacks and code that runs for the first time; and what the kernel has not yet added up of each
  // processor's pages, before and after, for two threads.
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  const long other = (512 << 10) + 4 * std::max(32L, 2 * processors) * 4096;
  const std::vector<std::pair<Options, long>> bytes_of_state = {
      {SgdOptions{}, 0},
      {SgdOptions{.momentum = 0.9}, 4},
      {AdamWOptions{}, 8},
      {AdamWOptions{.amsgrad = true}, 12},
  };
  const std::vector<std::pair<long, long>> lists = {{1, 32 << 20}, {10'000, 256}};
  for (const auto& [options, bytes] : bytes_of_state) {
    for (const auto& [tensors, elements] : lists) {
      const long state = tensors * elements * bytes;
      const Growth growth =
          GrowthInChild(options, static_cast<size_t>(tensors), static_cast<size_t>(elements));
      INFO(RuleName(options) << ", " << bytes << " bytes of state, " << tensors << " x " << elements
                             << ": " << growth.peak << " bytes");
      CHECK(growth.state == state);
      CHECK(growth.peak <= state + state / 100 + kBytesOfOptimizer +
                               tensors * kBytesOfParameterWhileAdded + other);
      CHECK(growth.peak + other >= state);  // the system counts
    }
  }
}

}  // namespace
}  // namespace simdoptim::test

#else

TEST_CASE("the memory of an optimizer", "[memory]") { WARN("skipped: only Linux's is known"); }

#endif
