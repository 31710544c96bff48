// SPDX-License-Identifier: Apache-2.0
// The plan: shares cover every element once and cost the same.

#include "lib/optimizer/plan.h"

#include <numeric>

#include "tests/support/catch.h"

namespace simdoptim::test {
namespace {

constexpr int kMaxShares = 256;

// Far apart, so that nothing merges; the memory is never touched.
Plan MakePlan(const std::vector<size_t>& sizes, uint16_t element_bytes = 28) {
  Plan plan;
  plan.Reserve(sizes.size(), kMaxShares);
  uintptr_t address = 1 << 20;
  for (size_t size : sizes) {
    Run run = {};
    run.streams.param = reinterpret_cast<float*>(address);
    run.streams.grad = reinterpret_cast<float*>(address);
    run.size = size;
    run.element_bytes = element_bytes;
    plan.Add(run);
    address += (size + 16) * sizeof(float);
  }
  return plan;
}

std::vector<size_t> Gpt2() {
  std::vector<size_t> sizes = {50257 * 768, 1024 * 768};
  for (int layer = 0; layer < 12; ++layer) {
    for (size_t size : std::initializer_list<size_t>{768, 768, 768 * 2304, 2304, 768 * 768, 768,
                                                     768, 768, 768 * 3072, 3072, 3072 * 768, 768}) {
      sizes.push_back(size);
    }
  }
  sizes.insert(sizes.end(), {768, 768});
  return sizes;
}

std::vector<size_t> OneGiantAndManyDwarfs() {
  std::vector<size_t> sizes(20000, 16);
  sizes[7000] = 30'000'000;
  return sizes;
}

void CheckCoversOnce(const Plan& plan) {
  size_t run = 0, offset = 0;
  for (int share = 0; share <= plan.shares(); ++share) {
    const Border border = plan.border(share);
    const bool in_order = border.run > run || (border.run == run && border.offset >= offset);
    CHECK(in_order);
    run = border.run;
    offset = border.offset;
    if (run < plan.runs().size()) CHECK(offset <= plan.runs()[run].size);
  }
  CHECK(plan.border(0).run == 0);
  CHECK(plan.border(0).offset == 0);
  CHECK(plan.border(plan.shares()).run == plan.runs().size());
}

TEST_CASE("shares differ by at most 2 % for any list of tensors and 1 to 256 threads", "[plan]") {
  const std::vector<std::pair<const char*, std::vector<size_t>>> lists = {
      {"GPT-2", Gpt2()},
      {"10,000 x 256", std::vector<size_t>(10000, 256)},
      {"100,000 x 16", std::vector<size_t>(100000, 16)},
      {"one giant and many dwarfs", OneGiantAndManyDwarfs()},
      {"one", {100'000'000}},
      {"primes", {9999991, 1, 2, 3, 1299709, 104729, 15485863, 7}},
  };
  for (const auto& [name, sizes] : lists) {
    for (uint16_t bytes : {uint16_t{12}, uint16_t{26}, uint16_t{36}}) {
      Plan plan = MakePlan(sizes, bytes);
      double worst = 0;
      int fewest_missing = 0;
      for (int threads = 1; threads <= kMaxShares; ++threads) {
        plan.Partition(threads);
        uint64_t most = 0, sum = 0;
        for (int share = 0; share < plan.shares(); ++share) {
          most = std::max(most, plan.ShareCost(share));
          sum += plan.ShareCost(share);
        }
        const double mean = static_cast<double>(sum) / plan.shares();
        worst = std::max(worst, static_cast<double>(most) / mean - 1);
        if (threads <= 16) fewest_missing = std::max(fewest_missing, threads - plan.shares());
      }
      CheckCoversOnce(plan);
      INFO(name << ", " << bytes << " bytes an element: " << worst);
      CHECK(worst <= 0.02);
      CHECK(fewest_missing == 0);
    }
  }
}

TEST_CASE("small steps are not split", "[plan]") {
  Plan plan = MakePlan({100, 200, 300});
  plan.Partition(64);
  CHECK(plan.shares() == 1);
  CheckCoversOnce(plan);
  CHECK(plan.elements() == 600);
  CHECK(plan.bytes() == 600 * 28);
}

TEST_CASE("an empty plan has one empty share", "[plan]") {
  Plan plan = MakePlan({});
  plan.Partition(8);
  CHECK(plan.shares() == 1);
  CheckCoversOnce(plan);
  Plan zeros = MakePlan({0, 0});
  zeros.Partition(8);
  CHECK(zeros.runs().empty());
}

TEST_CASE("only runs that continue each other in every stream merge", "[plan]") {
  std::vector<float> p(64), g(64), m(64);
  const auto run = [&](size_t begin, size_t size) {
    Run made = {};
    made.streams = {p.data() + begin, g.data() + begin, {m.data() + begin}};
    made.size = size;
    made.element_bytes = 20;
    return made;
  };
  const auto runs_with = [&](const Run& second) {
    Plan plan;
    plan.Reserve(2, kMaxShares);
    plan.Add(run(0, 16));
    plan.Add(second);
    return plan.runs().size();
  };
  CHECK(runs_with(run(16, 8)) == 1);
  CHECK(runs_with(run(17, 8)) == 2);
  Run other = run(16, 8);
  other.group = 1;
  CHECK(runs_with(other) == 2);
  other = run(16, 8);
  other.steps_behind = 1;
  CHECK(runs_with(other) == 2);
  other = run(16, 8);
  other.streams.state[0] = m.data() + 20;
  CHECK(runs_with(other) == 2);
  other = run(16, 8);
  other.streams.grad = g.data() + 20;
  CHECK(runs_with(other) == 2);
  other = run(16, 8);
  other.grad_format = 1;
  CHECK(runs_with(other) == 2);
}

}  // namespace
}  // namespace simdoptim::test
