// SPDX-License-Identifier: Apache-2.0
// Kernels equal the scalar float reference bit for bit: every target, rule, variant, format, size
// and alignment; and write nothing else.

#include "tests/support/cases.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

constexpr int kSteps = 3;

// Restores the target that a test changed.
struct TargetGuard {
  std::string target = ActiveTarget();
  ~TargetGuard() { SetTarget(target); }
};

// Steps kernel and reference side by side; "" if all bits agree.
std::string Compare(const Case& c, Format format, size_t size, size_t offset, Random& random,
                    int low, int high) {
  const std::vector<float> start = random.Floats(size, low, high);
  const Tensor actual(c.options, start, offset);
  const Tensor expected(c.options, start);
  const std::string where = c.name + "/" + FormatName(format) + "/n" + std::to_string(size) +
                            "/offset" + std::to_string(offset);
  for (int t = 1; t <= kSteps; ++t) {
    const GradientBuffer grad(random.Floats(size, low, high), format, (offset * 5 + 1) % 16);
    Step(c.options, t, actual.param(), grad.view(), actual.states());
    reference::Step(c.options, t, expected.param(), grad.view(), expected.states());
    if (!actual.SameBitsAs(expected)) return where + ": other bits at t = " + std::to_string(t);
    if (!actual.CanariesLive() || !grad.CanariesLive()) return where + ": wrote outside";
  }
  if (size > 0 && SameBits(actual.param(), start) && low > -30) return where + ": did not move";
  return "";
}

TEST_CASE("every target that the processor has is compared", "[bits]") {
  REQUIRE(!Targets().empty());
#if defined(__x86_64__) && defined(__GNUC__)
  const std::vector<std::string> targets = Targets();
  const auto has = [&](const char* name) {
    return std::find(targets.begin(), targets.end(), name) != targets.end();
  };
  // A whole set of processor features stands behind each name; these are the ones that matter.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) CHECK(has("AVX2"));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    CHECK(has("AVX3"));
  }
#endif
}

TEST_CASE("kernels give the reference's bits in every combination of options", "[bits]") {
  const TargetGuard guard;
  const std::vector<Case> cases = AllCases();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    INFO(target);
    Random random(1);
    std::string failures;
    for (const Case& c : cases) {
      for (Format format : kFormats) failures += Compare(c, format, 37, 3, random, -12, 1);
    }
    CHECK(failures == "");
  }
}

TEST_CASE("kernels give the reference's bits at every size and alignment", "[bits]") {
  const TargetGuard guard;
  const std::vector<Case> cases = EssentialCases();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    INFO(target);
    Random random(2);
    std::string failures;
    for (const Case& c : cases) {
      for (Format format : kFormats) {
        for (size_t size = 0; size <= 4 * 16 + 3; ++size) {
          failures += Compare(c, format, size, size % 16, random, -12, 1);
        }
        for (size_t size : {size_t{127}, size_t{256}, size_t{1021}}) {
          failures += Compare(c, format, size, 7, random, -12, 1);
        }
      }
    }
    CHECK(failures == "");
  }
}

TEST_CASE("kernels give the reference's bits among subnormal, tiny and huge numbers", "[bits]") {
  const TargetGuard guard;
  const std::vector<Case> cases = EssentialCases();
  for (const std::string& target : Targets()) {
    SetTarget(target);
    INFO(target);
    Random random(3);
    std::string failures;
    for (const Case& c : cases) {
      for (Format format : kFormats) {
        failures += Compare(c, format, 131, 5, random, -127, -100);  // -127: subnormal
        failures += Compare(c, format, 131, 5, random, -70, -50);
        failures += Compare(c, format, 131, 5, random, 60, 127);
        failures += Compare(c, format, 131, 5, random, -127, 128);  // 128: infinite or NaN
      }
    }
    CHECK(failures == "");
  }
}

}  // namespace
}  // namespace simdoptim::test
