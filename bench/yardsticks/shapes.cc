// SPDX-License-Identifier: Apache-2.0
// The parameter lists.

#include "bench/yardsticks/shapes.h"

#include <stdexcept>

namespace simdoptim::yardsticks {
namespace {

constexpr size_t kVocabulary = 50257;
constexpr size_t kContext = 1024;
constexpr size_t kWidth = 768;
constexpr size_t kBlocks = 12;

constexpr size_t WithBias(size_t inputs, size_t outputs) { return (inputs + 1) * outputs; }
constexpr size_t kNorm = 2 * kWidth;
constexpr size_t kBlock = kNorm + WithBias(kWidth, 3 * kWidth) + WithBias(kWidth, kWidth) + kNorm +
                          WithBias(kWidth, 4 * kWidth) + WithBias(4 * kWidth, kWidth);
static_assert((kVocabulary + kContext) * kWidth + kBlocks * kBlock + kNorm == kGpt2Elements);

void AddWithBias(std::vector<Shape>& tensors, const std::string& name, size_t rows,
                 size_t columns) {
  tensors.push_back({name + ".weight", rows, columns});
  tensors.push_back({name + ".bias", 1, columns});
}

}  // namespace

uint64_t Shapes::Elements() const {
  uint64_t elements = 0;
  for (const Shape& tensor : tensors) elements += tensor.Elements();
  return elements;
}

Shapes Gpt2() {
  Shapes shapes{"gpt2", {{"wte.weight", kVocabulary, kWidth}, {"wpe.weight", kContext, kWidth}}};
  for (size_t block = 0; block < kBlocks; ++block) {
    const std::string name = "h." + std::to_string(block);
    AddWithBias(shapes.tensors, name + ".ln_1", 1, kWidth);
    AddWithBias(shapes.tensors, name + ".attn.c_attn", kWidth, 3 * kWidth);
    AddWithBias(shapes.tensors, name + ".attn.c_proj", kWidth, kWidth);
    AddWithBias(shapes.tensors, name + ".ln_2", 1, kWidth);
    AddWithBias(shapes.tensors, name + ".mlp.c_fc", kWidth, 4 * kWidth);
    AddWithBias(shapes.tensors, name + ".mlp.c_proj", 4 * kWidth, kWidth);
  }
  AddWithBias(shapes.tensors, "ln_f", 1, kWidth);
  if (shapes.tensors.size() != kGpt2Tensors || shapes.Elements() != kGpt2Elements) {
    throw std::logic_error("the list of GPT-2's tensors is wrong");
  }
  return shapes;
}

Shapes Uniform(size_t count, size_t elements) {
  Shapes shapes{std::to_string(count) + "x" + std::to_string(elements), {}};
  shapes.tensors.reserve(count);
  for (size_t i = 0; i < count; ++i) shapes.tensors.push_back({std::to_string(i), 1, elements});
  return shapes;
}

Shapes Flat(size_t elements) {
  return {std::string("n").append(std::to_string(elements)), {{"flat", 1, elements}}};
}

}  // namespace simdoptim::yardsticks
