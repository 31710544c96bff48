// SPDX-License-Identifier: Apache-2.0
// Prints the active target and steps once, so that CTest can run it under SIMDOPTIM_TARGET. Not a
// Catch2 program: the variable is read once in a process.

#include <iostream>

#include "simdoptim/simdoptim.h"

int main() {
  float p[] = {1}, g[] = {1};
  try {
    simdoptim::SgdStep({}, 1, p, simdoptim::Gradient(g, 1));
    std::cout << "active: " << simdoptim::ActiveTarget() << "\n";
  } catch (const simdoptim::Error& error) {
    std::cout << "error: " << error.what() << (p[0] == 1 ? "" : ", and p changed") << "\n";
  }
}
