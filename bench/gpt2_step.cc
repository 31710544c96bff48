// SPDX-License-Identifier: Apache-2.0
// One AdamW step of GPT-2 124M, against the limit of this machine's memory and against the loop
// that people write by hand. Takes less than a minute and 3 GB.

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "bench/number_argument.h"
#include "bench/yardsticks/machine.h"
#include "bench/yardsticks/naive.h"
#include "bench/yardsticks/trial.h"

namespace simdoptim::yardsticks {
namespace {

struct Arguments {
  int rounds = 9;
  int threads = 0;  // all
};

constexpr const char* kUsage = "usage: gpt2_step [--rounds N] [--threads N]\n";

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    if (!TakeNumber(argc, argv, i, "--rounds", arguments.rounds) &&
        !TakeNumber(argc, argv, i, "--threads", arguments.threads)) {
      return false;
    }
  }
  return true;
}

// Tensors of every size but the largest, whose reference would take longer than all timing.
std::vector<size_t> SampleOfTensors(const Shapes& shapes) {
  constexpr std::string_view kSample[] = {
      "wpe.weight",         "h.0.ln_1.weight", "h.0.attn.c_attn.weight", "h.5.mlp.c_proj.weight",
      "h.11.mlp.c_fc.bias", "ln_f.bias"};
  std::vector<size_t> sample;
  for (size_t i = 0; i < shapes.tensors.size(); ++i) {
    for (const std::string_view name : kSample) {
      if (shapes.tensors[i].name == name) sample.push_back(i);
    }
  }
  return sample;
}

// Adds the candidates of one number of threads. Loops step each tensor in turn, on the optimizer's
// own memory.
class Candidates {
 public:
  Candidates(Trial& trial, const Ceiling& ceiling) : trial_(trial), ceiling_(ceiling) {}

  size_t AddStep(int threads) {
    return Add("simdoptim", threads, [this, threads] {
      trial_.optimizer().SetThreads(threads);
      trial_.Step();
    });
  }
  size_t AddCeiling(int threads) {
    const CeilingWay way = ceiling_.FastestWay(threads);
    return Add("ceiling: the same memory, no maths", threads, [this, way] { ceiling_.Run(way); });
  }
  size_t AddNaive(const std::string& flags, NaiveStep step) {
    return Add("loop by hand, " + flags, 1, [this, step] {
      ForEachTensor([&](float* p, const float* g, float* m, float* v, size_t n) {
        step(NaiveAdamW(), kNaiveStepNumber, p, g, m, v, n);
      });
    });
  }
  size_t AddNaiveOpenMp(int threads) {
    return Add("loop by hand, same with OpenMP", threads, [this, threads] {
      ForEachTensor([&](float* p, const float* g, float* m, float* v, size_t n) {
        NaiveStepNativeOpenMp(NaiveAdamW(), kNaiveStepNumber, p, g, m, v, n, threads);
      });
    });
  }

  const std::vector<Candidate>& all() const { return candidates_; }
  int threads(size_t candidate) const { return threads_[candidate]; }

 private:
  static constexpr int kNaiveStepNumber = 10;

  template <class F>
  size_t Add(const std::string& name, int threads, F run) {
    candidates_.push_back({name, run});
    threads_.push_back(threads);
    return candidates_.size() - 1;
  }

  template <class F>
  void ForEachTensor(F step) {
    Workload& workload = trial_.workload();
    for (size_t i = 0; i < workload.Tensors(); ++i) {
      const std::vector<std::span<float>> states = trial_.States(i);
      const Gradient gradient = workload.GradientOf(i);
      step(workload.Value(i).data(), static_cast<const float*>(gradient.data()), states[0].data(),
           states[1].data(), gradient.size());
    }
  }

  Trial& trial_;
  const Ceiling& ceiling_;
  std::vector<Candidate> candidates_;
  std::vector<int> threads_;
};

int Run(const Arguments& arguments) {
  const int most = DefaultRunner().Threads();
  const int threads = arguments.threads > 0 ? arguments.threads : most;
  std::printf("%s, %d processors; simdoptim %d.%d.%d, target %s\n", ProcessorName().c_str(),
              Processors(), SIMDOPTIM_VERSION_MAJOR, SIMDOPTIM_VERSION_MINOR,
              SIMDOPTIM_VERSION_PATCH, ActiveTarget().c_str());
  std::printf("GPT-2 124M: %zu tensors, %llu parameters; AdamW, float32\n", kGpt2Tensors,
              static_cast<unsigned long long>(kGpt2Elements));

  Trial trial(AdamWOptions(), Gpt2(), Format::kF32, threads);
  const std::vector<size_t> sample = SampleOfTensors(trial.workload().shapes());
  if (const std::string problem = trial.Verify(sample); !problem.empty()) {
    std::fprintf(stderr, "gpt2_step: %s\n", problem.c_str());
    return 1;
  }
  std::printf("verified: %zu tensors equal the scalar reference, bit for bit\n\n", sample.size());
  std::fflush(stdout);

  const Ceiling ceiling = trial.MakeCeiling();
  Candidates candidates(trial, ceiling);
  const size_t step1 = candidates.AddStep(1);
  const size_t ceiling1 = candidates.AddCeiling(1);
  const size_t o2 = candidates.AddNaive("-O2", &NaiveStepO2);
  const size_t native = candidates.AddNaive(NaiveNativeFlags(), &NaiveStepNative);
  size_t step = step1, top = ceiling1, open_mp = native;
  if (threads > 1) {
    step = candidates.AddStep(threads);
    top = candidates.AddCeiling(threads);
    open_mp = candidates.AddNaiveOpenMp(threads);
  }
  const std::vector<Measurement> measured = Measure(candidates.all(), {.rounds = arguments.rounds});

  const double bytes = static_cast<double>(ceiling.BytesPerRun());
  std::printf("%-48s %7s %9s %6s %10s %7s %10s\n", "", "threads", "ns/param", "GB/s", "of ceiling",
              "spread", "simdoptim");
  for (size_t i = 0; i < measured.size(); ++i) {
    const double seconds = measured[i].Median();
    const bool serial = candidates.threads(i) == 1;
    std::printf(
        "%-48s %7d %9.3f %6.1f %9.0f%% %6.1f%% %9.2fx\n", measured[i].name.c_str(),
        candidates.threads(i), 1e9 * seconds / static_cast<double>(kGpt2Elements),
        1e-9 * bytes / seconds, 100 * MedianRatio(measured[serial ? ceiling1 : top], measured[i]),
        100 * measured[i].Spread(), MedianRatio(measured[i], measured[serial ? step1 : step]));
  }
  std::printf(
      "\nMedians of %d interleaved rounds; 28 bytes are moved for a parameter. Of ceiling: "
      "share of the ceiling's speed\non as many threads. Spread: of the quartiles. "
      "Simdoptim: how many times as fast it is on as many threads.\n",
      arguments.rounds);
  if (threads > 1) {
    std::printf(
        "On %d threads simdoptim is %.2f times as fast as the loop at -O2, and %.2f times "
        "as the OpenMP loop.\n",
        threads, MedianRatio(measured[o2], measured[step]),
        MedianRatio(measured[open_mp], measured[step]));
  }
  return 0;
}

}  // namespace
}  // namespace simdoptim::yardsticks

int main(int argc, char** argv) {
  simdoptim::yardsticks::Arguments arguments;
  if (!simdoptim::yardsticks::Parse(argc, argv, arguments)) {
    std::fputs(simdoptim::yardsticks::kUsage, stderr);
    return 2;
  }
  try {
    return simdoptim::yardsticks::Run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpt2_step: %s\n", error.what());
    return 1;
  }
}
