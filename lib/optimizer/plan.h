// SPDX-License-Identifier: Apache-2.0
// What a step does, flat: runs of contiguous elements of all parameters of all groups, cut into
// one share of equal cost for each thread. Knows sizes and memory, not rules.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_PLAN_H_
#define SIMDOPTIM_LIB_OPTIMIZER_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/kernels/kernels.h"

namespace simdoptim {

// What the runs of one kernel call have in common.
struct RunKind {
  int64_t steps_behind;  // of the optimizer's clock
  uint32_t group;
  uint16_t element_bytes;  // read and written an element
  uint16_t grad_format;    // a Format

  bool operator==(const RunKind&) const = default;
};

// Consecutive runs of one kind, from where the batch before ends.
struct Batch {
  RunKind kind;
  size_t end;  // the run behind its last
};

class Plan {
 public:
  // Below this much to move, one thread does it. Two threads of an Ice Lake break even at 320 KiB,
  // for AdamW, SGD and SGD with momentum alike, if the team is awake; twice that, because a team
  // that sleeps takes longer.
  static constexpr uint64_t kMinParallelBytes = 640 * 1024;

  // Starting a run costs about as much as moving this many bytes: the value at which tensors of 16,
  // 64 and 256 elements beside one of 4 million took two threads equally long.
  static constexpr uint64_t kRunBytes = 320;

  // So that later calls within these bounds allocate nothing.
  void Reserve(size_t runs, int max_shares);

  void Clear();
  // Merges with the last run where it can.
  void Add(const Run& run, const RunKind& kind);

  // Cuts the runs into at most `threads` shares, fewer where threads would not pay. Share k is what
  // lies between borders k and k + 1. Does nothing if it was last asked for the same.
  void Partition(int threads);

  int shares() const { return static_cast<int>(borders_.size()) - 1; }
  const std::vector<Run>& runs() const { return runs_; }
  const std::vector<Batch>& batches() const { return batches_; }
  // The index of the batch that a run is in.
  size_t BatchOf(size_t run) const;
  const Border& border(int share) const { return borders_[static_cast<size_t>(share)]; }
  uint64_t elements() const { return elements_; }
  uint64_t bytes() const { return bytes_; }

  // What a share costs, in bytes moved: the unit of the cuts.
  uint64_t ShareCost(int share) const;

 private:
  std::vector<Run> runs_;
  std::vector<Batch> batches_;
  std::vector<Border> borders_;
  int partitioned_for_ = 0;
  uint64_t elements_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_PLAN_H_
