// SPDX-License-Identifier: Apache-2.0
// The default runner with teams smaller than asked for, and the times of shares.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

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

}  // namespace
}  // namespace simdoptim::test
