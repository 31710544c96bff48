// SPDX-License-Identifier: Apache-2.0
// The C interface: storage formats, comparison in ULP, and instruction sets.

#include "simdoptim/formats.h"

#include <algorithm>
#include <span>

#include "lib/c_api/arguments.h"
#include "lib/c_api/call.h"
#include "lib/kernels/kernels.h"
#include "lib/spans/check.h"
#include "simdoptim/reference.h"
#include "simdoptim/target.h"

namespace simdoptim {
namespace {

size_t TargetCount() {
  size_t count = 0;
  while (UsableKernels()[count] != nullptr) ++count;
  return count;
}

void CheckApart(const Call& call, Format format, const void* stored, const float* floats,
                size_t n) {
  if (BytesOf(stored, n, FormatBytes(format)).Overlaps(BytesOf(floats, n, sizeof(float)))) {
    call.Fail("from and to overlap");
  }
}

template <class Stored>
void Widen(const void* from, float* to, size_t n) {
  for (size_t i = 0; i < n; ++i) to[i] = ToFloat(static_cast<const Stored*>(from)[i]);
}

template <class Truth>
void CompareArrays(const Call& call, const float* actual, const Truth* expected, size_t n,
                   simdoptim_ulp* ulp) {
  call.CheckArray(actual, n, "actual");
  call.CheckArray(expected, n, "expected");
  simdoptim_ulp& to = call.Need(ulp, "ulp");
  const UlpSummary from =
      CompareUlp(std::span<const float>(actual, n), std::span<const Truth>(expected, n));
  to.mean = from.mean;
  to.worst = from.worst;
  to.max = from.max;
}

}  // namespace
}  // namespace simdoptim

using simdoptim::Call;
using simdoptim::Format;
using simdoptim::Guard;

simdoptim_status simdoptim_target_count(size_t* count) {
  return Guard(__func__,
               [&](const Call& call) { call.Need(count, "count") = simdoptim::TargetCount(); });
}

simdoptim_status simdoptim_target_name(size_t index, const char** name) {
  return Guard(__func__, [&](const Call& call) {
    call.CheckIndex(index, simdoptim::TargetCount(), "index");
    call.Need(name, "name") = simdoptim::UsableKernels()[index]->target;
  });
}

simdoptim_status simdoptim_target_active(const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const char* target = simdoptim::ActiveKernels().target;
    call.Need(name, "name") = target;
  });
}

simdoptim_status simdoptim_target_set(const char* name) {
  return Guard(__func__,
               [&](const Call& call) { simdoptim::SetTarget(call.NeedText(name, "name")); });
}

simdoptim_status simdoptim_format_name(int32_t format, const char** name) {
  return Guard(__func__, [&](const Call& call) {
    const Format checked = simdoptim::FormatArgument(call, format);
    call.Need(name, "name") = simdoptim::FormatName(checked);
  });
}

simdoptim_status simdoptim_format_bytes(int32_t format, size_t* bytes) {
  return Guard(__func__, [&](const Call& call) {
    const Format checked = simdoptim::FormatArgument(call, format);
    call.Need(bytes, "bytes") = simdoptim::FormatBytes(checked);
  });
}

simdoptim_status simdoptim_format_to_float(int32_t format, const void* from, float* to, size_t n) {
  return Guard(__func__, [&](const Call& call) {
    const Format checked = simdoptim::FormatArgument(call, format);
    call.CheckArray(static_cast<const char*>(from), n, "from");
    call.CheckArray(to, n, "to");
    simdoptim::CheckApart(call, checked, from, to, n);
    switch (checked) {
      case Format::kF32:
        std::copy_n(static_cast<const float*>(from), n, to);
        break;
      case Format::kBF16:
        return simdoptim::Widen<simdoptim::BFloat16>(from, to, n);
      case Format::kF16:
        return simdoptim::Widen<simdoptim::Float16>(from, to, n);
    }
  });
}

simdoptim_status simdoptim_format_from_float(int32_t format, const float* from, void* to,
                                             size_t n) {
  return Guard(__func__, [&](const Call& call) {
    const Format checked = simdoptim::FormatArgument(call, format);
    call.CheckArray(from, n, "from");
    call.CheckArray(static_cast<const char*>(to), n, "to");
    simdoptim::CheckApart(call, checked, to, from, n);
    switch (checked) {
      case Format::kF32:
        std::copy_n(from, n, static_cast<float*>(to));
        break;
      case Format::kBF16:
        std::transform(from, from + n, static_cast<simdoptim::BFloat16*>(to),
                       simdoptim::ToBFloat16);
        break;
      case Format::kF16:
        std::transform(from, from + n, static_cast<simdoptim::Float16*>(to), simdoptim::ToFloat16);
        break;
    }
  });
}

float simdoptim_bf16_to_float(uint16_t bits) {
  return simdoptim::ToFloat(simdoptim::BFloat16{bits});
}
float simdoptim_f16_to_float(uint16_t bits) { return simdoptim::ToFloat(simdoptim::Float16{bits}); }
uint16_t simdoptim_float_to_bf16(float x) { return simdoptim::ToBFloat16(x).bits; }
uint16_t simdoptim_float_to_f16(float x) { return simdoptim::ToFloat16(x).bits; }

uint32_t simdoptim_ulp_distance(float a, float b) { return simdoptim::UlpDistance(a, b); }

simdoptim_status simdoptim_ulp_compare(const float* actual, const float* expected, size_t n,
                                       simdoptim_ulp* ulp) {
  return Guard(__func__,
               [&](const Call& call) { simdoptim::CompareArrays(call, actual, expected, n, ulp); });
}

simdoptim_status simdoptim_ulp_compare_double(const float* actual, const double* expected, size_t n,
                                              simdoptim_ulp* ulp) {
  return Guard(__func__,
               [&](const Call& call) { simdoptim::CompareArrays(call, actual, expected, n, ulp); });
}
