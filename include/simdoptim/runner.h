// SPDX-License-Identifier: Apache-2.0
// Threads: the interface through which a step uses the caller's own thread pool.
#ifndef SIMDOPTIM_RUNNER_H_
#define SIMDOPTIM_RUNNER_H_

namespace simdoptim {
inline namespace v1 {

// A reference to the work of a step; valid only during Runner::Run. Never throws.
class Task {
 public:
  Task(void (*function)(void*, int), void* context) noexcept
      : function_(function), context_(context) {}
  void operator()(int index) const noexcept { function_(context_, index); }

 private:
  void (*function_)(void*, int);
  void* context_;
};

// Runs the tasks of a step on threads that the caller owns. The bits of a step do not depend on
// the number, the order or the threads of its tasks; for speed, run the same index on the same
// thread each step, so that memory stays near it.
class Runner {
 public:
  virtual ~Runner() = default;

  // How many threads the runner has for a step, at least 1.
  virtual int Threads() const = 0;

  // Calls task(i) once for every i in [0, tasks), on any threads, in any order, and returns when
  // all calls have returned. tasks <= Threads(). If it throws, or leaves tasks out, the calling
  // thread runs what is left, so that the step is whole, and the exception is passed on.
  virtual void Run(int tasks, const Task& task) = 0;
};

// The default: OpenMP if the library was built with it, else the calling thread alone. Inside an
// active parallel region, and in a process that forked after a parallel step, it runs everything
// on the calling thread.
Runner& DefaultRunner() noexcept;

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_RUNNER_H_
