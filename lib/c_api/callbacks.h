// SPDX-License-Identifier: Apache-2.0
// The caller's C functions as a Runner and as an observer.
#ifndef SIMDOPTIM_LIB_C_API_CALLBACKS_H_
#define SIMDOPTIM_LIB_C_API_CALLBACKS_H_

#include <algorithm>
#include <string>

#include "lib/c_api/call.h"
#include "simdoptim/optimizer.h"
#include "simdoptim/runner.h"
#include "simdoptim/simdoptim_c.h"

namespace simdoptim {

// A caller in C++ may throw from a callback against the rules; that must not tear a step apart.
class CallbackRunner : public Runner {
 public:
  void Set(const simdoptim_runner& runner) { runner_ = runner; }

  int Threads() const override {
    try {
      return std::max(1, runner_.threads(runner_.opaque));
    } catch (...) {
      return 1;
    }
  }

  void Run(int tasks, const Task& task) override {
    int32_t failure = 0;
    try {
      failure = runner_.run(runner_.opaque, tasks, &CallTask, const_cast<Task*>(&task));
    } catch (...) {
      throw CallbackError("the runner's run threw an exception; the step is complete");
    }
    if (failure == 0) return;
    throw CallbackError("the runner's run returned " + NumberText(failure) +
                        "; the step is complete");
  }

 private:
  static void CallTask(void* context, int32_t index) {
    (*static_cast<const Task*>(context))(index);
  }

  simdoptim_runner runner_ = {};
};

struct CallbackObserver {
  simdoptim_observer observer;
  void* opaque;

  void operator()(const StepReport& from) const {
    simdoptim_report report = {};
    report.elements = from.elements;
    report.bytes = from.bytes;
    report.nanoseconds = from.nanoseconds;
    report.target = from.target.data();  // a literal, so it ends in 0
    report.imbalance = from.imbalance;
    report.threads = from.threads;
    try {
      observer(opaque, &report);
    } catch (...) {
      throw CallbackError("the observer threw an exception; the step is complete");
    }
  }
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_C_API_CALLBACKS_H_
