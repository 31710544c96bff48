// SPDX-License-Identifier: Apache-2.0
// Five published descriptions of SGD and Adam, each as the plain loop that its text gives, against
// the options that select it; and their acceptance numbers.

#include <array>
#include <cmath>
#include <functional>

#include "simdoptim/simdoptim.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace simdoptim::test {
namespace {

struct Scalar {
  double p = 0, first = 0, second = 0;  // the parameter and its two states
};
// One step on (state, gradient, t), as the description writes it.
using Description = std::function<void(Scalar&, double g, int t)>;

// 200 steps on 50 parameters with gradients that change sign and size.
void CheckFollows(const Options& options, const Description& describe) {
  constexpr size_t kSize = 50;
  Random random(5);
  const std::vector<float> start = random.Floats(kSize, -3, 0);
  std::vector<float> param = start;
  std::vector<Scalar> expected(kSize);
  for (size_t i = 0; i < kSize; ++i) expected[i].p = static_cast<double>(start[i]);
  std::vector<float> grad(kSize);
  Optimizer optimizer(options, {{"p", param, grad}});
  for (int t = 1; t <= 200; ++t) {
    grad = random.Floats(kSize, -6, 0);
    for (size_t i = 0; i < kSize; ++i) describe(expected[i], static_cast<double>(grad[i]), t);
    optimizer.SetGradient(0, grad);
    optimizer.Step();
  }
  for (size_t i = 0; i < kSize; ++i) {
    CHECK(static_cast<double>(param[i]) == Approx(expected[i].p).epsilon(2e-6).margin(2e-6));
  }
  CHECK(param != start);
}

Description AdamAsDescribed(double lr, double weight_decay_l2 = 0) {
  return [=](Scalar& s, double g, int t) {
    g += weight_decay_l2 * s.p;
    s.first = 0.9 * s.first + 0.1 * g;
    s.second = 0.999 * s.second + 0.001 * g * g;
    const double m_hat = s.first / (1 - std::pow(0.9, t));
    const double v_hat = s.second / (1 - std::pow(0.999, t));
    s.p -= lr * m_hat / (std::sqrt(v_hat) + 1e-8);
  };
}

TEST_CASE("minimodel lab 02", "[founding]") {
  CheckFollows(SgdOptions{.lr = 0.01}, [](Scalar& s, double g, int) { s.p -= 0.01 * g; });
  CheckFollows(
      SgdOptions{.lr = 0.01, .momentum = 0.9, .dampening = 0.9, .first_buffer = FirstBuffer::kZero},
      [](Scalar& s, double g, int) {
        s.first = 0.9 * s.first + (1 - 0.9) * g;
        s.p -= 0.01 * s.first;
      });
  CheckFollows(AdamOptions{}, AdamAsDescribed(1e-3));
}

TEST_CASE("TinyTorch module 06", "[founding]") {
  CheckFollows(SgdOptions{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.01},
               [](Scalar& s, double g, int) {
                 g += 0.01 * s.p;
                 s.first = 0.9 * s.first + g;
                 s.p -= 0.01 * s.first;
               });
  CheckFollows(AdamOptions{.lr = 0.01, .weight_decay = 0.02}, AdamAsDescribed(0.01, 0.02));
  CheckFollows(AdamWOptions{.lr = 0.01, .decay_mode = WeightDecay::kDecoupledAfter},
               [](Scalar& s, double g, int t) {
                 AdamAsDescribed(0.01)(s, g, t);
                 s.p *= 1 - 0.01 * 0.01;
               });
}

TEST_CASE("babygrad chapter 5", "[founding]") {
  CheckFollows(SgdOptions{.lr = 0.1}, [](Scalar& s, double g, int) { s.p -= 0.1 * g; });
  CheckFollows(AdamOptions{.lr = 0.01}, AdamAsDescribed(0.01));
}

TEST_CASE("TinyTorch module 8", "[founding]") {
  CheckFollows(SgdOptions{.lr = 0.01, .momentum = 0.9}, [](Scalar& s, double g, int) {
    s.first = 0.9 * s.first + g;
    s.p -= 0.01 * s.first;
  });
  CheckFollows(AdamOptions{}, AdamAsDescribed(1e-3));
}

TEST_CASE("tiny-pytorch", "[founding]") {
  CheckFollows(SgdOptions{.lr = 0.01,
                          .momentum = 0.9,
                          .dampening = 0.9,
                          .weight_decay = 0.05,
                          .decay_mode = WeightDecay::kDecoupled,
                          .first_buffer = FirstBuffer::kZero},
               [](Scalar& s, double g, int) {
                 s.first = 0.9 * s.first + (1 - 0.9) * g;
                 s.p = s.p * (1 - 0.01 * 0.05) - 0.01 * s.first;
               });
  CheckFollows(SgdOptions{.lr = 0.01, .weight_decay = 0.05, .decay_mode = WeightDecay::kDecoupled},
               [](Scalar& s, double g, int) { s.p = s.p * (1 - 0.01 * 0.05) - 0.01 * g; });
  CheckFollows(AdamOptions{.lr = 0.01, .weight_decay = 0.03}, AdamAsDescribed(0.01, 0.03));
}

// f = (theta - 3)^2 from 0; returns theta after each step.
std::vector<double> Descend(const Options& options, int steps) {
  std::vector<float> theta = {0}, grad = {0};
  Optimizer optimizer(options, {{"theta", theta, grad}});
  std::vector<double> path;
  for (int t = 0; t < steps; ++t) {
    grad[0] = 2 * (theta[0] - 3);
    optimizer.Step();
    path.push_back(static_cast<double>(theta[0]));
  }
  return path;
}

TEST_CASE("acceptance numbers of minimodel lab 02", "[founding]") {
  const auto distance = [](double theta) { return std::fabs(theta - 3); };

  const std::vector<double> sgd = Descend(SgdOptions{.lr = 0.1}, 100);
  CHECK(distance(sgd.back()) < 1e-3);
  double before = 3;
  bool rose = false;
  for (double theta : sgd) {
    rose = rose || distance(theta) > before;
    before = distance(theta);
  }
  CHECK(!rose);

  CHECK(distance(Descend(AdamOptions{.lr = 0.1}, 200).back()) < 1e-2);

  std::vector<float> theta = {1}, grad = {2};
  std::vector<float> m(1), v(1);
  AdamStep({.lr = 0.1}, 1, theta, grad, m, v);  // of theta^2 from 1
  CHECK(std::fabs(static_cast<double>(theta[0]) - 0.9) < 1e-6);
}

// The lab expects momentum 0.9 to be ahead of plain SGD after 30 steps. On this function plain SGD
// at lr 0.1 shrinks the distance by 0.8 a step; both forms of momentum oscillate with an amplitude
// that shrinks by sqrt(0.9) = 0.949 a step, so plain is ahead. At lr 0.01, where plain shrinks it
// by 0.98 only, PyTorch's form is ahead and the dampened form, which has a tenth of its step, is
// not.
TEST_CASE("momentum against plain SGD after 30 steps, as it really is", "[founding]") {
  const auto after30 = [](SgdOptions options) {
    return std::fabs(Descend(options, 30).back() - 3);
  };
  const auto plain = [&](double lr) { return after30({.lr = lr}); };
  const auto torch = [&](double lr) { return after30({.lr = lr, .momentum = 0.9}); };
  const auto dampened = [&](double lr) {
    return after30(
        {.lr = lr, .momentum = 0.9, .dampening = 0.9, .first_buffer = FirstBuffer::kZero});
  };
  CHECK(plain(0.1) < 0.004);
  CHECK(torch(0.1) > plain(0.1));
  CHECK(dampened(0.1) > plain(0.1));
  CHECK(torch(0.01) < plain(0.01));
  CHECK(dampened(0.01) > plain(0.01));
  INFO("lr 0.1: plain " << plain(0.1) << " torch " << torch(0.1) << " dampened " << dampened(0.1));
  INFO("lr 0.01: plain " << plain(0.01) << " torch " << torch(0.01) << " dampened "
                         << dampened(0.01));
  CHECK(true);
}

// 0.5 x^2 from (5, -3, 2), 100 steps.
TEST_CASE("the convergence comparison of TinyTorch module 06", "[founding]") {
  const auto loss = [](const Options& options) {
    std::vector<float> x = {5, -3, 2}, grad(3);
    Optimizer optimizer(options, {{"x", x, grad}});
    for (int t = 0; t < 100; ++t) {
      for (size_t i = 0; i < 3; ++i) grad[i] = x[i];
      optimizer.Step();
    }
    double sum = 0;
    for (float xi : x) sum += 0.5 * static_cast<double>(xi) * static_cast<double>(xi);
    return sum;
  };
  const double start = 0.5 * (25 + 9 + 4);
  CHECK(loss(SgdOptions{.lr = 0.1}) < 1e-6 * start);
  CHECK(loss(SgdOptions{.lr = 0.1, .momentum = 0.9}) < 1e-2 * start);
  CHECK(loss(AdamOptions{.lr = 0.1}) < 0.05 * start);
  CHECK(loss(AdamWOptions{.lr = 0.1}) < 0.05 * start);
}

TEST_CASE("memory: momentum doubles the parameters, Adam triples them", "[founding]") {
  std::vector<float> p(1600);
  const auto state_bytes = [&](const Options& options) {
    return Optimizer(options, {{"p", p}}).StateBytes();
  };
  CHECK(state_bytes(SgdOptions{}) == 0);
  CHECK(state_bytes(SgdOptions{.momentum = 0.9}) == 4 * p.size());
  CHECK(state_bytes(AdamOptions{}) == 8 * p.size());
  CHECK(state_bytes(AdamWOptions{.amsgrad = true}) == 12 * p.size());
}

}  // namespace
}  // namespace simdoptim::test
