// SPDX-License-Identifier: Apache-2.0
// Large state comes from the system as fresh pages, small state from the heap.

#include "lib/optimizer/state_memory.h"

#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#define SIMDOPTIM_HAVE_MMAP 1
#else
#define SIMDOPTIM_HAVE_MMAP 0
#endif

namespace simdoptim {
namespace {

// The size of a huge page on x86 and of most on Arm. Below two of them, they cannot help.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kMapFrom = 2 * kHugePage;

bool IsMapped(size_t bytes) { return SIMDOPTIM_HAVE_MMAP && bytes >= kMapFrom; }

#if SIMDOPTIM_HAVE_MMAP
constexpr size_t kPage = 4096;

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// Fresh pages are zero, and belong to the memory node of the thread that touches them first.
void* Map(size_t bytes) {
  const size_t mapped = RoundUp(bytes, kPage);
  const size_t reserved = mapped + kHugePage;
  void* start = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  const uintptr_t begin = reinterpret_cast<uintptr_t>(start);
  const uintptr_t aligned = RoundUp(begin, kHugePage);
  if (aligned != begin) munmap(start, aligned - begin);
  const uintptr_t end = aligned + mapped;
  if (begin + reserved != end) munmap(reinterpret_cast<void*>(end), begin + reserved - end);
#ifdef MADV_HUGEPAGE
  madvise(reinterpret_cast<void*>(aligned), mapped, MADV_HUGEPAGE);  // a wish; refusal is harmless
#endif
  return reinterpret_cast<void*>(aligned);
}

void Unmap(void* data, size_t bytes) { munmap(data, RoundUp(bytes, kPage)); }
#else
void* Map(size_t) { throw std::bad_alloc(); }
void Unmap(void*, size_t) {}
#endif

}  // namespace

StateMemory::StateMemory(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  if (IsMapped(bytes)) {
    data_ = Map(bytes);
  } else {
    data_ = ::operator new(bytes, std::align_val_t(kAlignment));
    std::memset(data_, 0, bytes);
  }
}

StateMemory::~StateMemory() {
  if (data_ == nullptr) return;
  if (IsMapped(bytes_)) {
    Unmap(data_, bytes_);
  } else {
    ::operator delete(data_, std::align_val_t(kAlignment));
  }
}

StateMemory::StateMemory(StateMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

StateMemory& StateMemory::operator=(StateMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace simdoptim
