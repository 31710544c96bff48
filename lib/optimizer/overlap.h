// SPDX-License-Identifier: Apache-2.0
// The memory that an optimizer writes, and whether other memory overlaps it.
#ifndef SIMDOPTIM_LIB_OPTIMIZER_OVERLAP_H_
#define SIMDOPTIM_LIB_OPTIMIZER_OVERLAP_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "lib/spans/check.h"

namespace simdoptim {

// Values and bound states of parameters: address ranges that, once checked, are disjoint.
class WrittenMemory {
 public:
  void Add(const Bytes& bytes, size_t parameter) {
    if (!bytes.empty()) ranges_.push_back({bytes, parameter});
  }

  // Sorts. The parameters of two ranges that overlap, here or between here and other, if any.
  std::optional<std::pair<size_t, size_t>> SortAndFindOverlap(const WrittenMemory& other) {
    std::sort(ranges_.begin(), ranges_.end(), IsBefore);
    for (size_t i = 0; i < ranges_.size(); ++i) {
      if (i != 0 && ranges_[i - 1].bytes.Overlaps(ranges_[i].bytes)) {
        return std::pair(ranges_[i - 1].parameter, ranges_[i].parameter);
      }
      if (const auto hit = other.FindOverlap(ranges_[i].bytes)) {
        return std::pair(*hit, ranges_[i].parameter);
      }
    }
    return std::nullopt;
  }

  // The parameter of a range that overlaps, if any. Sorted and disjoint ranges only.
  std::optional<size_t> FindOverlap(const Bytes& bytes) const {
    // The first that ends behind bytes.begin; disjoint ranges end in the order they begin.
    const auto found = std::upper_bound(
        ranges_.begin(), ranges_.end(), bytes.begin,
        [](uintptr_t begin, const Range& range) { return begin < range.bytes.end; });
    if (found == ranges_.end() || !found->bytes.Overlaps(bytes)) return std::nullopt;
    return found->parameter;
  }

  // So that Merge does not throw.
  void ReserveFor(const WrittenMemory& other) {
    const size_t size = ranges_.size() + other.ranges_.size();
    if (size > ranges_.capacity()) ranges_.reserve(std::max(size, 2 * ranges_.capacity()));
  }
  void Merge(const WrittenMemory& other) {
    const auto middle = ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
    std::inplace_merge(ranges_.begin(), middle, ranges_.end(), IsBefore);
  }

 private:
  struct Range {
    Bytes bytes;
    size_t parameter;
  };
  static bool IsBefore(const Range& a, const Range& b) { return a.bytes.begin < b.bytes.begin; }

  std::vector<Range> ranges_;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_OPTIMIZER_OVERLAP_H_
