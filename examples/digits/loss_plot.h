// SPDX-License-Identifier: Apache-2.0
// Draws loss curves over epochs as an SVG picture, with a logarithmic loss axis.
#ifndef SIMDOPTIM_EXAMPLES_DIGITS_LOSS_PLOT_H_
#define SIMDOPTIM_EXAMPLES_DIGITS_LOSS_PLOT_H_

#include <string>
#include <vector>

namespace digits {

struct Curve {
  std::string name;
  std::vector<double> losses;  // before the first epoch, then after each; at least two
};

// At most four curves, of equal length. Points that a logarithm cannot show (0, infinity, NaN) are
// left out. Throws std::runtime_error that names the file if it cannot be written.
void WriteLossPlot(const std::string& path, const std::string& title,
                   const std::vector<Curve>& curves);

}  // namespace digits

#endif  // SIMDOPTIM_EXAMPLES_DIGITS_LOSS_PLOT_H_
