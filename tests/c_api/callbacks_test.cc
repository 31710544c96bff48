// SPDX-License-Identifier: Apache-2.0
// The C interface: the caller's threads and observers, and what happens when they fail.

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/c_api/handles.h"

namespace simdoptim::test {
namespace {

constexpr size_t kSize = 200000;  // large enough to be worth several threads

struct Pool {
  int32_t threads = 4;
  int32_t result = 0;
  int32_t leave_out = 0;  // tasks that are not run
  bool throws = false;
  int32_t runs = 0;
  int32_t tasks = 0;

  static int32_t Threads(void* opaque) { return static_cast<Pool*>(opaque)->threads; }
  static int32_t Run(void* opaque, int32_t tasks, simdoptim_task task, void* context) {
    Pool& pool = *static_cast<Pool*>(opaque);
    ++pool.runs;
    pool.tasks = tasks;
    std::vector<std::thread> workers;
    for (int32_t i = pool.leave_out; i < tasks; ++i) workers.emplace_back(task, context, i);
    for (std::thread& worker : workers) worker.join();
    if (pool.throws) throw std::runtime_error("from a callback");
    return pool.result;
  }
  simdoptim_runner Runner() { return {&Threads, &Run, this}; }
};

struct Training {
  std::vector<float> value = std::vector<float>(kSize, 1.0f);
  std::vector<float> grad = std::vector<float>(kSize, 0.5f);
  OptimizerHandle optimizer = MakeOptimizer();

  Training() {
    const OptionsHandle options = MakeOptions("Adam");
    const simdoptim_parameter parameter = {
        "w", value.data(), kSize, {grad.data(), kSize, SIMDOPTIM_F32, 0}, nullptr, 0};
    REQUIRE(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1,
                                                  nullptr)) == "ok");
  }
  std::string Step() { return Outcome(simdoptim_optimizer_step(optimizer.get())); }
};

TEST_CASE("steps run on the caller's threads", "[c_api]") {
  Training serial, threaded;
  Pool pool;
  const simdoptim_runner runner = pool.Runner();
  CHECK(Outcome(simdoptim_optimizer_set_threads(serial.optimizer.get(), 1)) == "ok");
  CHECK(Outcome(simdoptim_optimizer_set_runner(threaded.optimizer.get(), &runner)) == "ok");
  CHECK(serial.Step() == "ok");
  CHECK(threaded.Step() == "ok");
  CHECK(threaded.value == serial.value);
  CHECK(pool.runs == 1);
  CHECK(pool.tasks == 4);
  CHECK(Outcome(simdoptim_optimizer_set_threads(threaded.optimizer.get(), 2)) == "ok");
  CHECK(threaded.Step() == "ok");
  CHECK(pool.tasks == 2);
  pool.threads = -5;
  CHECK(threaded.Step() == "ok");
  CHECK(pool.runs == 2);
  CHECK(Outcome(simdoptim_optimizer_set_runner(threaded.optimizer.get(), nullptr)) == "ok");
  pool.threads = 4;
  CHECK(threaded.Step() == "ok");
  CHECK(pool.runs == 2);
}

TEST_CASE("a runner that fails is reported, and the step is whole", "[c_api]") {
  Training expected;
  Training training;
  Pool pool;
  const simdoptim_runner runner = pool.Runner();
  CHECK(Outcome(simdoptim_optimizer_set_runner(training.optimizer.get(), &runner)) == "ok");
  pool.result = 5;
  pool.leave_out = 2;
  CHECK(training.Step() == "callback failed: the runner's run returned 5; the step is complete");
  pool.throws = true;
  CHECK(training.Step() ==
        "callback failed: the runner's run threw an exception; the step is complete");
  CHECK(Outcome(simdoptim_optimizer_step_parameter(training.optimizer.get(), 0)) ==
        "callback failed: the runner's run threw an exception; the step is complete");
  for (int step = 0; step < 3; ++step) CHECK(expected.Step() == "ok");
  CHECK(training.value == expected.value);
  const simdoptim_optimizer* view = training.optimizer.get();
  CHECK(Get<int64_t>(simdoptim_optimizer_get_step_count, view, size_t{0}) == 3);

  simdoptim_runner bad = runner;
  bad.threads = nullptr;
  CHECK(Outcome(simdoptim_optimizer_set_runner(training.optimizer.get(), &bad)) ==
        Invalid("simdoptim_optimizer_set_runner: runner->threads is null"));
  bad = runner;
  bad.run = nullptr;
  CHECK(Outcome(simdoptim_optimizer_set_runner(training.optimizer.get(), &bad)) ==
        Invalid("simdoptim_optimizer_set_runner: runner->run is null"));
  CHECK(Outcome(simdoptim_optimizer_set_runner(nullptr, &runner)) ==
        Invalid("simdoptim_optimizer_set_runner: optimizer is null"));
}

void Keep(void* opaque, const simdoptim_report* report) {
  *static_cast<simdoptim_report*>(opaque) = *report;
}
void Throw(void*, const simdoptim_report*) { throw 1; }

TEST_CASE("an observer gets a report of every step", "[c_api]") {
  Training training;
  simdoptim_report report = {};
  CHECK(Outcome(simdoptim_optimizer_set_observer(training.optimizer.get(), &Keep, &report)) ==
        "ok");
  CHECK(Outcome(simdoptim_optimizer_set_threads(training.optimizer.get(), 1)) == "ok");
  CHECK(training.Step() == "ok");
  CHECK(report.elements == kSize);
  CHECK(report.bytes == kSize * 28);
  CHECK(report.nanoseconds > 0);
  CHECK(report.target == std::string(Get<const char*>(simdoptim_target_active)));
  CHECK(report.threads == 1);
  CHECK(report.imbalance == 0);
  report = {};
  CHECK(Outcome(simdoptim_optimizer_set_observer(training.optimizer.get(), nullptr, &report)) ==
        "ok");
  CHECK(training.Step() == "ok");
  CHECK(report.elements == 0);
  CHECK(Outcome(simdoptim_optimizer_set_observer(training.optimizer.get(), &Throw, nullptr)) ==
        "ok");
  CHECK(training.Step() ==
        "callback failed: the observer threw an exception; the step is complete");
  const simdoptim_optimizer* view = training.optimizer.get();
  CHECK(Get<int64_t>(simdoptim_optimizer_get_step_count, view, size_t{0}) == 3);
  CHECK(Outcome(simdoptim_optimizer_set_observer(nullptr, nullptr, nullptr)) ==
        Invalid("simdoptim_optimizer_set_observer: optimizer is null"));
}

}  // namespace
}  // namespace simdoptim::test
