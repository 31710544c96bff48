// SPDX-License-Identifier: Apache-2.0
// The object door: parameter groups, state, gradients and steps.
#ifndef SIMDOPTIM_OPTIMIZER_H_
#define SIMDOPTIM_OPTIMIZER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simdoptim/formats.h"
#include "simdoptim/options.h"
#include "simdoptim/runner.h"

namespace simdoptim {
inline namespace v1 {

// A parameter as it is handed to an optimizer, which keeps the pointers, not the memory: values,
// gradients and bound states must outlive it or be replaced.
struct Parameter {
  std::string name = {};        // unique in the optimizer; empty: named after its index, "#7"
  std::span<float> value = {};  // any length, any alignment
  Gradient gradient = {};       // none: the parameter is skipped until SetGradient()
  // The caller's memory for the states, in the order of StateNames() (an empty span where the
  // options need none), holding zeros or what an earlier run left. Empty: the library allocates
  // and zeroes the state.
  std::vector<std::span<float>> state = {};
};

// Parameters that share a rule and its options. Each group may have a rule of its own.
struct Group {
  Options options = {};
  std::vector<Parameter> parameters = {};
};

// What one step did, for those who profile with it.
struct StepReport {
  uint64_t elements = 0;     // parameters updated
  uint64_t bytes = 0;        // read and written: values, gradients and states
  uint64_t nanoseconds = 0;  // wall time of the step
  std::string_view target;   // instruction set
  int threads = 0;           // tasks that the step was split into
  double imbalance = 0;      // slowest task's time over the mean of all, minus 1; 0 if serial
};

enum class ZeroGradient : int {
  kDrop = 0,  // forget the gradients: parameters are skipped until SetGradient()
  kFill = 1,  // fill the gradients' memory with zeros
};

// Steps parameters in place. Not safe for concurrent calls on one optimizer; separate optimizers
// are independent. Every function throws Error on bad input and then has changed nothing.
//
// State is made when a group is added (64-byte aligned, zero), or when SetOptions asks for more of
// it, so that a step allocates nothing. A parameter that never gets a gradient is best left out.
// A step touches memory only inside the given spans.
//
// Memory: state takes 4 bytes an element for each state that the options need (each rule's header
// counts them: AdamW 8 bytes, SGD with momentum 4), each Parameter's part of a state rounded up to
// 64 bytes: StateBytes(). Bookkeeping takes at most 16 KiB an optimizer and, for parameters that
// come in one group, 300 bytes a Parameter (600 while the group is added) and twice its name's
// length. There are no copies and no scratch memory.
class Optimizer {
 public:
  Optimizer();
  explicit Optimizer(std::vector<Group> groups);
  Optimizer(Options options, std::vector<Parameter> parameters);
  ~Optimizer();
  Optimizer(Optimizer&& other) noexcept;
  Optimizer& operator=(Optimizer&& other) noexcept;

  // Returns the group's index; its parameters take the next indices. Throws for options out of
  // range, names that stand twice, sizes that differ, null spans, and memory that overlaps (values
  // and bound states with anything), naming both.
  size_t AddGroup(Group group);

  size_t Groups() const noexcept;
  size_t Parameters() const noexcept;
  size_t FindParameter(std::string_view name) const;  // throws if there is none
  const std::string& ParameterName(size_t parameter) const;
  size_t ParameterGroup(size_t parameter) const;
  std::span<float> ParameterValue(size_t parameter) const;

  // The gradient of the next steps, until it is set again or dropped. Throws if its size is not
  // the parameter's, if it is null, or if it overlaps memory that a step writes. A Gradient()
  // drops.
  void SetGradient(size_t parameter, const Gradient& gradient);
  // kFill throws if a gradient was given as const.
  void ZeroGradients(ZeroGradient mode = ZeroGradient::kDrop);

  // Steps every parameter that has a gradient. Throws if there are no parameters at all.
  void Step();
  // Steps one parameter, if it has a gradient; for updates inside a backward pass.
  void StepParameter(size_t parameter);

  const Options& GetOptions(size_t group) const;
  // Any option may change between steps, the rule may not. State that the new options need and
  // the old did not starts at zero; state that they no longer need is kept.
  void SetOptions(size_t group, const Options& options);
  // One option of one group, or of all groups (which then all must have it).
  void SetOption(size_t group, std::string_view name, double value);
  void SetOption(std::string_view name, double value);

  // How many steps the parameter has taken. Setting it (>= 0) is for resuming a run.
  int64_t StepCount(size_t parameter) const;
  void SetStepCount(size_t parameter, int64_t steps);

  // The states of a parameter that exist, and one of them; throws for a name that is not there.
  std::vector<std::string> StateNames(size_t parameter) const;
  std::span<float> State(size_t parameter, std::string_view name) const;
  // Bytes of state that the library allocated for this optimizer, rounded up as said above.
  size_t StateBytes() const noexcept;

  // How many threads a step may use; 0 (the default) for all of the runner's. Throws if negative.
  void SetThreads(int threads);
  // Where steps run; nullptr for DefaultRunner(). The runner must outlive its use here.
  void SetRunner(Runner* runner);
  // Called after every Step() and StepParameter(), on the calling thread. An empty function turns
  // reports off; then no clock is read.
  void SetObserver(std::function<void(const StepReport&)> observer);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_OPTIMIZER_H_
