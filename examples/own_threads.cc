// SPDX-License-Identifier: Apache-2.0
// Steps an optimizer on a thread pool that the caller owns, and compares the bits with one
// thread's.
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "simdoptim/simdoptim.h"

namespace {

// Task 0 runs on the caller, task i on worker i: the same memory on the same thread every step.
class Pool : public simdoptim::Runner {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { Work(i); });
  }
  ~Pool() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int Threads() const override { return static_cast<int>(workers_.size()) + 1; }

  void Run(int tasks, const simdoptim::Task& task) override {
    {
      const std::lock_guard lock(mutex_);
      task_ = &task;
      tasks_ = tasks;
      unfinished_ = tasks - 1;
      ++round_;
    }
    wake_.notify_all();
    task(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return unfinished_ == 0; });
  }

 private:
  void Work(int index) {
    std::unique_lock lock(mutex_);
    for (uint64_t seen = 0;;) {
      wake_.wait(lock, [&] { return stop_ || round_ != seen; });
      if (stop_) return;
      seen = round_;
      if (index >= tasks_) continue;
      const simdoptim::Task task = *task_;
      lock.unlock();
      task(index);
      lock.lock();
      if (--unfinished_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const simdoptim::Task* task_ = nullptr;
  int tasks_ = 0;
  int unfinished_ = 0;
  uint64_t round_ = 0;
  bool stop_ = false;
  std::vector<std::thread> workers_;  // last: they use all of the above
};

struct Result {
  std::vector<float> values;
  int threads = 0;  // that the last step was split over
};

// Ten steps on (x - 1)^2 from 0 upwards; `pool` may be null.
Result Train(simdoptim::Runner* pool) {
  Result result;
  std::vector<float>& x = result.values;
  for (int i = 0; i < 1'000'003; ++i) x.push_back(static_cast<float>(i) * 1e-5f);
  std::vector<float> gradient(x.size());
  simdoptim::Optimizer optimizer(simdoptim::AdamOptions{.lr = 0.01},
                                 {{.name = "x", .value = x, .gradient = gradient}});
  if (pool != nullptr) {
    optimizer.SetRunner(pool);
  } else {
    optimizer.SetThreads(1);
  }
  optimizer.SetObserver(
      [&result](const simdoptim::StepReport& report) { result.threads = report.threads; });
  for (int step = 0; step < 10; ++step) {
    for (size_t i = 0; i < x.size(); ++i) gradient[i] = 2 * (x[i] - 1);
    optimizer.Step();
  }
  return result;
}

}  // namespace

int main() {
  Pool pool(4);
  const Result serial = Train(nullptr);
  const Result pooled = Train(&pool);
  const bool equal = std::memcmp(serial.values.data(), pooled.values.data(),
                                 serial.values.size() * sizeof(float)) == 0;
  std::printf("%zu parameters, 10 steps of Adam: %d thread, then %d threads of our own\n",
              serial.values.size(), serial.threads, pooled.threads);
  std::printf("bits %s\n", equal ? "equal" : "DIFFER");
  return equal ? 0 : 1;
}
