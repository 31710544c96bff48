// SPDX-License-Identifier: Apache-2.0
// Numbers on a program's command line.
#ifndef SIMDOPTIM_BENCH_NUMBER_ARGUMENT_H_
#define SIMDOPTIM_BENCH_NUMBER_ARGUMENT_H_

#include <charconv>
#include <string_view>
#include <system_error>

namespace simdoptim {

// Whether `--name N` or `--name=N`, N >= 1, stands at argv[i]; then moves i behind it.
template <class Number>
bool TakeNumber(int argc, char** argv, int& i, std::string_view name, Number& number) {
  std::string_view argument = argv[i];
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  if (argument.empty() && i + 1 < argc) {
    argument = argv[++i];
  } else if (argument.starts_with('=')) {
    argument.remove_prefix(1);
  } else {
    return false;
  }
  const char* end = argument.data() + argument.size();
  const auto [rest, error] = std::from_chars(argument.data(), end, number);
  return error == std::errc() && rest == end && number >= 1;
}

}  // namespace simdoptim

#endif  // SIMDOPTIM_BENCH_NUMBER_ARGUMENT_H_
