// SPDX-License-Identifier: Apache-2.0
// Chooses the instruction set.

#include "simdoptim/target.h"

#include <atomic>
#include <cstdlib>

#include "lib/kernels/kernels.h"
#include "simdoptim/error.h"

namespace simdoptim {
namespace {

constexpr const char* kVariable = "SIMDOPTIM_TARGET";

std::atomic<const KernelTable*> active_kernels = nullptr;

const KernelTable& FindTarget(std::string_view name, const char* source) {
  std::string valid;
  for (const KernelTable* const* table = UsableKernels(); *table != nullptr; ++table) {
    if (name == (*table)->target) return **table;
    valid += (valid.empty() ? "" : ", ") + std::string((*table)->target);
  }
  throw Error(std::string(source) + " = \"" + std::string(name) + "\" is not one of " + valid);
}

}  // namespace

const KernelTable& ActiveKernels() {
  const KernelTable* kernels = active_kernels.load(std::memory_order_relaxed);
  if (kernels != nullptr) [[likely]]
    return *kernels;
  const char* name = std::getenv(kVariable);
  kernels = name == nullptr || *name == '\0' ? *UsableKernels() : &FindTarget(name, kVariable);
  active_kernels.store(kernels, std::memory_order_relaxed);
  return *kernels;
}

inline namespace v1 {

std::vector<std::string> Targets() {
  std::vector<std::string> names;
  for (const KernelTable* const* table = UsableKernels(); *table != nullptr; ++table) {
    names.emplace_back((*table)->target);
  }
  return names;
}

std::string ActiveTarget() { return ActiveKernels().target; }

void SetTarget(std::string_view name) {
  active_kernels.store(&FindTarget(name, "SetTarget: name"), std::memory_order_relaxed);
}

}  // namespace v1
}  // namespace simdoptim
