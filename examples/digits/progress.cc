// SPDX-License-Identifier: Apache-2.0
// The bar redraws one line of at most 79 columns; plain lines come five times a run.
#include "progress.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <utility>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace digits {
namespace {

constexpr int kBar = 30;   // columns
constexpr int kLines = 5;  // a run

bool IsTerminal() {
#ifdef _WIN32
  return _isatty(_fileno(stdout)) != 0;
#else
  return isatty(STDOUT_FILENO) != 0;
#endif
}

}  // namespace

Progress::Progress(std::string name, int epochs)
    : name_(std::move(name)), epochs_(epochs), terminal_(IsTerminal()) {}

void Progress::Update(int epoch, double loss) const {
  const bool last = epoch == epochs_;
  if (terminal_) {
    const int done = static_cast<int>(int64_t{kBar} * epoch / epochs_);
    const std::string bar = std::string(static_cast<size_t>(done), '#') +
                            std::string(static_cast<size_t>(kBar - done), '.');
    std::printf("\r%-14s [%s] epoch %d/%d  loss %-9.5f", name_.c_str(), bar.c_str(), epoch, epochs_,
                loss);
    if (last) std::printf("\n");
    std::fflush(stdout);
    return;
  }
  const auto lines = [&](int at) { return int64_t{kLines} * at / epochs_; };
  if (last || lines(epoch) != lines(epoch - 1)) {
    std::printf("%-14s epoch %d/%d  loss %.5f\n", name_.c_str(), epoch, epochs_, loss);
  }
}

}  // namespace digits
