// SPDX-License-Identifier: Apache-2.0
// The rows of the benchmark and their names. Rules come from the library's registry: a new one is
// here without a change.
#ifndef SIMDOPTIM_BENCH_ROWS_H_
#define SIMDOPTIM_BENCH_ROWS_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/yardsticks/shapes.h"
#include "simdoptim/simdoptim.h"

namespace simdoptim::bench {

// A rule with its default options, or with one of them set so that it keeps another state.
struct Variant {
  std::string name;  // "adamw", "adamw_amsgrad", "sgd_momentum"
  Options options;
};
std::vector<Variant> AllVariants();

struct List {
  std::string name;  // Shapes::name
  std::function<yardsticks::Shapes()> make;
};

enum class Kind {
  kStep,     // adamw/f32_bf16_f32/AVX3/n1024/t1
  kCall,     // call/adamw/f32_bf16_f32/AVX3/n64/t1: through the functional door
  kCeiling,  // ceiling/adamw/f32_bf16_f32/AVX3/n1024/t1: its streams and no maths
  kDivider,  // ceiling/divider/f32/AVX3/n1024/t1: a root and a division an element
  kNaive,    // naive/adamw/f32_f32_f32/O2/n1024/t1: the loop by hand; its flags, not a target
};

struct Row {
  Kind kind;
  Variant variant;
  Format gradient;
  std::string target;  // of kNaive: the library's, which it is compared with
  List list;
  int threads;
  std::string flags = {};  // kNaive: kNaiveO2 or kNaiveNative

  // kind, rule, formats of parameter, gradient and state, target, list, threads.
  std::string Name() const;
};

std::vector<Row> AllRows();

}  // namespace simdoptim::bench

#endif  // SIMDOPTIM_BENCH_ROWS_H_
