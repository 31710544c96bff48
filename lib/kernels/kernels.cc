// SPDX-License-Identifier: Apache-2.0
// Compiles the vector code for every instruction set and collects one table of kernels from each.

#include "lib/kernels/kernels.h"

#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/kernels/kernels.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "lib/kernels/codec-inl.h"
#include "lib/kernels/float_mode.h"
#include "lib/kernels/loop-inl.h"
#include "lib/rules/registry-inl.h"
#include "lib/rules/registry.h"

#ifndef SIMDOPTIM_LIB_KERNELS_TABLE_OF_TARGET
#define SIMDOPTIM_LIB_KERNELS_TABLE_OF_TARGET
namespace simdoptim {
// Specialised below, once in each pass over this file, for the pass's target.
template <int64_t kTarget>
struct TableOfTarget {
  static constexpr const KernelTable* (*kMake)() = nullptr;
};
}  // namespace simdoptim
#endif

HWY_BEFORE_NAMESPACE();
namespace simdoptim {
namespace HWY_NAMESPACE {

template <class Kernel, int kVariant, class GradCodec>
constexpr void FillCell(KernelFunction (&cell)[2]) {
  using Flushing = std::conditional_t<kHardwareFlush, PlainArithmetic, FlushingArithmetic>;
  cell[0] = &Loop<Kernel, kVariant, GradCodec, PlainArithmetic>::Step;
  cell[1] = &Loop<Kernel, kVariant, GradCodec, Flushing>::Step;
}

// In the order of Format.
template <class Kernel, int kVariant>
constexpr void FillRow(KernelFunction (&row)[kGradFormats][2]) {
  FillCell<Kernel, kVariant, F32Codec>(row[0]);
  FillCell<Kernel, kVariant, BF16Codec>(row[1]);
  FillCell<Kernel, kVariant, F16Codec>(row[2]);
}

template <class Kernel, int... kVariants>
constexpr void FillRule(KernelTable& table, int& row, std::integer_sequence<int, kVariants...>) {
  (FillRow<Kernel, kVariants>(table.functions[row++]), ...);
}

template <class... Rules>
constexpr void FillRules(KernelTable& table, RuleList<Rules...>) {
  int row = 0;
  (FillRule<typename Rules::Kernel>(table, row,
                                    std::make_integer_sequence<int, Rules::Kernel::kVariants>()),
   ...);
}

const KernelTable* MakeTable() {
  static const KernelTable table = [] {
    KernelTable made = {};
    made.target = hwy::TargetName(HWY_TARGET);
    FillRules(made, AllRules());
    return made;
  }();
  return &table;
}

}  // namespace HWY_NAMESPACE

template <>
struct TableOfTarget<HWY_TARGET> {
  static constexpr const KernelTable* (*kMake)() = &HWY_NAMESPACE::MakeTable;
};

}  // namespace simdoptim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace simdoptim {
namespace {

// Highway gives better targets lower bits; bit 63 would be the sign.
inline constexpr size_t kTargetBits = 63;

struct Usable {
  std::array<const KernelTable*, kTargetBits + 1> tables = {};
  size_t count = 0;
};

template <size_t... kBit>
Usable FindUsable(std::index_sequence<kBit...>) {
  Usable usable;
  const int64_t supported = hwy::SupportedTargets();
  const auto add = [&](int64_t target, const KernelTable* (*make)()) {
    if (make != nullptr && (supported & target) != 0) usable.tables[usable.count++] = make();
  };
  (add(int64_t{1} << kBit, TableOfTarget<(int64_t{1} << kBit)>::kMake), ...);
  return usable;
}

}  // namespace

const KernelTable* const* UsableKernels() noexcept {
  static const Usable usable = FindUsable(std::make_index_sequence<kTargetBits>());
  return usable.tables.data();
}

}  // namespace simdoptim
#endif  // HWY_ONCE
