// SPDX-License-Identifier: Apache-2.0
// Instruction sets: which ones the library was built for and this processor has, and which is used.
#ifndef SIMDOPTIM_TARGET_H_
#define SIMDOPTIM_TARGET_H_

#include <string>
#include <string_view>
#include <vector>

namespace simdoptim {
inline namespace v1 {

// The usable targets by Highway's names, the best first: "AVX3", "AVX2", "SSE4", "SSSE3", "EMU128".
std::vector<std::string> Targets();

// The target of all steps from now on: the one that was set, else the one that the environment
// variable SIMDOPTIM_TARGET names, else the best. The variable is read at the first use; a name
// that is not in Targets() throws Error, here and in every step, listing the valid ones.
std::string ActiveTarget();

// For tests and comparisons: results do not depend on it. Throws Error, listing the valid names,
// for one that is not in Targets(). Must not run at the same time as a step.
void SetTarget(std::string_view name);

}  // namespace v1
}  // namespace simdoptim

#endif  // SIMDOPTIM_TARGET_H_
