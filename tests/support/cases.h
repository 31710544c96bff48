// SPDX-License-Identifier: Apache-2.0
// All rules in all their variants, from the registry: a new rule is tested without being named.
#ifndef SIMDOPTIM_TESTS_SUPPORT_CASES_H_
#define SIMDOPTIM_TESTS_SUPPORT_CASES_H_

#include <span>
#include <string>
#include <vector>

#include "simdoptim/simdoptim.h"
#include "tests/support/buffer.h"

namespace simdoptim::test {

struct Case {
  std::string name;  // "AdamW,amsgrad=1,decay_mode=2": what differs from the defaults
  Options options;
};

// Every combination of flags, of choices, and of zero or not for reals whose default is 0.
std::vector<Case> AllCases();

// Each rule's defaults, one deviation from them at a time, and one case for each kernel.
std::vector<Case> EssentialCases();

inline constexpr Format kFormats[] = {Format::kF32, Format::kBF16, Format::kF16};

// A gradient in memory of its own.
class GradientBuffer {
 public:
  // Narrows the values to the format. offset: see Buffer.
  GradientBuffer(const std::vector<float>& values, Format format, size_t offset = 0);

  Gradient view() const;
  bool CanariesLive() const { return f32_.CanariesLive() && u16_.CanariesLive(); }
  // The values as the format holds them.
  std::vector<double> Doubles() const;

 private:
  Format format_;
  Buffer<float> f32_;
  Buffer<uint16_t> u16_;
};

// A parameter and its states, for the functional door.
class Tensor {
 public:
  // offset: misalignment; each state is misaligned differently.
  Tensor(const Options& options, const std::vector<float>& values, size_t offset = 0);

  std::span<float> param() const { return param_.span(); }
  std::span<const std::span<float>> states() const { return states_; }
  bool CanariesLive() const;
  bool SameBitsAs(const Tensor& other) const;

 private:
  Buffer<float> param_;
  std::vector<Buffer<float>> buffers_;
  std::vector<std::span<float>> states_;
};

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_SUPPORT_CASES_H_
