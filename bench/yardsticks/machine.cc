// SPDX-License-Identifier: Apache-2.0
// The machine's description.

#include "bench/yardsticks/machine.h"

#include <cstddef>
#include <fstream>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace simdoptim::yardsticks {

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

int Processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace simdoptim::yardsticks
