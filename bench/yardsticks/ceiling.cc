// SPDX-License-Identifier: Apache-2.0
// Streams without maths, for each instruction set.

#include "bench/yardsticks/ceiling.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bench/yardsticks/measure.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/yardsticks/ceiling.cc"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SIMDOPTIM_BENCH_YARDSTICKS_CEILING_PASS
#define SIMDOPTIM_BENCH_YARDSTICKS_CEILING_PASS
namespace simdoptim::yardsticks {
// Sets [first_set, last_set]; of the first from first_offset on, of the last up to last_offset.
struct Share {
  const StreamSet* sets;
  size_t count;  // of all sets
  size_t first_set, first_offset;
  size_t last_set, last_offset;
};
// mask: zero, unknown to the compiler.
using Pass = void (*)(const Share& share, const CeilingWay& way, uint32_t mask);
}  // namespace simdoptim::yardsticks
#endif

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace yardsticks {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kLine = 16;  // floats in a cache line

template <class D>
HWY_INLINE hn::Vec<D> LoadRead(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> LoadRead(D d, const uint16_t* from) {
  const hn::Rebind<uint16_t, D> dh;
  const hn::Rebind<uint32_t, D> du;
  return hn::BitCast(d, hn::PromoteTo(du, hn::LoadU(dh, from)));
}

// The address may lie past the stream: a prefetch reads nothing and cannot fault.
HWY_INLINE void PrefetchAt(const void* stream, size_t offset) {
  hwy::Prefetch(reinterpret_cast<const char*>(reinterpret_cast<uintptr_t>(stream) + offset));
}

// Whole blocks of [i, end); returns where they end.
template <class D, size_t kBlock, bool kPrefetch, int kWritten, class Read>
HWY_INLINE size_t MoveBlocks(const Read* HWY_RESTRICT read, float* const (&written)[kWritten],
                             size_t i, size_t end, size_t ahead, uint32_t mask) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const size_t lanes = hn::Lanes(d);
  const auto vmask = hn::BitCast(d, hn::Set(du, mask));
  for (; end - i >= kBlock; i += kBlock) {
    if constexpr (kPrefetch) {
      for (size_t j = i; j < i + kBlock; j += kLine) {
        PrefetchAt(read, j * sizeof(Read) + ahead);
        for (int k = 0; k < kWritten; ++k) PrefetchAt(written[k], j * sizeof(float) + ahead);
      }
    }
    if constexpr (kBlock == kLine) {
      for (size_t j = i; j < i + kBlock; j += lanes) {
        const auto bits = hn::And(LoadRead(d, read + j), vmask);
        for (int k = 0; k < kWritten; ++k) {
          hn::StoreU(hn::Xor(hn::LoadU(d, written[k] + j), bits), d, written[k] + j);
        }
      }
    } else {
      for (int k = 0; k < kWritten; ++k) {
        for (size_t j = i; j < i + kBlock; j += lanes) {
          const auto bits = hn::And(LoadRead(d, read + j), vmask);
          hn::StoreU(hn::Xor(hn::LoadU(d, written[k] + j), bits), d, written[k] + j);
        }
      }
    }
  }
  return i;
}

template <int kWritten, class Read>
HWY_INLINE void MoveElement(const Read* read, float* const (&written)[kWritten], size_t i,
                            uint32_t mask) {
  uint32_t bits = 0;
  std::memcpy(&bits, read + i, sizeof(Read));
  for (int k = 0; k < kWritten; ++k) {
    uint32_t x;
    std::memcpy(&x, written[k] + i, sizeof(x));
    x ^= bits & mask;
    std::memcpy(written[k] + i, &x, sizeof(x));
  }
}

template <int kWritten, class Read, size_t kLanes, size_t kBlock, bool kPrefetch>
void Move(const Share& share, const CeilingWay& way, uint32_t mask) {
  using D = hn::CappedTag<float, kLanes>;
  for (size_t s = share.first_set; s <= share.last_set && s < share.count; ++s) {
    const StreamSet& set = share.sets[s];
    if (way.tensors_ahead != 0) {
      const StreamSet& later = share.sets[std::min(s + way.tensors_ahead, share.count - 1)];
      PrefetchAt(later.read, 0);
      for (int k = 0; k < kWritten; ++k) PrefetchAt(later.written[k], 0);
    }
    const Read* read = static_cast<const Read*>(set.read);
    float* written[kWritten];
    for (int k = 0; k < kWritten; ++k) written[k] = set.written[k];
    size_t i = s == share.first_set ? share.first_offset : 0;
    const size_t end = s == share.last_set ? share.last_offset : set.size;
    i = MoveBlocks<D, kBlock, kPrefetch>(read, written, i, end, way.ahead, mask);
    if constexpr (kBlock != kLine) {
      i = MoveBlocks<D, kLine, kPrefetch>(read, written, i, end, way.ahead, mask);
    }
    for (; i < end; ++i) MoveElement(read, written, i, mask);
  }
}

template <int kWritten, class Read, size_t kLanes>
Pass FindLoop(const CeilingWay& way) {
  if (way.block == kLine) {
    return way.ahead != 0 ? &Move<kWritten, Read, kLanes, kLine, true>
                          : &Move<kWritten, Read, kLanes, kLine, false>;
  }
  return way.ahead != 0 ? &Move<kWritten, Read, kLanes, 4 * kLine, true>
                        : &Move<kWritten, Read, kLanes, 4 * kLine, false>;
}

template <int kWritten, class Read>
Pass FindLanes(const CeilingWay& way) {
  return way.lanes == 4   ? FindLoop<kWritten, Read, 4>(way)
         : way.lanes == 8 ? FindLoop<kWritten, Read, 8>(way)
                          : FindLoop<kWritten, Read, 16>(way);
}

template <class Read>
Pass FindWritten(int written, const CeilingWay& way) {
  static_assert(kMaxWritten == 4);
  switch (written) {
    case 1:
      return FindLanes<1, Read>(way);
    case 2:
      return FindLanes<2, Read>(way);
    case 3:
      return FindLanes<3, Read>(way);
    default:
      return FindLanes<4, Read>(way);
  }
}

Pass FindPass(int written, size_t read_bytes, const CeilingWay& way) {
  return read_bytes == sizeof(float) ? FindWritten<float>(written, way)
                                     : FindWritten<uint16_t>(written, way);
}

const char* ThisTarget() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace yardsticks
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace simdoptim::yardsticks {

HWY_EXPORT(FindPass);
HWY_EXPORT(ThisTarget);

std::string BestTarget() { return HWY_DYNAMIC_DISPATCH(ThisTarget)(); }

std::string CeilingWay::Text() const {
  return "lanes " + std::to_string(lanes) + ", block " + std::to_string(block) + ", ahead " +
         std::to_string(ahead) + ", tensors ahead " + std::to_string(tensors_ahead) + ", threads " +
         std::to_string(threads);
}

Ceiling::Ceiling(std::vector<StreamSet> sets, int written, size_t read_bytes)
    : sets_(std::move(sets)), written_(written), read_bytes_(read_bytes) {
  for (const StreamSet& set : sets_) {
    starts_.push_back(elements_);
    elements_ += set.size;
  }
}

uint64_t Ceiling::BytesPerRun() const {
  return elements_ * (read_bytes_ + 2 * sizeof(float) * static_cast<uint64_t>(written_));
}

Ceiling::Border Ceiling::BorderAt(uint64_t element) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), element);
  const size_t set = static_cast<size_t>(after - starts_.begin()) - 1;
  // On a multiple of a cache line, so that two threads do not write to one.
  const size_t offset = static_cast<size_t>(element - starts_[set]);
  return {set, offset == sets_[set].size ? offset : offset / 16 * 16};
}

void Ceiling::Run(const CeilingWay& way) const {
  if (elements_ == 0) return;
  static volatile uint32_t zero = 0;
  const uint32_t mask = zero;
  const Pass pass = HWY_DYNAMIC_DISPATCH(FindPass)(written_, read_bytes_, way);
  const auto run_share = [&](int share, int shares) {
    const auto at = [&](int s) {
      return BorderAt(elements_ * static_cast<uint64_t>(s) / static_cast<uint64_t>(shares));
    };
    const Border first = at(share);
    const Border last = at(share + 1);
    pass({sets_.data(), sets_.size(), first.set, first.offset, last.set, last.offset}, way, mask);
  };
#if defined(_OPENMP)
  if (way.threads > 1) {
#pragma omp parallel num_threads(way.threads)
    run_share(omp_get_thread_num(), omp_get_num_threads());
    return;
  }
#endif
  run_share(0, 1);
}

CeilingWay Ceiling::FastestOf(const std::vector<CeilingWay>& ways) const {
  std::vector<Candidate> candidates;
  for (const CeilingWay& way : ways) candidates.push_back({"", [this, way] { Run(way); }});
  const std::vector<Measurement> measurements = Measure(candidates, {.rounds = 3});
  size_t best = 0;
  for (size_t i = 1; i < ways.size(); ++i) {
    if (measurements[i].Median() < measurements[best].Median()) best = i;
  }
  return ways[best];
}

CeilingWay Ceiling::FastestWay(int threads) const {
  // First the vectors and blocks, then, for the best of these, how far to fetch ahead.
  std::vector<CeilingWay> ways;
  for (const size_t lanes : {size_t{16}, size_t{8}, size_t{4}}) {
    for (const size_t block : {size_t{16}, size_t{64}}) {
      ways.push_back({.lanes = lanes, .block = block, .threads = threads});
    }
  }
  const CeilingWay loop = FastestOf(ways);
  ways = {loop};
  for (const size_t ahead : {size_t{0}, size_t{512}, size_t{2048}}) {
    ways.push_back(loop);
    ways.back().ahead = ahead;
  }
  // Of a small tensor there is nothing ahead.
  constexpr uint64_t kSmall = 4096;
  if (elements_ / std::max<uint64_t>(1, sets_.size()) < kSmall && sets_.size() > 1) {
    for (const size_t tensors : {size_t{8}, size_t{32}}) {
      ways.push_back(loop);
      ways.back().tensors_ahead = tensors;
      ways.push_back(ways.back());
      ways.back().ahead = 0;
    }
  }
  CeilingWay best = FastestOf(ways);
  // Of little memory, one thread may be done before a second has woken.
  constexpr uint64_t kMaybeSerialBytes = 8 << 20;
  if (threads > 1 && BytesPerRun() <= kMaybeSerialBytes) {
    CeilingWay serial = best;
    serial.threads = 1;
    best = FastestOf({best, serial});
  }
  return best;
}

}  // namespace simdoptim::yardsticks
#endif  // HWY_ONCE
