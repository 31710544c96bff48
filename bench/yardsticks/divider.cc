// SPDX-License-Identifier: Apache-2.0
// Square roots and divisions, for each instruction set.

#include "bench/yardsticks/divider.h"

#include <atomic>
#include <cstddef>

#if defined(_OPENMP)
#include <omp.h>
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/yardsticks/divider.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace yardsticks {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// first: a positive normal number that the compiler does not know. Each pair starts from a vector
// that only an integer addition separates from the last one, so that pairs overlap, as elements do.
// Returns a number that depends on all pairs.
float RootsAndQuotients(uint64_t elements, float first) {
  const hn::CappedTag<float, 16> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const auto step = hn::Set(du, 1u);
  // 2^17 steps of the last mantissa bit stay well within normal numbers; then start anew.
  const auto limit = hn::Set(du, 0x0001FFFFu);
  const auto numerator = hn::Set(d, first);
  const auto base = hn::BitCast(du, numerator);
  auto count = hn::Zero(du);
  auto sum = hn::Zero(du);
  for (uint64_t i = 0; i < elements; i += hn::Lanes(d)) {
    const auto x = hn::BitCast(d, hn::Add(base, count));
    count = hn::And(hn::Add(count, step), limit);
    sum = hn::Xor(sum, hn::BitCast(du, hn::Div(numerator, hn::Sqrt(x))));
  }
  return hn::GetLane(hn::BitCast(d, sum));
}

}  // namespace HWY_NAMESPACE
}  // namespace yardsticks
}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace simdoptim::yardsticks {

HWY_EXPORT(RootsAndQuotients);

void RunDivider(uint64_t elements, int threads) {
  static volatile float first = 1.5f;
  static std::atomic<float> sink = 0;  // a use of the results
  const auto run_share = [&](int share, int shares) {
    const auto at = [&](int s) {
      return elements * static_cast<uint64_t>(s) / static_cast<uint64_t>(shares);
    };
    const uint64_t count = at(share + 1) - at(share);
    sink.store(HWY_DYNAMIC_DISPATCH(RootsAndQuotients)(count, first), std::memory_order_relaxed);
  };
#if defined(_OPENMP)
  if (threads > 1) {
#pragma omp parallel num_threads(threads)
    run_share(omp_get_thread_num(), omp_get_num_threads());
    return;
  }
#else
  static_cast<void>(threads);
#endif
  run_share(0, 1);
}

}  // namespace simdoptim::yardsticks
#endif  // HWY_ONCE
