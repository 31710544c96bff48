// SPDX-License-Identifier: Apache-2.0
// Memory for a list of shapes.

#include "bench/yardsticks/workload.h"

#include <algorithm>
#include <bit>
#include <utility>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace simdoptim::yardsticks {
namespace {

// What the large deep-learning frameworks align tensors to.
constexpr std::align_val_t kAlignment{64};

// A float with a magnitude in [2^exponent, 2^(exponent+1)), of a random sign and mantissa that
// depend only on the seed and i (finalizer of MurmurHash3).
float RandomAt(uint32_t seed, size_t i, int exponent) {
  uint32_t x = static_cast<uint32_t>(i) ^ seed;
  x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
  x = (x ^ (x >> 13)) * 0xC2B2AE35u;
  x ^= x >> 16;
  const uint32_t biased = static_cast<uint32_t>(127 + exponent);
  return std::bit_cast<float>((x & 0x807FFFFFu) | (biased << 23));
}

float ValueAt(size_t tensor, size_t i) {
  return RandomAt(0x9E3779B9u * static_cast<uint32_t>(2 * tensor + 1), i, -5);
}
// Large enough to be a normal number in every format.
float GradientAt(size_t tensor, size_t i) {
  return RandomAt(0x9E3779B9u * static_cast<uint32_t>(2 * tensor + 2), i, -8);
}

}  // namespace

void Workload::AlignedDelete::operator()(unsigned char* memory) const {
  ::operator delete[](memory, kAlignment);
}

Workload::Memory Workload::Allocate(size_t bytes) {
  return Memory(static_cast<unsigned char*>(::operator new[](bytes, kAlignment)));
}

Workload::Workload(Shapes shapes, Format gradient_format, [[maybe_unused]] int threads)
    : shapes_(std::move(shapes)), gradient_format_(gradient_format) {
  tensors_.reserve(shapes_.tensors.size());
  for (const Shape& shape : shapes_.tensors) {
    tensors_.push_back({Allocate(shape.Elements() * sizeof(float)),
                        Allocate(shape.Elements() * FormatBytes(gradient_format))});
  }
  const uint64_t elements = shapes_.Elements();
  const auto fill_share = [&](int share, int shares) {
    const auto at = [&](int s) {
      return elements * static_cast<uint64_t>(s) / static_cast<uint64_t>(shares);
    };
    uint64_t start = 0;  // of the tensor, in the whole list
    for (size_t t = 0; t < tensors_.size(); ++t) {
      const uint64_t size = shapes_.tensors[t].Elements();
      const auto into = [&](uint64_t element) {
        return static_cast<size_t>(std::clamp(element, start, start + size) - start);
      };
      Fill(t, into(at(share)), into(at(share + 1)));
      start += size;
    }
  };
#if defined(_OPENMP)
#pragma omp parallel num_threads(threads)
  fill_share(omp_get_thread_num(), omp_get_num_threads());
#else
  fill_share(0, 1);
#endif
}

void Workload::Fill(size_t tensor, size_t begin, size_t end) {
  float* value = reinterpret_cast<float*>(tensors_[tensor].value.get());
  unsigned char* gradient = tensors_[tensor].gradient.get();
  for (size_t i = begin; i < end; ++i) {
    value[i] = ValueAt(tensor, i);
    const float g = GradientAt(tensor, i);
    switch (gradient_format_) {
      case Format::kF32:
        reinterpret_cast<float*>(gradient)[i] = g;
        break;
      case Format::kBF16:
        reinterpret_cast<BFloat16*>(gradient)[i] = ToBFloat16(g);
        break;
      case Format::kF16:
        reinterpret_cast<Float16*>(gradient)[i] = ToFloat16(g);
        break;
    }
  }
}

std::span<float> Workload::Value(size_t tensor) {
  return {reinterpret_cast<float*>(tensors_[tensor].value.get()),
          shapes_.tensors[tensor].Elements()};
}

Gradient Workload::GradientOf(size_t tensor) const {
  return {tensors_[tensor].gradient.get(), shapes_.tensors[tensor].Elements(), gradient_format_,
          false};
}

std::vector<float> Workload::FirstValue(size_t tensor) const {
  std::vector<float> values(shapes_.tensors[tensor].Elements());
  for (size_t i = 0; i < values.size(); ++i) values[i] = ValueAt(tensor, i);
  return values;
}

}  // namespace simdoptim::yardsticks
