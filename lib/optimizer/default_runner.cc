// SPDX-License-Identifier: Apache-2.0
// The default runner: OpenMP's team, or the calling thread.

#include "simdoptim/runner.h"

#if defined(_OPENMP)
#include <omp.h>

#include <atomic>
#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif
#endif

namespace simdoptim {
namespace {

#if defined(_OPENMP)

int ProcessId() {
#if defined(__unix__) || defined(__APPLE__)
  return static_cast<int>(getpid());
#else
  return 1;
#endif
}

class OpenMpRunner : public Runner {
 public:
  int Threads() const override {
    if (omp_in_parallel()) return 1;
    // A fork copies the team's records without its threads; waking them would wait for ever.
    const int owner = team_process_.load(std::memory_order_relaxed);
    if (owner != 0 && owner != ProcessId()) return 1;
    return omp_get_max_threads();
  }

  void Run(int tasks, const Task& task) override {
    team_process_.store(ProcessId(), std::memory_order_relaxed);
#pragma omp parallel num_threads(tasks)
    for (int i = omp_get_thread_num(); i < tasks; i += omp_get_num_threads()) task(i);
  }

 private:
  std::atomic<int> team_process_ = 0;
};

using PlatformRunner = OpenMpRunner;

#else

class SerialRunner : public Runner {
 public:
  int Threads() const override { return 1; }
  void Run(int tasks, const Task& task) override {
    for (int i = 0; i < tasks; ++i) task(i);
  }
};

using PlatformRunner = SerialRunner;

#endif

}  // namespace

inline namespace v1 {

Runner& DefaultRunner() noexcept {
  static PlatformRunner runner;
  return runner;
}

}  // namespace v1
}  // namespace simdoptim
