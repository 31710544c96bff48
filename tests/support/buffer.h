// SPDX-License-Identifier: Apache-2.0
// Memory for one stream: at a chosen misalignment, between canaries.
#ifndef SIMDOPTIM_TESTS_SUPPORT_BUFFER_H_
#define SIMDOPTIM_TESTS_SUPPORT_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace simdoptim::test {

template <class T>
class Buffer {
 public:
  // offset: elements behind a 64-byte border.
  explicit Buffer(size_t size, size_t offset = 0)
      : bytes_((size + offset) * sizeof(T) + 3 * kCanaryBytes, kCanary), size_(size) {
    const uintptr_t begin = reinterpret_cast<uintptr_t>(bytes_.data()) + kCanaryBytes;
    const uintptr_t aligned = (begin + kCanaryBytes - 1) / kCanaryBytes * kCanaryBytes;
    data_ = reinterpret_cast<T*>(aligned) + offset;
    std::memset(static_cast<void*>(data_), 0, size * sizeof(T));
  }
  Buffer(const std::vector<T>& values, size_t offset) : Buffer(values.size(), offset) {
    if (!values.empty()) std::memcpy(data_, values.data(), values.size() * sizeof(T));
  }
  Buffer(const Buffer&) = delete;
  Buffer(Buffer&&) = default;

  std::span<T> span() const { return {data_, size_}; }

  bool CanariesLive() const {
    const unsigned char* begin = reinterpret_cast<const unsigned char*>(data_);
    const unsigned char* end = begin + size_ * sizeof(T);
    for (const unsigned char* byte = bytes_.data(); byte != bytes_.data() + bytes_.size(); ++byte) {
      if ((byte < begin || byte >= end) && *byte != kCanary) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kCanaryBytes = 64;
  static constexpr unsigned char kCanary = 0xA5;
  std::vector<unsigned char> bytes_;
  T* data_;
  size_t size_;
};

// Equal bit for bit, but for the payloads of NaNs.
inline bool SameBits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const bool both_nan = a[i] != a[i] && b[i] != b[i];
    if (!both_nan && std::memcmp(&a[i], &b[i], sizeof(float)) != 0) return false;
  }
  return true;
}

}  // namespace simdoptim::test

#endif  // SIMDOPTIM_TESTS_SUPPORT_BUFFER_H_
