// SPDX-License-Identifier: Apache-2.0
// A user's C++ program: every door of the library, a Runner of its own, and an Error caught.

#include <simdoptim/simdoptim.h>

#include <cstdio>
#include <cstring>
#include <vector>

namespace {

// Derives across the border of a shared library.
class Serial : public simdoptim::Runner {
 public:
  int Threads() const override { return 2; }
  void Run(int tasks, const simdoptim::Task& task) override {
    for (int i = 0; i < tasks; ++i) task(i);
  }
};

}  // namespace

int main() {
  std::vector<float> a(300000, 1.0f), b = a, c = a, grad(a.size(), 0.25f);
  std::vector<float> m(a.size()), v(a.size()), m2(a.size()), v2(a.size());
  simdoptim::AdamWStep({}, 1, a, grad, m, v);
  const std::span<float> states[] = {m2, v2};
  simdoptim::reference::Step(simdoptim::AdamWOptions(), 1, b, grad, states);
  Serial runner;
  simdoptim::Optimizer optimizer(simdoptim::AdamWOptions(), {{.value = c, .gradient = grad}});
  optimizer.SetRunner(&runner);
  optimizer.Step();
  if (a != b || a != c || a[0] == 1.0f) return 1;
  try {
    simdoptim::Options options = simdoptim::DefaultOptions("SGD");
    simdoptim::SetOption(options, "lr", -1);
    return 2;
  } catch (const simdoptim::Error& error) {
    if (std::strcmp(error.what(), "SGD: lr = -1 is not in [0, inf)") != 0) return 3;
  }
  std::printf("C++ on %s: ok\n", simdoptim::ActiveTarget().c_str());
  return 0;
}
