// SPDX-License-Identifier: Apache-2.0
// From one vector's update to a span's: the cursor, the loop, the prefetch and the tail.

#if defined(SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "lib/kernels/apply-inl.h"
#include "lib/kernels/arithmetic-inl.h"
#include "lib/kernels/four-inl.h"
#include "lib/kernels/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A place in the streams. Each stream has a pointer that moves: loads through one index for all
// take twice the room in Intel's window of instructions, so that the divisions of fewer vectors
// overlap. Compilers would make that index if they saw that the pointers move together.
template <class GradStored, int kStates>
struct Place {
  float* param;
  const GradStored* grad;
  float* state[kStates + 1];  // C++ has no empty arrays

  Place(const Streams& streams, size_t i)
      : param(streams.param + i), grad(static_cast<const GradStored*>(streams.grad) + i) {
    for (int k = 0; k < kStates; ++k) state[k] = streams.state[k] + i;
    Advance(0);  // hides them before the first load
  }
  HWY_INLINE void Advance(size_t elements) {
    Hide(param += elements);
    Hide(grad += elements);
    for (int k = 0; k < kStates; ++k) Hide(state[k] += elements);
  }

 private:
  template <class T>
  static HWY_INLINE void Hide(T*& pointer) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
    T* in_register = pointer;  // GCC keeps what the assembler is given itself in memory
    __asm__("" : "+r"(in_register));
    pointer = in_register;
#else
    static_cast<void>(pointer);
#endif
  }
};

// Reads and writes the vector at a place. Inputs come out flushed if A flushes.
template <class A, class GradCodec, int kStates>
class Cursor {
 public:
  using AnyPlace = Place<typename GradCodec::Stored, kStates>;

  HWY_INLINE Cursor(const AnyPlace& place, size_t i) : place_(place), i_(i) {}

  template <class D>
  HWY_INLINE hn::Vec<D> Param(D d) const {
    return A::FlushInput(d, hn::LoadU(d, place_.param + i_));
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Grad(D d) const {
    return A::FlushInput(d, GradCodec::Load(d, place_.grad + i_));
  }
  template <int kState, class D>
  HWY_INLINE hn::Vec<D> State(D d) const {
    return A::FlushInput(d, hn::LoadU(d, place_.state[kState] + i_));
  }
  template <class D>
  HWY_INLINE void SetParam(D d, hn::Vec<D> x) {
    hn::StoreU(x, d, place_.param + i_);
  }
  template <int kState, class D>
  HWY_INLINE void SetState(D d, hn::Vec<D> x) {
    hn::StoreU(x, d, place_.state[kState] + i_);
  }

 private:
  const AnyPlace& place_;
  size_t i_;
};

// A cache line of float: what is prefetched at a time.
inline constexpr size_t kBlock = 16;

// Vectors of 32 bytes are as fast as of 64 on x86 where the divider is the limit, keep the clock
// up, and are faster in memory, where two half-line stores cost less than one of a full line.
inline constexpr size_t kMaxLanes = HWY_ARCH_X86 ? 8 : kBlock;

// Prefetches for each stream at a distance from a place, in bytes, modulo the size of memory: the
// address may lie outside of the stream, and even in another tensor. A prefetch reads nothing and
// cannot fault.
template <class GradStored, int kStates>
class Prefetcher {
 public:
  using AnyPlace = Place<GradStored, kStates>;

  explicit Prefetcher(size_t elements)
      : param_(elements * sizeof(float)), grad_(elements * sizeof(GradStored)) {
    for (int k = 0; k < kStates; ++k) state_[k] = param_;
  }
  // Of `to` when it is at `from`.
  Prefetcher(const AnyPlace& from, const AnyPlace& to)
      : param_(Address(to.param) - Address(from.param)),
        grad_(Address(to.grad) - Address(from.grad)) {
    for (int k = 0; k < kStates; ++k) state_[k] = Address(to.state[k]) - Address(from.state[k]);
  }

  // i: elements behind the place.
  HWY_INLINE void Prefetch(const AnyPlace& place, size_t i = 0) const {
    PrefetchLine(Address(place.param + i) + param_);
    PrefetchLine(Address(place.grad + i) + grad_);
    for (int k = 0; k < kStates; ++k) PrefetchLine(Address(place.state[k] + i) + state_[k]);
  }

 private:
  static HWY_INLINE uintptr_t Address(const void* x) { return reinterpret_cast<uintptr_t>(x); }
  static HWY_INLINE void PrefetchLine(uintptr_t address) {
    hwy::Prefetch(reinterpret_cast<const char*>(address));
  }

  uintptr_t param_;
  uintptr_t grad_;
  uintptr_t state_[kStates + 1];
};

template <class Kernel, int kVariant, class GradCodec, class A>
struct Loop {
  using Update = Apply<Kernel, kVariant>;
  using Scalars = typename Kernel::Scalars;
  using GradStored = typename GradCodec::Stored;
  using AnyPlace = Place<GradStored, Update::kStates>;
  using AnyPrefetcher = Prefetcher<GradStored, Update::kStates>;
  using AnyCursor = Cursor<A, GradCodec, Update::kStates>;
  using D = hn::CappedTag<float, kMaxLanes>;
  // With AVX2 and better; not measured elsewhere. Updates that do not divide are 15 % faster so in
  // cache, beside a busy thread, but 2 % slower in memory.
  static constexpr bool kFourAtOnce = HWY_ARCH_X86 && hn::MaxLanes(D()) == 8 && Update::kDivides;
  static constexpr size_t kStride = kFourAtOnce ? 2 * kBlock : kBlock;  // elements

  static void Step(const void* caller_scalars, const Run* runs, size_t count, Border begin,
                   Border end) {
    const Scalars s = CopyOf(caller_scalars);
    const Run* const last = runs + end.run;
    const Run* const stop = end.offset == 0 ? last : last + 1;
    const Run* ahead = runs + begin.run;  // all before it are stepped or prefetched
    size_t elements_ahead = 0;
    size_t offset = begin.offset;
    for (const Run* run = runs + begin.run; run != stop; ++run) {
      while (elements_ahead < kElementsAhead && ahead != runs + count) {
        elements_ahead += (ahead++)->size;
      }
      elements_ahead -= run->size;
      const Streams* const next = ahead != runs + count ? &ahead->streams : nullptr;
      StepRun(s, run->streams, offset, run == last ? end.offset : run->size, next);
      offset = 0;
    }
  }

  // next: what is prefetched, from its start, while the last elements are stepped; or null.
  static HWY_INLINE void StepRun(const Scalars& s, const Streams& streams, size_t begin, size_t end,
                                 const Streams* next) {
    AnyPlace place(streams, begin);
    AnyPrefetcher prefetcher(kElementsAhead);
    size_t strides = (end - begin) / kStride;
    size_t left = next == nullptr ? 0 : std::min(strides, kElementsAhead / kStride);
    for (;; left = 0) {
      for (; strides != left; --strides) StepStride(s, place, prefetcher);
      if (next == nullptr) break;
      prefetcher = AnyPrefetcher(place, AnyPlace(*next, 0));
      next = nullptr;
    }
    size_t rest = (end - begin) % kStride;
    if (kStride != kBlock && rest >= kBlock) {
      StepBlock(s, place, prefetcher);
      rest -= kBlock;
    }
    if (rest == 0) return;
    prefetcher.Prefetch(place);
    // Narrower vectors reach no further than the spans.
    const D d;
    StepWhole(d, s, place, rest);
    if constexpr (hn::MaxLanes(d) > 4) StepWhole(hn::CappedTag<float, 4>(), s, place, rest);
    StepWhole(hn::CappedTag<float, 1>(), s, place, rest);
  }

  static HWY_INLINE void StepStride(const Scalars& s, AnyPlace& place,
                                    const AnyPrefetcher& prefetcher) {
    if constexpr (kFourAtOnce) {
      prefetcher.Prefetch(place);
      prefetcher.Prefetch(place, kBlock);
      Update::Run(FourArithmetic<A, D>(), FourTag<D>(), s, FourCursor<AnyCursor, D>(place));
      place.Advance(kStride);
    } else {
      StepBlock(s, place, prefetcher);
    }
  }

  static HWY_INLINE void StepBlock(const Scalars& s, AnyPlace& place,
                                   const AnyPrefetcher& prefetcher) {
    const D d;
    const size_t lanes = hn::Lanes(d);
    prefetcher.Prefetch(place);
    for (size_t j = 0; j < kBlock; j += lanes) Update::Run(A(), d, s, AnyCursor(place, j));
    place.Advance(kBlock);
  }

  // As many vectors as `rest` elements hold.
  template <class AnyD>
  static HWY_INLINE void StepWhole(AnyD d, const Scalars& s, AnyPlace& place, size_t& rest) {
    const size_t lanes = hn::Lanes(d);
    for (; rest >= lanes; rest -= lanes) {
      Update::Run(A(), d, s, AnyCursor(place, 0));
      place.Advance(lanes);
    }
  }

  // A copy that the loop's stores cannot alias, so that it stays in registers. Read one by one:
  // they were written just now, one by one, and a wide load would wait until all of that is in the
  // cache.
  static HWY_INLINE Scalars CopyOf(const void* scalars) {
    static_assert(sizeof(Scalars) % sizeof(float) == 0 && alignof(Scalars) == alignof(float));
    const volatile float* const from = static_cast<const volatile float*>(scalars);
    float copy[sizeof(Scalars) / sizeof(float)];
    for (size_t i = 0; i < sizeof(Scalars) / sizeof(float); ++i) copy[i] = from[i];
    Scalars s;
    std::memcpy(&s, copy, sizeof(s));
    return s;
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
