// SPDX-License-Identifier: Apache-2.0
// Trains a perceptron on real handwritten digits with four optimizers from the same weights, and
// compares where they arrive and what their steps cost.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dataset.h"
#include "loss_plot.h"
#include "mlp.h"
#include "progress.h"
#include "random.h"
#include "simdoptim/simdoptim.h"

namespace digits {
namespace {

constexpr uint64_t kSplitSeed = 1, kWeightSeed = 2, kOrderSeed = 3;
constexpr size_t kBatch = 32;

constexpr std::string_view kUsage =
    "usage: digits [--data FILE] [--svg FILE] [--epochs N]\n"
    "  --data FILE   the digits, as CSV (default: the project's examples/data/digits.csv)\n"
    "  --svg FILE    where the picture of the loss curves goes (default: digits_loss.svg)\n"
    "  --epochs N    passes over the training set, 1 to 10000 (default: 40)\n";

struct Arguments {
  std::string data = SIMDOPTIM_DIGITS_CSV;
  std::string svg = "digits_loss.svg";
  int epochs = 40;
  bool help = false;
};

int ParseEpochs(std::string_view text) {
  int epochs = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, epochs);
  if (error != std::errc() || stop != end || epochs < 1 || epochs > 10000) {
    throw std::runtime_error("--epochs " + std::string(text) + ": not an integer from 1 to 10000");
  }
  return epochs;
}

Arguments ParseArguments(std::span<char*> words) {
  Arguments arguments;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--help" || word == "-h") {
      arguments.help = true;
      continue;
    }
    if (word != "--data" && word != "--svg" && word != "--epochs") {
      throw std::runtime_error("unknown argument " + std::string(word) + "\n" +
                               std::string(kUsage));
    }
    if (++i == words.size()) throw std::runtime_error(std::string(word) + ": needs a value");
    if (word == "--data") arguments.data = words[i];
    if (word == "--svg") arguments.svg = words[i];
    if (word == "--epochs") arguments.epochs = ParseEpochs(words[i]);
  }
  return arguments;
}

struct Contestant {
  std::string name;
  simdoptim::Options options;
};

// Usual values for batches of 32, set once; none was tuned against the held-out digits.
std::vector<Contestant> Contestants() {
  return {{"SGD", simdoptim::SgdOptions{.lr = 0.1}},
          {"SGD + momentum", simdoptim::SgdOptions{.lr = 0.1, .momentum = 0.9}},
          {"Adam", simdoptim::AdamOptions{.lr = 1e-3}},
          {"AdamW", simdoptim::AdamWOptions{.lr = 1e-3, .weight_decay = 1e-2}}};
}

struct Run {
  Curve curve;
  double held_out_accuracy = 0;
  uint64_t training_ns = 0;   // forward, backward and steps
  uint64_t optimizer_ns = 0;  // of these, in the steps
};

// How an engine hands its tensors to the library: pointers only, nothing is copied.
simdoptim::Optimizer MakeOptimizer(const simdoptim::Options& options, std::span<Tensor> tensors) {
  std::vector<simdoptim::Parameter> parameters;
  for (Tensor& tensor : tensors) {
    parameters.push_back({.name = tensor.name, .value = tensor.value, .gradient = tensor.gradient});
  }
  return simdoptim::Optimizer(options, parameters);
}

// The network comes by value: every contestant starts from the same weights.
Run Train(const Contestant& contestant, Mlp network, const Split& data, int epochs) {
  Run run;
  run.curve.name = contestant.name;
  run.curve.losses.push_back(network.Evaluate(data.training).loss);

  simdoptim::Optimizer optimizer = MakeOptimizer(contestant.options, network.Tensors());
  optimizer.SetObserver(
      [&run](const simdoptim::StepReport& report) { run.optimizer_ns += report.nanoseconds; });

  std::vector<size_t> order(data.training.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Random random(kOrderSeed);
  const Progress progress(contestant.name, epochs);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    random.Shuffle(order);
    std::span<const size_t> left = order;
    while (!left.empty()) {
      const size_t batch = std::min(kBatch, left.size());
      network.Backward(data.training, left.first(batch));
      optimizer.Step();
      left = left.subspan(batch);
    }
    const std::chrono::nanoseconds time = std::chrono::steady_clock::now() - start;
    run.training_ns += static_cast<uint64_t>(time.count());

    run.curve.losses.push_back(network.Evaluate(data.training).loss);
    progress.Update(epoch, run.curve.losses.back());
  }
  run.held_out_accuracy = network.Evaluate(data.held_out).accuracy;
  return run;
}

void PrintTable(std::span<const Run> runs) {
  std::printf("\n%-14s  %19s  %17s  %17s  %17s\n", "optimizer", "final training loss",
              "held-out accuracy", "time in optimizer", "share of training");
  for (const Run& run : runs) {
    const auto optimizer_ns = static_cast<double>(run.optimizer_ns);
    std::printf("%-14s  %19.6f  %15.2f %%  %14.2f ms  %15.2f %%\n", run.curve.name.c_str(),
                run.curve.losses.back(), 100 * run.held_out_accuracy, optimizer_ns * 1e-6,
                100 * optimizer_ns / static_cast<double>(run.training_ns));
  }
}

void Main(const Arguments& arguments) {
  const Split data = ShuffleAndSplit(ReadCsv(arguments.data), kSplitSeed);
  Mlp network(kWeightSeed);
  size_t parameters = 0;
  for (const Tensor& tensor : network.Tensors()) parameters += tensor.value.size();
  std::printf("%zu digits to train on, %zu held out; %zu-%zu-%zu perceptron, %zu parameters; %s\n",
              data.training.size(), data.held_out.size(), kPixels, Mlp::kHidden, kClasses,
              parameters, simdoptim::ActiveTarget().c_str());

  std::vector<Run> runs;
  std::vector<Curve> curves;
  for (const Contestant& contestant : Contestants()) {
    runs.push_back(Train(contestant, network, data, arguments.epochs));
    curves.push_back(runs.back().curve);
  }
  PrintTable(runs);

  WriteLossPlot(
      arguments.svg,
      "Four optimizers on " + std::to_string(data.training.size()) + " handwritten digits", curves);
  std::printf("\nLoss curves: %s\n", arguments.svg.c_str());
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  try {
    const auto arguments =
        digits::ParseArguments(std::span<char*>(argv, static_cast<size_t>(argc)));
    if (arguments.help) {
      std::printf("%s", digits::kUsage.data());
      return 0;
    }
    digits::Main(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 1;
  }
}
