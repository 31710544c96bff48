// SPDX-License-Identifier: Apache-2.0
// Threads: any runner, any split, any order gives the serial step's bits.

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "simdoptim/simdoptim.h"
#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/errors.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

// A model large enough to be split: tensors of many sizes, in two groups.
struct Model {
  std::vector<std::vector<float>> values;
  std::vector<std::vector<float>> grads;
  Optimizer optimizer;

  explicit Model(const Options& options) {
    Random random(11);
    for (size_t size : {1u, 70000u, 16u, 333u, 4097u, 0u, 150000u, 17u}) {
      values.push_back(random.Floats(size));
      grads.push_back(random.Floats(size));
    }
    Options second = options;
    SetOption(second, "lr", 0.02);
    for (size_t first : {size_t{0}, values.size() / 2}) {
      Group group = {first == 0 ? options : second, {}};
      for (size_t i = first; i < first + values.size() / 2; ++i) {
        group.parameters.push_back({"", values[i], grads[i]});
      }
      optimizer.AddGroup(std::move(group));
    }
  }

  std::vector<std::vector<float>> ValuesAfterSteps(int steps) {
    for (int i = 0; i < steps; ++i) optimizer.Step();
    return values;
  }
};

std::vector<std::vector<float>> SerialValues(const Options& options) {
  Model model(options);
  model.optimizer.SetThreads(1);
  return model.ValuesAfterSteps(3);
}

class StdThreads : public Runner {
 public:
  explicit StdThreads(int threads) : threads_(threads) {}
  int Threads() const override { return threads_; }
  void Run(int tasks, const Task& task) override {
    std::vector<std::thread> team;
    for (int i = 0; i < tasks; ++i) team.emplace_back([&task, i] { task(i); });
    for (std::thread& thread : team) thread.join();
    most_tasks = std::max(most_tasks, tasks);
  }
  int most_tasks = 0;

 private:
  int threads_;
};

// Runs tasks here, in an order and completeness of the test's choice.
class Scripted : public Runner {
 public:
  Scripted(int threads, void (*script)(int tasks, const Task& task))
      : threads_(threads), script_(script) {}
  int Threads() const override { return threads_; }
  void Run(int tasks, const Task& task) override { script_(tasks, task); }

 private:
  int threads_;
  void (*script_)(int, const Task&);
};

TEST_CASE("any number of threads gives the serial bits", "[threads]") {
  for (const Case& c : EssentialCases()) {
    const auto expected = SerialValues(c.options);
    INFO(c.name);
    for (int threads : {2, 3, 7, 256}) {
      Model model(c.options);
      StdThreads runner(threads);
      model.optimizer.SetRunner(&runner);
      CHECK(model.ValuesAfterSteps(3) == expected);
      CHECK(runner.most_tasks > 1);
    }
    Model with_default(c.options);
    CHECK(with_default.ValuesAfterSteps(3) == expected);
  }
}

// So many tensors that each share has thousands, whole and cut: in two groups, with gradients of
// all formats by turns, and some that join at the second step.
std::vector<std::vector<float>> ManySmallTensors(Runner* runner, bool one_by_one) {
  constexpr size_t kTensors = 20'000;
  Random random(12);
  std::vector<std::vector<float>> values;
  std::vector<GradientBuffer> grads;
  Optimizer optimizer;
  for (const double lr : {0.01, 0.02}) {
    Group group = {AdamWOptions{.lr = lr}, {}};
    for (size_t i = 0; i < kTensors / 2; ++i) {
      const size_t size = 1 + random.Below(40);
      values.push_back(random.Floats(size));
      grads.emplace_back(random.Floats(size), kFormats[i / 500 % 3]);
      group.parameters.push_back(
          {"", values.back(), i % 7 == 3 ? Gradient() : grads.back().view()});
    }
    optimizer.AddGroup(std::move(group));
  }
  if (runner == nullptr) optimizer.SetThreads(1);
  optimizer.SetRunner(runner);
  for (int t = 1; t <= 3; ++t) {
    if (one_by_one) {
      for (size_t i = 0; i < kTensors; ++i) optimizer.StepParameter(i);
    } else {
      optimizer.Step();
    }
    for (size_t i = 0; i < kTensors; ++i) optimizer.SetGradient(i, grads[i].view());
  }
  return values;
}

TEST_CASE("many small tensors are stepped whole on any number of threads", "[threads]") {
  const auto expected = ManySmallTensors(nullptr, true);
  CHECK(ManySmallTensors(nullptr, false) == expected);
  for (int threads : {2, 3, 7}) {
    INFO(threads << " threads");
    StdThreads runner(threads);
    CHECK(ManySmallTensors(&runner, false) == expected);
    CHECK(runner.most_tasks == threads);
  }
}

TEST_CASE("a runner may run tasks in any order, twice, or not at all", "[threads]") {
  const Options options = AdamWOptions{};
  const auto expected = SerialValues(options);
  const auto check = [&](void (*script)(int, const Task&)) {
    Model model(options);
    Scripted runner(5, script);
    model.optimizer.SetRunner(&runner);
    CHECK(model.ValuesAfterSteps(3) == expected);
  };
  check([](int tasks, const Task& task) {
    for (int i = tasks - 1; i >= 0; --i) task(i);
  });
  check([](int tasks, const Task& task) {
    for (int i = 0; i < 2 * tasks; ++i) task(i % tasks);
  });
  check([](int, const Task&) {});
  check([](int, const Task& task) { task(1); });
}

TEST_CASE("a step is whole even if the runner throws", "[threads]") {
  const Options options = AdamWOptions{};
  Model model(options);
  Scripted runner(4, [](int, const Task& task) {
    task(2);
    throw std::runtime_error("pool is down");
  });
  model.optimizer.SetRunner(&runner);
  for (int t = 0; t < 3; ++t) CHECK_THROWS_WITH(model.optimizer.Step(), "pool is down");
  CHECK(model.values == SerialValues(options));
  CHECK(model.optimizer.StepCount(1) == 3);
}

TEST_CASE("a step that could not ask the runner has not happened", "[threads]") {
  class Broken : public Runner {
   public:
    int Threads() const override { throw std::runtime_error("no pool"); }
    void Run(int, const Task&) override {}
  };
  const Options options = AdamWOptions{};
  Model model(options);
  const auto before = model.values;
  Broken runner;
  model.optimizer.SetRunner(&runner);
  CHECK_THROWS_WITH(model.optimizer.Step(), "no pool");
  CHECK_THROWS_WITH(model.optimizer.StepParameter(1), "no pool");
  CHECK(model.values == before);
  CHECK(model.optimizer.StepCount(1) == 0);
  model.optimizer.SetRunner(nullptr);
  CHECK(model.ValuesAfterSteps(3) == SerialValues(options));
}

TEST_CASE("a large parameter stepped alone is split too", "[threads]") {
  Random random(12);
  std::vector<float> p = random.Floats(100000), grad = random.Floats(100000);
  std::vector<float> q = p;
  Optimizer alone(AdamOptions{}, {{"p", p, grad}});
  Optimizer serial(AdamOptions{}, {{"q", q, grad}});
  StdThreads runner(3);
  alone.SetRunner(&runner);
  serial.SetThreads(1);
  alone.StepParameter(0);
  serial.Step();
  CHECK(runner.most_tasks == 3);
  CHECK(SameBits(p, q));
}

TEST_CASE("two optimizers step from two threads at once", "[threads]") {
  const Options options = AdamWOptions{};
  const auto expected = SerialValues(options);
  Model one(options), other(options);
  std::thread thread([&] { one.ValuesAfterSteps(3); });
  other.ValuesAfterSteps(3);
  thread.join();
  CHECK(one.values == expected);
  CHECK(other.values == expected);
}

#if defined(_OPENMP)
TEST_CASE("a step inside a parallel region stays on its thread", "[threads]") {
  const Options options = AdamWOptions{};
  const auto expected = SerialValues(options);
  std::vector<std::unique_ptr<Model>> models;
  for (int i = 0; i < 2; ++i) models.push_back(std::make_unique<Model>(options));
  std::atomic<int> threads = 0;
  for (auto& model : models) {
    model->optimizer.SetObserver([&](const StepReport& report) { threads += report.threads; });
  }
#pragma omp parallel for num_threads(2)
  for (size_t i = 0; i < models.size(); ++i) models[i]->ValuesAfterSteps(3);
  CHECK(models[0]->values == expected);
  CHECK(models[1]->values == expected);
  CHECK(threads == 6);
}
#endif

#if defined(__unix__)
TEST_CASE("a process forked after a parallel step can step", "[threads][fork]") {
  const Options options = AdamWOptions{};
  Model model(options);
  model.ValuesAfterSteps(2);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    model.optimizer.Step();
    _exit(model.values == SerialValues(options) ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(model.ValuesAfterSteps(1) == SerialValues(options));
}
#endif

TEST_CASE("a step reports what it did", "[threads][report]") {
  Model model(AdamWOptions{});
  std::vector<StepReport> reports;
  model.optimizer.SetObserver([&](const StepReport& report) { reports.push_back(report); });
  StdThreads runner(3);
  model.optimizer.SetRunner(&runner);
  model.optimizer.Step();
  model.optimizer.StepParameter(0);
  REQUIRE(reports.size() == 2);
  const uint64_t elements = 1 + 70000 + 16 + 333 + 4097 + 150000 + 17;
  CHECK(reports[0].elements == elements);
  CHECK(reports[0].bytes == 28 * elements);
  CHECK(reports[0].nanoseconds > 0);
  CHECK(reports[0].target == ActiveTarget());
  CHECK(reports[0].threads == 3);
  CHECK(reports[0].imbalance >= 0);
  CHECK(reports[1].elements == 1);
  CHECK(reports[1].threads == 1);
  CHECK(reports[1].imbalance == 0);
  model.optimizer.SetObserver({});
  model.optimizer.Step();
  CHECK(reports.size() == 2);
}

}  // namespace
}  // namespace simdoptim::test
