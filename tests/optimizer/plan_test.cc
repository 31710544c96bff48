// SPDX-License-Identifier: Apache-2.0
// The plan: shares cover every element once and cost the same.

#include "lib/optimizer/plan.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

constexpr int kMaxShares = 256;
constexpr size_t kLine = 16;  // elements: cuts are on multiples of it
constexpr uint64_t kRunBytes = Plan::kRunBytes;

// Far apart, so that nothing merges; the memory is never touched. Runs take element_bytes in turn.
Plan MakePlan(const std::vector<size_t>& sizes, const std::vector<uint16_t>& element_bytes = {28}) {
  Plan plan;
  plan.Reserve(sizes.size(), kMaxShares);
  uintptr_t address = 1 << 20;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Run run = {};
    run.streams.param = reinterpret_cast<float*>(address);
    run.streams.grad = reinterpret_cast<float*>(address);
    run.size = sizes[i];
    RunKind kind = {};
    kind.element_bytes = element_bytes[i % element_bytes.size()];
    plan.Add(run, kind);
    address += (sizes[i] + 16) * sizeof(float);
  }
  return plan;
}

// GPT-2 124M in the order of its Hugging Face implementation; weights, then biases.
std::vector<size_t> Gpt2() {
  std::vector<size_t> sizes = {50257 * 768, 1024 * 768};
  for (int layer = 0; layer < 12; ++layer) {
    for (size_t size : std::initializer_list<size_t>{768, 768, 768 * 2304, 2304, 768 * 768, 768,
                                                     768, 768, 768 * 3072, 3072, 3072 * 768, 768}) {
      sizes.push_back(size);
    }
  }
  sizes.insert(sizes.end(), {768, 768});
  REQUIRE(sizes.size() == 148);
  REQUIRE(std::accumulate(sizes.begin(), sizes.end(), size_t{0}) == 124'439'808);
  return sizes;
}

std::vector<size_t> Dwarfs(size_t count) {
  Random random(31);
  std::vector<size_t> sizes(count);
  for (size_t& size : sizes) size = 1 + random.Below(100);
  return sizes;
}

std::vector<size_t> OneGiantAndManyDwarfs() {
  std::vector<size_t> sizes = Dwarfs(20'000);
  sizes[7000] = 100'000'000;
  return sizes;
}

// Sizes of every magnitude up to 2^24, and some of zero.
std::vector<size_t> AnySizes(uint64_t seed) {
  Random random(seed);
  std::vector<size_t> sizes(1 + random.Below(2000));
  for (size_t& size : sizes) size = random.Below(uint64_t{1} << random.Below(25));
  return sizes;
}

struct Shares {
  // The first thing that is wrong with them; then the rest is not filled in.
  const char* problem = nullptr;
  uint64_t most = 0;  // cost of the most expensive
  uint64_t sum = 0;   // cost of all
};

// Walks through the shares as a step does.
Shares WalkShares(const Plan& plan) {
  const std::vector<Run>& runs = plan.runs();
  Shares shares;
  uint64_t elements = 0;
  if (plan.border(0).run != 0 || plan.border(0).offset != 0) return {"does not start at the start"};
  for (int share = 0; share < plan.shares(); ++share) {
    const Border begin = plan.border(share);
    const Border end = plan.border(share + 1);
    if (end.run < begin.run || (end.run == begin.run && end.offset < begin.offset)) {
      return {"ends before it begins"};
    }
    if (end.run == runs.size() ? end.offset != 0 : end.offset > runs[end.run].size) {
      return {"ends outside of a run"};
    }
    if (end.offset % kLine != 0 && end.offset != runs[end.run].size) return {"ends inside a line"};
    uint64_t cost = 0;
    for (size_t r = begin.run; r < runs.size() && r <= end.run; ++r) {
      const size_t from = r == begin.run ? begin.offset : 0;
      const size_t to = r == end.run ? end.offset : runs[r].size;
      if (from == to) continue;
      elements += to - from;
      cost += (to - from) * plan.batches()[plan.BatchOf(r)].kind.element_bytes + kRunBytes;
    }
    if (cost != plan.ShareCost(share)) return {"does not cost what ShareCost says"};
    shares.most = std::max(shares.most, cost);
    shares.sum += cost;
  }
  if (plan.border(plan.shares()).run != runs.size()) return {"does not end at the end"};
  if (elements != plan.elements()) return {"leaves elements out"};
  return shares;
}

// Shares of T / n bytes are meant, for T bytes and n shares. A cut is at most 8 elements from where
// it is meant, as it is rounded to a multiple of 16; the start of a cut run counts on both sides.
// So a share costs at most 16 elements, one run and one byte, for the fraction, more than T / n:
//
//   most <= T / n + 16 * element_bytes + 320 + 1
//
// That is 2 % or less from T / n = 800 * element_bytes + 16050 on: for every element_bytes that a
// rule can have (10 or more), where a share has 2405 elements, 151 cache lines of each stream.
// A plan makes no shares of less than kMinParallelBytes / 2, so all its shares are within 2 %.
constexpr uint64_t MostAbove(uint64_t element_bytes) {
  return kLine * element_bytes + kRunBytes + 1;
}
constexpr uint64_t SmallestShare() { return Plan::kMinParallelBytes / 2; }
static_assert(50 * MostAbove(36) <= SmallestShare());
static_assert(kRunBytes == 320 && 50 * MostAbove(10) <= 2405 * 10);

// most_bytes: the largest element_bytes in the plan.
void CheckShares(Plan& plan, uint16_t most_bytes) {
  const uint64_t total = plan.bytes() + plan.runs().size() * kRunBytes;
  const uint64_t worthwhile = std::max<uint64_t>(1, total / SmallestShare());
  double worst = 0;
  for (int threads = 1; threads <= kMaxShares; ++threads) {
    plan.Partition(threads);
    const uint64_t count = static_cast<uint64_t>(plan.shares());
    const Shares shares = WalkShares(plan);
    INFO(threads << " threads, a share "
                 << (shares.problem ? shares.problem : "costs " + std::to_string(shares.most)));
    REQUIRE(shares.problem == nullptr);
    REQUIRE(count == std::min(static_cast<uint64_t>(threads), worthwhile));
    REQUIRE(shares.most <= total / count + MostAbove(most_bytes));
    const double mean = static_cast<double>(shares.sum) / static_cast<double>(count);
    worst = std::max(worst, static_cast<double>(shares.most) / mean);
  }
  CHECK(worst <= 1.02);
}

TEST_CASE("shares are whole and differ by at most 2 %, for any list of tensors", "[plan]") {
  const std::vector<std::pair<std::string, std::vector<size_t>>> lists = {
      {"GPT-2", Gpt2()},
      {"10,000 x 256", std::vector<size_t>(10'000, 256)},
      {"100,000 x 16", std::vector<size_t>(100'000, 16)},
      {"one giant and many dwarfs", OneGiantAndManyDwarfs()},
      {"dwarfs", Dwarfs(100'000)},
      {"one", {100'000'000}},
      {"primes", {9999991, 1, 2, 3, 1299709, 104729, 15485863, 7}},
      {"random 1", AnySizes(1)},
      {"random 2", AnySizes(2)},
      {"random 3", AnySizes(3)},
  };
  // From SGD on half-precision gradients to AMSGrad on float; and groups of different rules.
  const std::vector<std::vector<uint16_t>> element_bytes = {{10}, {28}, {36}, {36, 10, 28}};
  for (const auto& [name, sizes] : lists) {
    for (const std::vector<uint16_t>& bytes : element_bytes) {
      INFO(name << ", " << bytes.front() << " bytes an element");
      Plan plan = MakePlan(sizes, bytes);
      CheckShares(plan, bytes.front());
    }
  }
}

TEST_CASE("small steps are not split", "[plan]") {
  Plan plan = MakePlan({100, 200, 300});
  plan.Partition(64);
  CHECK(plan.shares() == 1);
  CHECK(WalkShares(plan).problem == nullptr);
  CHECK(plan.elements() == 600);
  CHECK(plan.bytes() == 600 * 28);
}

TEST_CASE("an empty plan has one empty share", "[plan]") {
  Plan plan = MakePlan({});
  plan.Partition(8);
  CHECK(plan.shares() == 1);
  CHECK(WalkShares(plan).problem == nullptr);
  Plan zeros = MakePlan({0, 0});
  zeros.Partition(8);
  CHECK(zeros.runs().empty());
}

TEST_CASE("only runs that continue each other in every stream merge", "[plan]") {
  std::vector<float> p(64), g(64), m(64);
  const auto run = [&](size_t begin, size_t size) {
    return Run{{p.data() + begin, g.data() + begin, {m.data() + begin}}, size};
  };
  const RunKind kind = {.steps_behind = 0, .group = 0, .element_bytes = 20, .grad_format = 0};
  const auto runs_with = [&](const Run& second, const RunKind& second_kind) {
    Plan plan;
    plan.Reserve(2, kMaxShares);
    plan.Add(run(0, 16), kind);
    plan.Add(second, second_kind);
    return plan.runs().size();
  };
  CHECK(runs_with(run(16, 8), kind) == 1);
  CHECK(runs_with(run(17, 8), kind) == 2);
  RunKind other = kind;
  other.group = 1;
  CHECK(runs_with(run(16, 8), other) == 2);
  other = kind;
  other.steps_behind = 1;
  CHECK(runs_with(run(16, 8), other) == 2);
  other = kind;
  other.grad_format = 1;
  CHECK(runs_with(run(16, 8), other) == 2);
  other = kind;
  other.element_bytes = 28;
  CHECK(runs_with(run(16, 8), other) == 2);
  Run apart = run(16, 8);
  apart.streams.state[0] = m.data() + 20;
  CHECK(runs_with(apart, kind) == 2);
  apart = run(16, 8);
  apart.streams.grad = g.data() + 20;
  CHECK(runs_with(apart, kind) == 2);
}

TEST_CASE("a batch is what lies together and is of one kind", "[plan]") {
  std::vector<float> p(64);
  Plan plan;
  plan.Reserve(5, kMaxShares);
  const auto add = [&](size_t begin, size_t size, uint32_t group) {
    plan.Add({{p.data() + begin, p.data() + begin, {}}, size}, {0, group, 12, 0});
  };
  add(0, 8, 0);
  add(8, 8, 0);  // continues the first
  add(20, 4, 0);
  add(24, 8, 1);
  add(40, 8, 0);
  REQUIRE(plan.runs().size() == 4);
  REQUIRE(plan.batches().size() == 3);
  CHECK(plan.batches()[0].end == 2);
  CHECK(plan.batches()[1].end == 3);
  CHECK(plan.batches()[2].end == 4);
  CHECK(plan.BatchOf(0) == 0);
  CHECK(plan.BatchOf(1) == 0);
  CHECK(plan.BatchOf(2) == 1);
  CHECK(plan.BatchOf(3) == 2);
}

}  // namespace
}  // namespace simdoptim::test
