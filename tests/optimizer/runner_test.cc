// SPDX-License-Identifier: Apache-2.0
// The default runner with teams smaller than asked for, the times of shares, and what the cuts
// between them promise.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/optimizer/plan.h"
#include "simdoptim/simdoptim.h"
#include "tests/support/catch.h"

namespace simdoptim::test {
namespace {

std::vector<int> CallsOfDefaultRunner(int tasks) {
  std::vector<std::atomic<int>> calls(static_cast<size_t>(tasks));
  const auto count = [](void* context, int i) {
    ++(*static_cast<std::vector<std::atomic<int>>*>(context))[static_cast<size_t>(i)];
  };
  DefaultRunner().Run(tasks, Task(count, &calls));
  return {calls.begin(), calls.end()};
}

TEST_CASE("the default runner runs every task once, whatever team it gets", "[threads]") {
  CHECK(DefaultRunner().Threads() >= 1);
  for (int tasks : {1, 2, 7})
    CHECK(CallsOfDefaultRunner(tasks) == std::vector<int>(static_cast<size_t>(tasks), 1));
#if defined(_OPENMP)
  // In a parallel region, OpenMP by default gives a team of one.
  std::vector<int> calls;
#pragma omp parallel num_threads(2)
#pragma omp single
  calls = CallsOfDefaultRunner(5);
  CHECK(calls == std::vector<int>(5, 1));
#endif
}

class InTurn : public Runner {
 public:
  int Threads() const override { return 2; }
  void Run(int tasks, const Task& task) override {
    for (int i = 0; i < tasks; ++i) task(i);
  }
};

// Two measured times are hardly ever equal to the nanosecond.
TEST_CASE("a report's imbalance is measured", "[threads][report]") {
  std::vector<float> p(100000), grad(100000);
  Optimizer optimizer(AdamOptions{}, {{"p", p, grad}});
  InTurn runner;
  optimizer.SetRunner(&runner);
  double largest = 0;
  optimizer.SetObserver([&](const StepReport& report) {
    CHECK(report.threads == 2);
    CHECK(report.imbalance >= 0);
    CHECK(report.imbalance <= 1);
    largest = std::max(largest, report.imbalance);
  });
  for (int step = 0; step < 20; ++step) optimizer.Step();
  CHECK(largest > 0);
}

// So that two threads do not write to one cache line of a state that the library allocated.
TEST_CASE("cuts fall on multiples of a cache line, within their runs", "[plan]") {
  for (size_t size : {size_t{100003}, size_t{16 * 50000 + 1}, size_t{40007}}) {
    for (uint16_t bytes : {uint16_t{12}, uint16_t{26}, uint16_t{28}, uint16_t{36}}) {
      Plan plan;
      plan.Reserve(3, 256);
      for (uintptr_t i = 0; i < 3; ++i) {
        Run run = {};
        // Far apart, so that nothing merges; the memory is never touched.
        run.streams.param = reinterpret_cast<float*>((i + 1) << 30);
        run.streams.grad = run.streams.param;
        run.size = size;
        run.element_bytes = bytes;
        plan.Add(run);
      }
      int badly_cut = 0;
      for (int threads = 1; threads <= 64; ++threads) {
        plan.Partition(threads);
        for (int share = 1; share < plan.shares(); ++share) {
          const Border border = plan.border(share);
          const bool in_run = border.run < 3 && border.offset <= size;
          const bool on_line = border.offset % 16 == 0 || border.offset == size;
          badly_cut += in_run && on_line ? 0 : 1;
        }
      }
      INFO(size << " elements of " << bytes << " bytes");
      CHECK(badly_cut == 0);
    }
  }
}

// A cut that would fall behind the last whole line of a run falls on the run's end.
TEST_CASE("cuts near the end of a run stay in it", "[plan]") {
  int beyond = 0;
  for (size_t extra = 0; extra < 40; ++extra) {
    Plan plan;
    plan.Reserve(2, 256);
    // Of two shares, the cut is half way, which is near the end of the first run.
    for (uintptr_t i = 0; i < 2; ++i) {
      Run run = {};
      run.streams.param = reinterpret_cast<float*>((i + 1) << 30);
      run.streams.grad = run.streams.param;
      run.size = 50000 + (i == 0 ? 9 : extra);
      run.element_bytes = 28;
      plan.Add(run);
    }
    plan.Partition(2);
    REQUIRE(plan.shares() == 2);
    const Border border = plan.border(1);
    if (border.run < 2 && border.offset > plan.runs()[border.run].size) ++beyond;
  }
  CHECK(beyond == 0);
}

}  // namespace
}  // namespace simdoptim::test
