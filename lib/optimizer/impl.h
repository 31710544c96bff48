// SPDX-License-Identifier: Apache-2.0
// What an optimizer keeps. Its functions are defined in the file of what they do.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_IMPL_H_
#define SIMDOPTIM_LIB_OPTIMIZER_IMPL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/optimizer/executor.h"
#include "lib/optimizer/overlap.h"
#include "lib/optimizer/plan.h"
#include "lib/optimizer/state_memory.h"
#include "lib/options/number_text.h"
#include "lib/rules/rule.h"
#include "simdoptim/error.h"
#include "simdoptim/optimizer.h"

namespace simdoptim {

inline bool IsNone(const Gradient& gradient) {
  return gradient.data() == nullptr && gradient.size() == 0;
}

struct ParameterRecord {
  std::string name;
  std::span<float> value;
  Gradient gradient;
  float* state[kMaxStates] = {};
  // Steps taken are the optimizer's clock minus this: a step changes only those that it skips.
  int64_t steps_behind = 0;
  uint32_t group = 0;
  bool owns_state = true;  // not bound to the caller's memory

  bool HasGradient() const { return !IsNone(gradient); }
  [[noreturn]] void Fail(const std::string& problem) const {
    throw Error("parameter \"" + name + "\": " + problem);
  }
};

struct GroupRecord {
  // Stays in place while groups are added: kernels keep its address.
  std::unique_ptr<Options> options;
  size_t first = 0;  // parameters [first, end)
  size_t end = 0;
  bool has_state[kMaxStates] = {};
};

// options: must stay in place.
GroupKernel MakeKernel(const Options& options);

// Throws Error if the gradient overlaps memory: that of owners, the first of which has index first.
void CheckApart(const ParameterRecord& parameter, const Gradient& gradient,
                const WrittenMemory& memory, std::span<const ParameterRecord> owners, size_t first);

// Room for more elements, growing as push_back would.
template <class T>
void ReserveMore(std::vector<T>& vector, size_t more) {
  const size_t size = vector.size() + more;
  if (size > vector.capacity()) vector.reserve(std::max(size, 2 * vector.capacity()));
}

inline namespace v1 {

// A change is checked and prepared first, with all that can throw, and committed then.
class Optimizer::Impl {
 public:
  size_t AddGroup(Group group);

  size_t Groups() const { return groups_.size(); }
  size_t Parameters() const { return parameters_.size(); }
  const GroupRecord& GroupAt(size_t index) const {
    if (index < groups_.size()) return groups_[index];
    throw Error("group " + NumberText(index) + ": there are " + NumberText(groups_.size()));
  }
  ParameterRecord& ParameterAt(size_t index) {
    if (index < parameters_.size()) return parameters_[index];
    throw Error("parameter " + NumberText(index) + ": there are " + NumberText(parameters_.size()));
  }
  size_t FindParameter(std::string_view name) const;

  void SetGradient(size_t index, const Gradient& gradient);
  void ZeroGradients(ZeroGradient mode);

  void Step();
  void StepParameter(size_t index);
  void SetThreads(int threads);
  void SetRunner(Runner* runner);
  void SetObserver(std::function<void(const StepReport&)> observer);

  void SetOptions(size_t group, const Options& options);
  void SetOptionOfAll(std::string_view name, double value);

  int64_t StepCount(size_t index) { return clock_ - ParameterAt(index).steps_behind; }
  void SetStepCount(size_t index, int64_t steps);
  std::vector<std::string> StateNames(size_t index);
  std::span<float> State(size_t index, std::string_view name);
  size_t StateBytes() const;

 private:
  class NewGroup;

  void CheckGradient(const ParameterRecord& parameter, const Gradient& gradient) const;

  struct NewOptions;
  void CheckNewOptions(size_t index, const Options& options) const;
  NewOptions PrepareOptions(size_t index, const Options& options) const;
  void CommitOptions(size_t index, NewOptions prepared) noexcept;

  struct Launch;
  void AddToPlan(const ParameterRecord& parameter, int64_t steps_behind);
  void MakePlan();
  Launch Prepare();
  void Execute(const Launch& launch);

  std::vector<GroupRecord> groups_;
  std::vector<GroupKernel> kernels_;  // of groups_
  std::vector<ParameterRecord> parameters_;
  std::unordered_map<std::string, size_t> names_;
  WrittenMemory written_;
  std::vector<StateMemory> memory_;
  int64_t clock_ = 0;  // calls of Step

  Plan plan_;
  bool plan_is_current_ = false;  // of all parameters with a gradient, as they are now
  size_t without_gradient_ = 0;
  Executor executor_;
  Runner* runner_ = nullptr;
  int threads_ = 0;
  std::function<void(const StepReport&)> observer_;
  std::vector<uint64_t> times_;  // of shares; empty without an observer
};

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_IMPL_H_
