// SPDX-License-Identifier: Apache-2.0
// The calling thread's floating-point mode during a step: round to nearest, exceptions masked, and
// subnormals flushed where the hardware does it exactly as Binary32 defines it. Restored after.
#ifndef SIMDOPTIM_LIB_KERNELS_FLOAT_MODE_H_
#define SIMDOPTIM_LIB_KERNELS_FLOAT_MODE_H_

#include <cstdint>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

namespace simdoptim {

// x86 detects tininess after rounding and flushes results and inputs with their sign: Binary32's
// rule. (Arm flushes before rounding; its kernels, and all others', flush by arithmetic.)
#if defined(__SSE2__) || defined(_M_X64)
inline constexpr bool kHardwareFlush = true;
#else
inline constexpr bool kHardwareFlush = false;
#endif

class FloatMode {
 public:
#if defined(__SSE2__) || defined(_M_X64)
  FloatMode() noexcept : saved_(_mm_getcsr()), current_(saved_) { Set(false); }
  ~FloatMode() { _mm_setcsr(saved_); }

  void Set(bool flush) noexcept {
    // Raised exceptions stay raised: writing MXCSR with others costs up to 90 ns on an Ice Lake.
    const unsigned mode = (saved_ & kRaised) | kDefault | (flush ? kFlush : 0);
    if (mode != current_) _mm_setcsr(current_ = mode);
  }

 private:
  static constexpr unsigned kRaised = 0x003F;
  static constexpr unsigned kDefault = 0x1F80;  // round to nearest, all exceptions masked
  static constexpr unsigned kFlush = 0x8040;    // results and inputs
  unsigned saved_;
  unsigned current_;
#elif defined(__aarch64__)
  FloatMode() noexcept {
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved_));
    if (saved_ != 0) __asm__ volatile("msr fpcr, %0" ::"r"(uint64_t{0}));
  }
  ~FloatMode() {
    if (saved_ != 0) __asm__ volatile("msr fpcr, %0" ::"r"(saved_));
  }
  void Set(bool) noexcept {}

 private:
  uint64_t saved_;
#else
  FloatMode() noexcept {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatMode() { std::fesetenv(&saved_); }
  void Set(bool) noexcept {}

 private:
  std::fenv_t saved_;
#endif

 public:
  FloatMode(const FloatMode&) = delete;
  FloatMode& operator=(const FloatMode&) = delete;
};

}  // namespace simdoptim

#endif  // SIMDOPTIM_LIB_KERNELS_FLOAT_MODE_H_
