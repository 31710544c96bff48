// SPDX-License-Identifier: Apache-2.0
// Times several candidates in turn, A B C A B C ..., so that what disturbs the machine disturbs
// all of them alike.
#ifndef SIMDOPTIM_BENCH_YARDSTICKS_MEASURE_H_
#define SIMDOPTIM_BENCH_YARDSTICKS_MEASURE_H_

#include <functional>
#include <string>
#include <vector>

namespace simdoptim::yardsticks {

struct Candidate {
  std::string name;
  std::function<void()> run;
};

struct Measurement {
  std::string name;
  std::vector<double> samples;  // seconds a call, one a round
  int repetitions = 0;          // calls that a sample is the mean of

  double Median() const;
  // The distance between the quartiles over the median: 0.01 is a quiet machine.
  double Spread() const;
};

struct MeasureOptions {
  int rounds = 9;
  // Calls are repeated until a sample takes this long: far above the clock's resolution and cost.
  double min_sample_seconds = 2e-3;
};

// In the order of the candidates. Each is called at least once before the first round.
std::vector<Measurement> Measure(const std::vector<Candidate>& candidates,
                                 const MeasureOptions& options = {});

double Median(std::vector<double> values);

// How many times as long a takes as b: the median of the rounds' ratios, which cancels what slows
// a whole round. Both must come from one call of Measure.
double MedianRatio(const Measurement& a, const Measurement& b);

}  // namespace simdoptim::yardsticks

#endif  // SIMDOPTIM_BENCH_YARDSTICKS_MEASURE_H_
