// SPDX-License-Identifier: Apache-2.0
// Shows a run's progress on standard output: a bar on a terminal, else a few plain lines.
#ifndef SIMDOPTIM_EXAMPLES_DIGITS_PROGRESS_H_
#define SIMDOPTIM_EXAMPLES_DIGITS_PROGRESS_H_

#include <string>

namespace digits {

class Progress {
 public:
  Progress(std::string name, int epochs);
  // After every epoch, counted from 1.
  void Update(int epoch, double loss) const;

 private:
  std::string name_;
  int epochs_;
  bool terminal_;
};

}  // namespace digits

#endif  // SIMDOPTIM_EXAMPLES_DIGITS_PROGRESS_H_
