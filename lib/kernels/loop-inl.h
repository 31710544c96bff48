// SPDX-License-Identifier: Apache-2.0
// From one vector's update to a span's: the cursor, the loop, the prefetch and the tail.

#if defined(SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#undef SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#else
#define SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "lib/kernels/apply-inl.h"
#include "lib/kernels/arithmetic-inl.h"
#include "lib/kernels/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Reads and writes the vector at one position of the streams. Inputs come out flushed if A flushes.
template <class A, class GradCodec>
class Cursor {
 public:
  HWY_INLINE Cursor(const Streams& streams, size_t i) : streams_(streams), i_(i) {}

  template <class D>
  HWY_INLINE hn::Vec<D> Param(D d) const {
    return A::FlushInput(d, hn::LoadU(d, streams_.param + i_));
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Grad(D d) const {
    using Stored = typename GradCodec::Stored;
    return A::FlushInput(d, GradCodec::Load(d, static_cast<const Stored*>(streams_.grad) + i_));
  }
  template <int kState, class D>
  HWY_INLINE hn::Vec<D> State(D d) const {
    return A::FlushInput(d, hn::LoadU(d, streams_.state[kState] + i_));
  }
  template <class D>
  HWY_INLINE void SetParam(D d, hn::Vec<D> x) {
    hn::StoreU(x, d, streams_.param + i_);
  }
  template <int kState, class D>
  HWY_INLINE void SetState(D d, hn::Vec<D> x) {
    hn::StoreU(x, d, streams_.state[kState] + i_);
  }

 private:
  const Streams& streams_;
  size_t i_;
};

// A cache line of float: the loop's unit, so that each line is prefetched once.
inline constexpr size_t kBlock = 16;

// Vectors of 32 bytes are as fast as of 64 on x86 where the divider is the limit, keep the clock
// up, and are faster in memory: two half-line stores cost less than one of a full line (AdamW on
// 16M parameters, one thread of an Ice Lake: 1.06 against 1.18 ns a parameter).
inline constexpr size_t kMaxLanes = HWY_ARCH_X86 ? 8 : kBlock;

// How far ahead a stream is prefetched. The hardware prefetchers stop at page ends; 1 KiB, about
// 100 ns of a core's share of memory bandwidth here, bridges the latency.
inline constexpr size_t kPrefetchBytes = 1024;

// The address may lie past the span: a prefetch reads nothing and cannot fault.
template <class T>
HWY_INLINE void PrefetchAhead(const T* stream, size_t i) {
  hwy::Prefetch(reinterpret_cast<const char*>(reinterpret_cast<uintptr_t>(stream) + i * sizeof(T) +
                                              kPrefetchBytes));
}

template <class Kernel, int kVariant, class GradCodec, class A>
struct Loop {
  using Update = Apply<Kernel, kVariant>;
  using Scalars = typename Kernel::Scalars;
  using GradStored = typename GradCodec::Stored;
  using D = hn::CappedTag<float, kMaxLanes>;

  static void Run(const void* caller_scalars, const Streams& caller_streams, size_t begin,
                  size_t end) {
    const D d;
    const size_t lanes = hn::Lanes(d);
    const A a;
    // Copies that the stores below cannot alias, so that they stay in registers.
    const Streams streams = caller_streams;
    Scalars s;
    std::memcpy(&s, caller_scalars, sizeof(s));
    size_t i = begin;
    for (; end - i >= kBlock; i += kBlock) {
      PrefetchAhead(streams.param, i);
      PrefetchAhead(static_cast<const GradStored*>(streams.grad), i);
      for (int k = 0; k < Update::kStates; ++k) PrefetchAhead(streams.state[k], i);
      for (size_t j = 0; j < kBlock; j += lanes) {
        Update::Run(a, d, s, Cursor<A, GradCodec>(streams, i + j));
      }
    }
    for (; end - i >= lanes; i += lanes) {
      Update::Run(a, d, s, Cursor<A, GradCodec>(streams, i));
    }
    if (i != end) Tail(s, streams, i, end - i);
  }

  // Fewer elements than lanes: the same vector code, on a padded copy.
  static HWY_INLINE void Tail(const Scalars& s, const Streams& streams, size_t i, size_t count) {
    const D d;
    HWY_ALIGN float param[kBlock] = {};
    HWY_ALIGN GradStored grad[kBlock] = {};
    HWY_ALIGN float state[kMaxStates][kBlock] = {};
    std::memcpy(param, streams.param + i, count * sizeof(float));
    std::memcpy(grad, static_cast<const GradStored*>(streams.grad) + i, count * sizeof(GradStored));
    for (int k = 0; k < Update::kStates; ++k) {
      std::memcpy(state[k], streams.state[k] + i, count * sizeof(float));
    }
    const Streams copy = {param, grad, {state[0], state[1], state[2]}};
    Update::Run(A(), d, s, Cursor<A, GradCodec>(copy, 0));
    std::memcpy(streams.param + i, param, count * sizeof(float));
    for (int k = 0; k < Update::kStates; ++k) {
      std::memcpy(streams.state[k] + i, state[k], count * sizeof(float));
    }
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#endif  // SIMDOPTIM_LIB_KERNELS_LOOP_INL_H_
