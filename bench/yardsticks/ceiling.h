// SPDX-License-Identifier: Apache-2.0
// The ceiling of a step: the same memory streams as its rule and no maths. Knows nothing of rules.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_CEILING_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_CEILING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simdoptim::yardsticks {

inline constexpr int kMaxWritten = 4;  // a parameter and three states

// One tensor's streams. AdamW: read is g; written are p, m and v, which are read too.
struct StreamSet {
  size_t size = 0;  // elements of each stream
  const void* read = nullptr;
  float* written[kMaxWritten] = {};
};

// How to make the streams flow. Which way is fastest depends on the machine, the size and the
// number of threads, and vectors of 16 bytes may well beat those of 64: so a ceiling is the best of
// many ways (FastestWay).
struct CeilingWay {
  size_t lanes = 16;         // floats in a vector, at most: 4, 8 or 16
  size_t block = 16;         // floats of one stream before the next stream's turn: 16 or 64
  size_t ahead = 1024;       // bytes ahead that each stream is prefetched; 0: not at all
  size_t tensors_ahead = 0;  // also the first line of each stream so many tensors on; 0: not at all
  int threads = 1;

  std::string Text() const;
};

// Reads and writes every element once a run, in the best instruction set of the processor, in one
// parallel region, each thread a contiguous share of equal size. The values written are those that
// were read, by an exclusive or with bits of the gradient that are masked out at run time: every
// load is needed, every store is made, and the memory of a live optimizer can be used.
class Ceiling {
 public:
  // written: streams of each set that are written, 1 to kMaxWritten. read_bytes: of an element
  // that is only read, 2 or 4. Keeps the pointers.
  Ceiling(std::vector<StreamSet> sets, int written, size_t read_bytes);

  void Run(const CeilingWay& way) const;

  // The fastest of the ways with at most so many threads, by a few interleaved rounds.
  CeilingWay FastestWay(int threads) const;

  uint64_t elements() const { return elements_; }
  uint64_t BytesPerRun() const;

 private:
  struct Border {
    size_t set;
    size_t offset;
  };
  Border BorderAt(uint64_t element) const;
  CeilingWay FastestOf(const std::vector<CeilingWay>& ways) const;

  std::vector<StreamSet> sets_;
  std::vector<uint64_t> starts_;  // elements before each set
  int written_;
  size_t read_bytes_;
  uint64_t elements_ = 0;
};

// The instruction set that ceilings and the divider limit run in, by Highway's name.
std::string BestTarget();

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_CEILING_H_
