// SPDX-License-Identifier: Apache-2.0
// Handwritten digits: read from CSV, and split into a training and a held-out set.
#ifndef SIMDOPTIM_EXAMPLES_DIGITS_DATASET_H_
#define SIMDOPTIM_EXAMPLES_DIGITS_DATASET_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace digits {

inline constexpr size_t kPixels = 64;
inline constexpr size_t kClasses = 10;

class Dataset {
 public:
  size_t size() const { return labels_.size(); }
  // Ink in [0, 1], row by row.
  std::span<const float, kPixels> Pixels(size_t sample) const {
    return std::span<const float, kPixels>(&pixels_[sample * kPixels], kPixels);
  }
  size_t Label(size_t sample) const { return labels_[sample]; }

  void Add(std::span<const float, kPixels> pixels, size_t label);

 private:
  std::vector<float> pixels_;
  std::vector<size_t> labels_;
};

// A row a sample: 64 pixels, integers 0 to 16, then the label, 0 to 9. Throws std::runtime_error
// that names the file, the line and what is wrong with it.
Dataset ReadCsv(const std::string& path);

struct Split {
  Dataset training;
  Dataset held_out;  // one sample in five
};
Split ShuffleAndSplit(const Dataset& all, uint64_t seed);

}  // namespace digits

#endif  // SIMDOPTIM_EXAMPLES_DIGITS_DATASET_H_
