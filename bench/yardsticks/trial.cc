// SPDX-License-Identifier: Apache-2.0
// Verification, and the ceiling that belongs to an optimizer.

#include "bench/yardsticks/trial.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace simdoptim::yardsticks {
namespace {

// Up to here a second step is verified too: its states start from numbers, not from zeros.
constexpr uint64_t kElementsForTwoSteps = 1 << 20;

std::vector<Parameter> ParametersOf(Workload& workload) {
  std::vector<Parameter> parameters;
  parameters.reserve(workload.Tensors());
  for (size_t i = 0; i < workload.Tensors(); ++i) {
    parameters.push_back({.name = workload.shapes().tensors[i].name,
                          .value = workload.Value(i),
                          .gradient = workload.GradientOf(i)});
  }
  return parameters;
}

// The first index where the bits differ, or the size.
size_t FirstDifference(std::span<const float> a, std::span<const float> b) {
  const auto same = [](float x, float y) {
    return std::bit_cast<uint32_t>(x) == std::bit_cast<uint32_t>(y);
  };
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same).first -
                             a.begin());
}

}  // namespace

Trial::Trial(const Options& options, Shapes shapes, Format gradient_format, int threads)
    : options_(options),
      workload_(std::move(shapes), gradient_format, threads),
      optimizer_(options, ParametersOf(workload_)) {
  optimizer_.SetThreads(threads);
  const std::vector<std::string> names = StateNames(options);
  states_.resize(workload_.Tensors());
  for (size_t i = 0; i < states_.size(); ++i) {
    for (size_t k = 0; k < names.size(); ++k) {
      states_[i].push_back(NeedsState(options, k) ? optimizer_.State(i, names[k])
                                                  : std::span<float>());
    }
  }
}

void Trial::CallStep(size_t tensor) {
  simdoptim::Step(options_, ++calls_, workload_.Value(tensor), workload_.GradientOf(tensor),
                  states_[tensor]);
}

std::vector<std::span<float>> Trial::States(size_t tensor) {
  std::vector<std::span<float>> states = states_[tensor];
  std::erase_if(states, [](const std::span<float>& state) { return state.empty(); });
  return states;
}

Trial::Problem Trial::Compare(size_t tensor, int steps) {
  const std::string where = "parameter \"" + workload_.shapes().tensors[tensor].name + "\": ";
  const std::span<const float> stepped = workload_.Value(tensor);
  std::vector<float> value = workload_.FirstValue(tensor);
  size_t moved = 0;
  for (size_t i = 0; i < value.size(); ++i) moved += value[i] != stepped[i];
  if (2 * moved < value.size()) return where + "most of it has not moved";

  std::vector<std::vector<float>> memory;
  std::vector<std::span<float>> states;
  for (const std::span<float>& state : states_[tensor]) memory.emplace_back(state.size());
  for (std::vector<float>& state : memory) states.emplace_back(state);
  for (int t = 1; t <= steps; ++t) {
    reference::Step(options_, t, value, workload_.GradientOf(tensor), states);
  }

  const auto problem = [&](const std::string& what, size_t at) {
    return where + what + " is not the reference's at element " + std::to_string(at);
  };
  if (const size_t at = FirstDifference(stepped, value); at != value.size()) {
    return problem("value", at);
  }
  const std::vector<std::string> names = StateNames(options_);
  for (size_t k = 0; k < memory.size(); ++k) {
    const size_t at = FirstDifference(states_[tensor][k], memory[k]);
    if (at != memory[k].size()) return problem(names[k], at);
  }
  return {};
}

Trial::Problem Trial::Verify(std::span<const size_t> tensors) {
  uint64_t elements = 0;
  for (const size_t i : tensors) elements += workload_.Value(i).size();
  const int steps = elements <= kElementsForTwoSteps ? 2 : 1;
  for (int t = 0; t < steps; ++t) Step();
  for (const size_t i : tensors) {
    if (Problem problem = Compare(i, steps); !problem.empty()) return problem;
  }
  return {};
}

Trial::Problem Trial::Verify() {
  std::vector<size_t> all(workload_.Tensors());
  std::iota(all.begin(), all.end(), size_t{0});
  return Verify(all);
}

Trial::Problem Trial::VerifyCall() {
  CallStep(0);
  return Compare(0, 1);
}

Ceiling Trial::MakeCeiling() {
  std::vector<StreamSet> sets(workload_.Tensors());
  int written = 0;
  for (size_t i = 0; i < sets.size(); ++i) {
    const std::span<float> value = workload_.Value(i);
    sets[i].size = value.size();
    sets[i].read = workload_.GradientOf(i).data();
    written = 0;
    sets[i].written[written++] = value.data();
    for (const std::span<float>& state : States(i)) sets[i].written[written++] = state.data();
  }
  return Ceiling(std::move(sets), written, FormatBytes(workload_.gradient_format()));
}

}  // namespace simdoptim::yardsticks
