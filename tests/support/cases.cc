// SPDX-License-Identifier: Apache-2.0

#include "tests/support/cases.h"

#include <set>
#include <utility>

#include "lib/rules/registry.h"

namespace simdoptim::test {
namespace {

// A value for a real whose default switches something off.
double NonZero(std::string_view name) {
  if (name == "momentum") return 0.9;
  if (name == "weight_decay") return 0.013;
  if (name == "eps_root") return 1e-9;
  return 0.3;
}

std::vector<double> Values(const Field& field, double default_value) {
  std::vector<double> values = {default_value};
  const auto add = [&](double value) {
    if (value != default_value) values.push_back(value);
  };
  if (field.kind == Field::Kind::kReal) {
    if (default_value == 0) add(NonZero(field.name));
  } else {
    const size_t count = field.kind == Field::Kind::kFlag ? 2 : field.choices.size();
    for (size_t value = 0; value < count; ++value) add(static_cast<double>(value));
  }
  return values;
}

bool IsValid(const Options& options) {
  try {
    Validate(options);
    return true;
  } catch (const Error&) {
    return false;
  }
}

struct Candidate {
  Case made;
  int deviations = 0;
};

std::vector<Candidate> Candidates(const std::string& rule_name) {
  const Options defaults = DefaultOptions(rule_name);
  std::vector<Candidate> candidates = {{{rule_name, defaults}, 0}};
  for (const Field& field : RuleOf(defaults).fields) {
    const double default_value = field.get(Address(defaults));
    const size_t before = candidates.size();
    for (double value : Values(field, default_value)) {
      if (value == default_value) continue;
      for (size_t i = 0; i < before; ++i) {
        Candidate next = candidates[i];
        field.set(Address(next.made.options), value);
        std::string text = std::to_string(value);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        next.made.name += std::string(",") + field.name + "=" + text;
        ++next.deviations;
        candidates.push_back(next);
      }
    }
  }
  std::erase_if(candidates, [](const Candidate& c) { return !IsValid(c.made.options); });
  return candidates;
}

}  // namespace

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const std::string& rule : RuleNames()) {
    for (Candidate& candidate : Candidates(rule)) cases.push_back(std::move(candidate.made));
  }
  return cases;
}

std::vector<Case> EssentialCases() {
  std::vector<Case> cases;
  for (const std::string& rule : RuleNames()) {
    std::set<int> rows;
    const std::vector<Candidate> candidates = Candidates(rule);
    for (int deviations = 0; deviations < 8; ++deviations) {
      for (const Candidate& candidate : candidates) {
        if (candidate.deviations != deviations) continue;
        const RuleInfo& info = RuleOf(candidate.made.options);
        const bool new_row = rows.insert(info.kernel_row(Address(candidate.made.options))).second;
        if (new_row || deviations <= 1) cases.push_back(candidate.made);
      }
    }
  }
  return cases;
}

GradientBuffer::GradientBuffer(const std::vector<float>& values, Format format, size_t offset)
    : format_(format),
      f32_(format == Format::kF32 ? values : std::vector<float>(), offset),
      u16_(format == Format::kF32 ? 0 : values.size(), offset) {
  for (size_t i = 0; i < u16_.span().size(); ++i) {
    u16_.span()[i] =
        format == Format::kBF16 ? ToBFloat16(values[i]).bits : ToFloat16(values[i]).bits;
  }
}

Gradient GradientBuffer::view() const {
  if (format_ == Format::kF32) return Gradient(f32_.span());
  return Gradient(u16_.span().data(), u16_.span().size(), format_, true);
}

std::vector<double> GradientBuffer::Doubles() const {
  std::vector<double> doubles;
  for (float x : f32_.span()) doubles.push_back(static_cast<double>(x));
  for (uint16_t bits : u16_.span()) {
    const float x = format_ == Format::kBF16 ? ToFloat(BFloat16{bits}) : ToFloat(Float16{bits});
    doubles.push_back(static_cast<double>(x));
  }
  return doubles;
}

Tensor::Tensor(const Options& options, const std::vector<float>& values, size_t offset)
    : param_(values, offset) {
  const size_t count = StateNames(options).size();
  for (size_t k = 0; k < count; ++k) {
    const bool needed = NeedsState(options, k);
    buffers_.emplace_back(needed ? values.size() : 0, offset * (k + 2) % 16);
    states_.push_back(needed ? buffers_.back().span() : std::span<float>());
  }
}

bool Tensor::CanariesLive() const {
  bool live = param_.CanariesLive();
  for (const Buffer<float>& buffer : buffers_) live = live && buffer.CanariesLive();
  return live;
}

bool Tensor::SameBitsAs(const Tensor& other) const {
  bool same = SameBits(param(), other.param());
  for (size_t k = 0; k < states_.size(); ++k) {
    same = same && SameBits(states_[k], other.states_[k]);
  }
  return same;
}

}  // namespace simdoptim::test
