// SPDX-License-Identifier: Apache-2.0
// The gradients that an optimizer is given, and their checks.

#include <cstring>
#include <optional>

#include "lib/optimizer/impl.h"
#include "lib/options/number_text.h"
#include "lib/spans/check.h"

namespace simdoptim {

void CheckApart(const ParameterRecord& parameter, const Gradient& gradient,
                const WrittenMemory& memory, std::span<const ParameterRecord> owners,
                size_t first) {
  const std::optional<size_t> hit =
      memory.FindOverlap(BytesOf(gradient.data(), gradient.size(), FormatBytes(gradient.format())));
  if (hit) {
    parameter.Fail("gradient overlaps the memory of parameter \"" + owners[*hit - first].name +
                   "\"");
  }
}

inline namespace v1 {

void Optimizer::Impl::CheckGradient(const ParameterRecord& parameter,
                                    const Gradient& gradient) const {
  if (IsNone(gradient)) return;
  const size_t size = parameter.value.size();
  if (!IsGoodSpan(gradient.data(), gradient.size(), size)) {
    parameter.Fail(SpanProblem("gradient", gradient.data(), gradient.size(), size));
  }
  CheckApart(parameter, gradient, written_, parameters_, 0);
}

void Optimizer::Impl::SetGradient(size_t index, const Gradient& gradient) {
  ParameterRecord& parameter = ParameterAt(index);
  CheckGradient(parameter, gradient);
  const bool same = parameter.gradient.data() == gradient.data() &&
                    parameter.gradient.format() == gradient.format();
  parameter.gradient = gradient;
  if (!same) plan_is_current_ = false;
}

void Optimizer::Impl::ZeroGradients(ZeroGradient mode) {
  if (mode == ZeroGradient::kDrop) {
    for (ParameterRecord& parameter : parameters_) parameter.gradient = Gradient();
    plan_is_current_ = false;
    return;
  }
  if (mode != ZeroGradient::kFill) {
    throw Error("ZeroGradients: mode = " + NumberText(static_cast<int>(mode)) +
                " is not kDrop or kFill");
  }
  for (const ParameterRecord& parameter : parameters_) {
    if (parameter.gradient.size() != 0 && !parameter.gradient.writable()) {
      parameter.Fail("gradient was given as const and cannot be filled");
    }
  }
  for (const ParameterRecord& parameter : parameters_) {
    const Gradient& gradient = parameter.gradient;
    if (gradient.size() == 0) continue;
    std::memset(const_cast<void*>(gradient.data()), 0,
                gradient.size() * FormatBytes(gradient.format()));
  }
}

}  // namespace v1
}  // namespace simdoptim
