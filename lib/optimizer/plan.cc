// SPDX-License-Identifier: Apache-2.0
// Cutting a step into shares.

#include "lib/optimizer/plan.h"

#include <algorithm>

namespace simdoptim {
namespace {

// Cuts fall on multiples of this many elements: a cache line of float, so that two threads do not
// write to one line of a state that the library allocated.
constexpr size_t kCutElements = 16;

uint64_t RunCost(const Run& run, const Batch& batch) {
  return run.size * batch.kind.element_bytes + Plan::kRunBytes;
}

// Of two runs of one kind.
bool Continues(const Run& last, const Run& next, const RunKind& kind) {
  const size_t grad_bytes = last.size * FormatBytes(static_cast<Format>(kind.grad_format));
  bool continues = last.streams.param + last.size == next.streams.param &&
                   static_cast<const char*>(last.streams.grad) + grad_bytes == next.streams.grad;
  for (size_t k = 0; k < kMaxStates; ++k) {
    const float* state = last.streams.state[k];
    continues =
        continues && (state == nullptr ? nullptr : state + last.size) == next.streams.state[k];
  }
  return continues;
}

}  // namespace

void Plan::Reserve(size_t runs, int max_shares) {
  runs_.reserve(runs);
  batches_.reserve(runs);
  borders_.reserve(static_cast<size_t>(max_shares) + 1);
}

void Plan::Clear() {
  runs_.clear();
  batches_.clear();
  partitioned_for_ = 0;
  elements_ = 0;
  bytes_ = 0;
}

void Plan::Add(const Run& run, const RunKind& kind) {
  elements_ += run.size;
  bytes_ += run.size * kind.element_bytes;
  partitioned_for_ = 0;
  if (run.size == 0) return;
  if (batches_.empty() || batches_.back().kind != kind) {
    batches_.push_back({kind, runs_.size()});
  } else if (Continues(runs_.back(), run, kind)) {
    runs_.back().size += run.size;
    return;
  }
  runs_.push_back(run);
  ++batches_.back().end;
}

size_t Plan::BatchOf(size_t run) const {
  const auto is_before = [](size_t r, const Batch& batch) { return r < batch.end; };
  return static_cast<size_t>(std::upper_bound(batches_.begin(), batches_.end(), run, is_before) -
                             batches_.begin());
}

void Plan::Partition(int threads) {
  if (threads == partitioned_for_) return;
  partitioned_for_ = threads;
  const uint64_t total = bytes_ + runs_.size() * kRunBytes;
  const uint64_t worthwhile = std::max<uint64_t>(1, total / (kMinParallelBytes / 2));
  const uint64_t room = borders_.capacity() - 1;
  const uint64_t shares = std::min({static_cast<uint64_t>(std::max(threads, 1)), worthwhile, room});
  borders_.clear();
  borders_.push_back({});
  uint64_t before = 0;  // cost of the runs before this one
  size_t run = 0;
  size_t batch = 0;
  for (uint64_t share = 1; share < shares; ++share) {
    // total < 2^64 / 2^16 bytes; shares fit in 2^16.
    const uint64_t target = total * share / shares;
    while (before + RunCost(runs_[run], batches_[batch]) <= target) {
      before += RunCost(runs_[run], batches_[batch]);
      if (++run == batches_[batch].end) ++batch;
    }
    const uint64_t into = target - before;
    const uint64_t elements = into / batches_[batch].kind.element_bytes;
    const size_t offset = (elements + kCutElements / 2) / kCutElements * kCutElements;
    borders_.push_back({run, std::min(offset, runs_[run].size)});
  }
  borders_.push_back({runs_.size(), 0});
}

uint64_t Plan::ShareCost(int share) const {
  uint64_t cost = 0;
  const Border begin = border(share);
  const Border end = border(share + 1);
  for (size_t r = begin.run; r < runs_.size() && r <= end.run; ++r) {
    const size_t first = r == begin.run ? begin.offset : 0;
    const size_t last = r == end.run ? end.offset : runs_[r].size;
    if (first == last) continue;
    cost += (last - first) * batches_[BatchOf(r)].kind.element_bytes + kRunBytes;
  }
  return cost;
}

}  // namespace simdoptim
