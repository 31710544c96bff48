// SPDX-License-Identifier: Apache-2.0
// The C interface under any program of calls: bytes choose functions and arguments, good and bad
// within what the header promises to refuse. Each call succeeds or fails with a text; a failed one
// changes no memory and no result; nothing writes beside what it was given.

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "simdoptim/simdoptim_c.h"

namespace {

void Require(bool holds, const char* problem) {
  if (holds) return;
  std::fprintf(stderr, "fuzz_c_api: %s (last error: %s)\n", problem, simdoptim_last_error());
  std::abort();
}

constexpr size_t kMaxSize = 24;                         // elements of a good stream
constexpr size_t kSlots = 12;                           // streams that do not overlap
constexpr size_t kSlotFloats = kMaxSize + 4;            // a stream and its canary
constexpr size_t kFloats = (kSlots + 2) * kSlotFloats;  // with a slot's length behind the last
constexpr size_t kLarge = 30000;                        // worth two threads
constexpr uint32_t kCanary = 0xA5A5A5A5u;

constexpr const char* kNames[] = {"lr",
                                  "momentum",
                                  "dampening",
                                  "nesterov",
                                  "weight_decay",
                                  "decay_mode",
                                  "eps",
                                  "eps_root",
                                  "first_buffer",
                                  "root",
                                  "lr_in_buffer",
                                  "beta1",
                                  "",
                                  "amsgrad",
                                  "amsgrad_max",
                                  "maximize",
                                  "flush_subnormals",
                                  "beta2",
                                  "SGD",
                                  "Adam",
                                  "AdamW",
                                  "exp_avg",
                                  "max_exp_avg_sq",
                                  "momentum_buffer",
                                  "#0",
                                  "a",
                                  "decoupled",
                                  "decoupled_after",
                                  "corrected",
                                  "bias_correction"};

class Program {
 public:
  Program(const uint8_t* data, size_t size) : bytes_(data, size) {
    for (size_t i = 0; i < kFloats; ++i) floats_[i] = std::bit_cast<float>(kCanary);
    for (size_t slot = 0; slot < kSlots; ++slot) {
      for (size_t i = 0; i < kMaxSize; ++i) {
        floats_[slot * kSlotFloats + i] = static_cast<float>(slot + i) * 0.125f - 1;
      }
    }
    doubles_.fill(0.5);
  }

  ~Program() {
    for (simdoptim_options* options : options_) simdoptim_options_destroy(options);
    for (simdoptim_optimizer* optimizer : optimizers_) simdoptim_optimizer_destroy(optimizer);
    for (size_t slot = 0; slot < kSlots; ++slot) {
      for (size_t i = kMaxSize; i < kSlotFloats; ++i) {
        Require(IsCanary(slot * kSlotFloats + i) || overlapping_, "wrote beside a stream");
      }
    }
    for (size_t i = kSlots * kSlotFloats; i < kFloats; ++i) {
      Require(IsCanary(i) || overlapping_, "wrote behind the last stream");
    }
  }

  void Run() {
    for (int calls = 0; calls < 60 && bytes_.remaining_bytes() > 0; ++calls) Call();
  }

 private:
  bool IsCanary(size_t i) const { return std::bit_cast<uint32_t>(floats_[i]) == kCanary; }

  // ---- Arguments

  bool OneIn(unsigned n) { return bytes_.ConsumeIntegralInRange<unsigned>(1, n) == 1; }
  const char* Name() {
    if (OneIn(12)) return nullptr;
    if (OneIn(24)) return long_name_.c_str();
    return bytes_.PickValueInArray(kNames);
  }
  double Real() {
    if (!OneIn(3)) return bytes_.ConsumeIntegral<uint8_t>() / 128.0;
    return std::bit_cast<double>(bytes_.ConsumeIntegral<uint64_t>());
  }
  size_t Index() { return OneIn(8) ? SIZE_MAX : bytes_.ConsumeIntegralInRange<size_t>(0, 5); }
  // Of a stream that is only looked at if the size is good, or huge, which must be refused.
  size_t Size() {
    if (OneIn(16)) return OneIn(2) ? SIZE_MAX : size_t{PTRDIFF_MAX} / 4;
    return bytes_.ConsumeIntegralInRange<size_t>(0, kMaxSize);
  }
  // Room for kMaxSize floats, at any of them; slots that are not begun at their beginning overlap
  // the next.
  float* Stream() {
    if (OneIn(12)) return nullptr;
    const size_t slot = bytes_.ConsumeIntegralInRange<size_t>(0, kSlots - 1);
    size_t shift = 0;
    if (OneIn(8)) {
      shift = bytes_.ConsumeIntegralInRange<size_t>(1, kSlotFloats);
      overlapping_ = true;
    }
    return floats_.data() + slot * kSlotFloats + shift;
  }
  simdoptim_gradient Gradient(size_t size) {
    simdoptim_gradient gradient = {};
    if (OneIn(10)) return gradient;
    gradient.data = Stream();
    gradient.size = OneIn(10) ? Size() : size;
    gradient.format = bytes_.ConsumeIntegralInRange<int32_t>(-1, 3);
    gradient.writable = bytes_.ConsumeBool() ? 1 : 0;
    return gradient;
  }
  float* const* States(size_t* count) {
    *count = bytes_.ConsumeIntegralInRange<size_t>(0, 4);
    for (size_t i = 0; i < *count; ++i) states_[i] = OneIn(4) ? nullptr : Stream();
    if (OneIn(16)) *count = SIZE_MAX;
    return OneIn(6) ? nullptr : states_.data();
  }
  simdoptim_options* Options() {
    return OneIn(16) ? nullptr : options_[bytes_.ConsumeIntegralInRange<size_t>(0, 2)];
  }
  simdoptim_optimizer* Optimizer() { return OneIn(16) ? nullptr : optimizers_[OneIn(2) ? 0 : 1]; }

  // ---- Calls

  // Runs call(), and checks what every call promises.
  template <class Function>
  simdoptim_status Checked(Function call) {
    const std::array<float, kFloats> before = floats_;
    const simdoptim_status status = call();
    const char* name = simdoptim_status_name(status);
    Require(std::strcmp(name, "unknown status") != 0, "unknown status");
    Require(status != SIMDOPTIM_INTERNAL, "internal error");
    if (status != SIMDOPTIM_OK) Require(*simdoptim_last_error() != '\0', "no text");
    Require(std::strlen(simdoptim_last_error()) <= 1023, "the text is too long");
    if (status == SIMDOPTIM_INVALID || status == SIMDOPTIM_OUT_OF_MEMORY) {
      const bool same = std::memcmp(before.data(), floats_.data(), sizeof(before)) == 0;
      Require(same, "a call that failed wrote to memory");
    }
    return status;
  }

  // A call with one result, which must stay as it is if the call fails.
  template <class Result, class Function>
  void Get(Function call) {
    Result result;
    std::memset(&result, 0x5A, sizeof(result));
    unsigned char before[sizeof(result)];
    std::memcpy(before, &result, sizeof(result));
    const bool no_result = OneIn(16);
    const simdoptim_status status = Checked([&] { return call(no_result ? nullptr : &result); });
    if (no_result) Require(status != SIMDOPTIM_OK, "no place for a result, but no error");
    if (status != SIMDOPTIM_OK) {
      Require(std::memcmp(&result, before, sizeof(result)) == 0, "failed, but gave a result");
    } else if constexpr (std::is_same_v<Result, const char*>) {
      Require(std::strlen(result) < 5000, "a bad text");
    }
  }

  void Call() {
    switch (bytes_.ConsumeIntegralInRange<int>(0, 7)) {
      case 0:
        return CallOptions();
      case 1:
        return CallDescriptions();
      case 2:
        return CallStep();
      case 3:
        return CallFormats();
      case 4:
        return AddGroup();
      default:
        return CallOptimizer();
    }
  }

  // Puts a new handle in the place of an old one.
  template <class Handle, class Function>
  void Make(Handle*& place, void (*destroy)(Handle*), Function call) {
    Handle* made = nullptr;
    const bool no_result = OneIn(16);
    const simdoptim_status status = Checked([&] { return call(no_result ? nullptr : &made); });
    Require((status == SIMDOPTIM_OK) == (made != nullptr), "a handle without success");
    if (made == nullptr) return;
    destroy(place);
    place = made;
  }

  void CallOptions() {
    simdoptim_options*& place = options_[bytes_.ConsumeIntegralInRange<size_t>(0, 2)];
    const int function = bytes_.ConsumeIntegralInRange<int>(0, 6);
    simdoptim_options* options = Options();
    const char* name = Name();
    switch (function) {
      case 0:
      case 1:
        if (!OneIn(4)) name = kNames[18 + bytes_.ConsumeIntegralInRange<size_t>(0, 2)];
        return Make(place, simdoptim_options_destroy,
                    [&](auto** made) { return simdoptim_options_create(name, made); });
      case 2:
        return Make(place, simdoptim_options_destroy,
                    [&](auto** made) { return simdoptim_options_copy(options, made); });
      case 3:
        Checked(
            [&, choice = Name()] { return simdoptim_options_set_choice(options, name, choice); });
        return;
      default:
        Checked([&, value = Real()] { return simdoptim_options_set(options, name, value); });
        return Get<double>([&](double* x) { return simdoptim_options_get(options, name, x); });
    }
  }

  void CallDescriptions() {
    const int function = bytes_.ConsumeIntegralInRange<int>(0, 11);
    const simdoptim_options* options = Options();
    const char* name = Name();
    const size_t i = Index();
    switch (function) {
      case 0:
        return Get<const char*>([&](auto* x) { return simdoptim_rule_name(i, x); });
      case 1:
        return Get<const char*>([&](auto* x) { return simdoptim_options_rule(options, x); });
      case 2:
        return Get<const char*>(
            [&](auto* x) { return simdoptim_options_get_choice(options, name, x); });
      case 3:
        return Get<size_t>([&](auto* x) { return simdoptim_options_count(options, x); });
      case 4:
        return Get<const char*>([&](auto* x) { return simdoptim_options_name(options, i, x); });
      case 5:
        return Get<size_t>(
            [&](auto* x) { return simdoptim_options_choice_count(options, name, x); });
      case 6:
        return Get<const char*>(
            [&](auto* x) { return simdoptim_options_choice_name(options, name, i, x); });
      case 7:
        return Get<size_t>([&](auto* x) { return simdoptim_options_state_count(options, x); });
      case 8:
        return Get<const char*>(
            [&](auto* x) { return simdoptim_options_state_name(options, i, x); });
      case 9:
        return Get<int32_t>([&](auto* x) { return simdoptim_options_needs_state(options, i, x); });
      case 10:
        return Get<const char*>([&](auto* x) { return simdoptim_target_name(i, x); });
      default:
        Checked([&] { return simdoptim_target_set(name); });
        return Get<const char*>([&](auto* x) { return simdoptim_target_active(x); });
    }
  }

  void CallStep() {
    const simdoptim_options* options = Options();
    const int64_t t = OneIn(4) ? bytes_.ConsumeIntegral<int64_t>()
                               : bytes_.ConsumeIntegralInRange<int64_t>(0, 100);
    float* param = Stream();
    const size_t n = Size();
    const simdoptim_gradient given = Gradient(n);
    const simdoptim_gradient* gradient = OneIn(16) ? nullptr : &given;
    size_t count = 0;
    float* const* states = States(&count);
    switch (bytes_.ConsumeIntegralInRange<int>(0, 2)) {
      case 0:
        Checked([&] { return simdoptim_step(options, t, param, n, gradient, states, count); });
        return;
      case 1:
        Checked([&] {
          return simdoptim_reference_step(options, t, param, n, gradient, states, count);
        });
        return;
      default: {
        const auto place = [&] {
          const size_t slot = bytes_.ConsumeIntegralInRange<size_t>(0, 5);
          return OneIn(12) ? nullptr : doubles_.data() + slot * kMaxSize;
        };
        double* double_states[4] = {place(), place(), place(), place()};
        Checked([&, p = place(), g = place()] {
          return simdoptim_reference_step_double(options, t, p, n, g, double_states,
                                                 count <= 4 ? count : SIZE_MAX);
        });
      }
    }
  }

  void CallFormats() {
    const int32_t format = bytes_.ConsumeIntegralInRange<int32_t>(-1, 3);
    float* from = Stream();
    float* to = Stream();
    const size_t n = Size();
    switch (bytes_.ConsumeIntegralInRange<int>(0, 4)) {
      case 0:
        Checked([&] { return simdoptim_format_to_float(format, from, to, n); });
        return;
      case 1:
        Checked([&] { return simdoptim_format_from_float(format, from, to, n); });
        return;
      case 2:
        Get<size_t>([&](auto* x) { return simdoptim_format_bytes(format, x); });
        return Get<const char*>([&](auto* x) { return simdoptim_format_name(format, x); });
      case 3:
        return Get<simdoptim_ulp>([&](auto* x) { return simdoptim_ulp_compare(from, to, n, x); });
      default: {
        const bool some = !OneIn(8);
        return Get<simdoptim_ulp>([&](auto* x) {
          return simdoptim_ulp_compare_double(from, some ? doubles_.data() : nullptr, n, x);
        });
      }
    }
  }

  void AddGroup() {
    const size_t which = OneIn(2) ? 0 : 1;
    const simdoptim_options* options = Options();
    simdoptim_parameter parameters[3] = {};
    float* states[3][4] = {};
    const size_t n = bytes_.ConsumeIntegralInRange<size_t>(0, 3);
    for (size_t i = 0; i < n; ++i) {
      simdoptim_parameter& parameter = parameters[i];
      parameter.name = OneIn(2) ? nullptr : Name();
      if (OneIn(24)) {
        parameter.value = large_.data() + 2 * which * kLarge;
        parameter.size = kLarge;
        parameter.gradient = {parameter.value + kLarge, kLarge, SIMDOPTIM_F32, 1};
        continue;
      }
      parameter.value = Stream();
      parameter.size = Size();
      parameter.gradient = Gradient(parameter.size);
      if (OneIn(3)) {
        float* const* made = States(&parameter.n_states);
        for (size_t k = 0; k < 4; ++k) states[i][k] = states_[k];
        parameter.states = made == nullptr ? nullptr : states[i];
      }
    }
    const bool null_array = OneIn(16);
    size_t group = 12345;
    const simdoptim_status status = Checked([&] {
      return simdoptim_optimizer_add_group(optimizers_[which], options,
                                           null_array ? nullptr : parameters,
                                           OneIn(24) ? SIZE_MAX : n, &group);
    });
    Require((status == SIMDOPTIM_OK) == (group != 12345), "a group without success");
  }

  void CallOptimizer() {
    simdoptim_optimizer*& place = optimizers_[OneIn(2) ? 0 : 1];
    const int function = bytes_.ConsumeIntegralInRange<int>(0, 21);
    simdoptim_optimizer* o = Optimizer();
    const size_t i = Index();
    const char* name = Name();
    switch (function) {
      case 0:
        return Make(place, simdoptim_optimizer_destroy,
                    [&](auto** made) { return simdoptim_optimizer_create(made); });
      case 1:
        Get<size_t>([&](auto* x) { return simdoptim_optimizer_group_count(o, x); });
        return Get<size_t>([&](auto* x) { return simdoptim_optimizer_parameter_count(o, x); });
      case 2:
        return Get<size_t>([&](auto* x) { return simdoptim_optimizer_find_parameter(o, name, x); });
      case 3:
        return Get<const char*>(
            [&](auto* x) { return simdoptim_optimizer_parameter_name(o, i, x); });
      case 4:
        return Get<size_t>([&](auto* x) { return simdoptim_optimizer_parameter_group(o, i, x); });
      case 5:
        return Get<float*>([&, size = size_t{0}](auto* x) mutable {
          return simdoptim_optimizer_parameter_value(o, i, x, &size);
        });
      case 6: {
        const simdoptim_gradient gradient = Gradient(bytes_.ConsumeIntegralInRange<size_t>(0, 24));
        const bool given = !OneIn(16);
        Checked(
            [&] { return simdoptim_optimizer_set_gradient(o, i, given ? &gradient : nullptr); });
        return;
      }
      case 7:
        Checked([&, mode = bytes_.ConsumeIntegralInRange<int32_t>(-1, 2)] {
          return simdoptim_optimizer_zero_gradients(o, mode);
        });
        return;
      case 8:
      case 9:
      case 10:
        Checked([&] { return simdoptim_optimizer_step(o); });
        return;
      case 11:
        Checked([&] { return simdoptim_optimizer_step_parameter(o, i); });
        return;
      case 12:
        return Make(options_[bytes_.ConsumeIntegralInRange<size_t>(0, 2)],
                    simdoptim_options_destroy,
                    [&](auto** made) { return simdoptim_optimizer_get_options(o, i, made); });
      case 13:
        Checked(
            [&, options = Options()] { return simdoptim_optimizer_set_options(o, i, options); });
        return;
      case 14:
        Checked([&, value = Real()] { return simdoptim_optimizer_set_option(o, i, name, value); });
        return Get<double>([&](auto* x) { return simdoptim_optimizer_get_option(o, i, name, x); });
      case 15:
        Checked([&, choice = Name()] {
          return simdoptim_optimizer_set_option_choice(o, i, name, choice);
        });
        return;
      case 16:
        Checked(
            [&, value = Real()] { return simdoptim_optimizer_set_option_of_all(o, name, value); });
        return;
      case 17:
        Checked([&, steps = bytes_.ConsumeIntegralInRange<int64_t>(-1, int64_t{1} << 40)] {
          return simdoptim_optimizer_set_step_count(o, i, steps);
        });
        return Get<int64_t>([&](auto* x) { return simdoptim_optimizer_get_step_count(o, i, x); });
      case 18:
        Get<size_t>([&](auto* x) { return simdoptim_optimizer_state_count(o, i, x); });
        Get<size_t>([&](auto* x) { return simdoptim_optimizer_state_bytes(o, x); });
        return Get<const char*>(
            [&, k = Index()](auto* x) { return simdoptim_optimizer_state_name(o, i, k, x); });
      case 19:
        return Get<float*>(
            [&](auto* x) { return simdoptim_optimizer_state(o, i, name, x, nullptr); });
      case 20: {
        simdoptim_runner runner = {&Threads, &RunTasks, this};
        if (OneIn(6)) runner.threads = nullptr;
        if (OneIn(6)) runner.run = nullptr;
        const bool own = !OneIn(4);
        Checked([&, threads = bytes_.ConsumeIntegralInRange<int32_t>(-1, 9)] {
          return simdoptim_optimizer_set_threads(o, threads);
        });
        Checked([&] { return simdoptim_optimizer_set_runner(o, own ? &runner : nullptr); });
        return;
      }
      default:
        Checked([&, some = bytes_.ConsumeBool()] {
          return simdoptim_optimizer_set_observer(o, some ? &Observe : nullptr, this);
        });
        return;
    }
  }

  // ---- Callbacks

  static int32_t Threads(void* opaque) {
    return static_cast<Program*>(opaque)->bytes_.ConsumeIntegralInRange<int32_t>(-1, 9);
  }
  static int32_t RunTasks(void* opaque, int32_t tasks, simdoptim_task task, void* context) {
    FuzzedDataProvider& bytes = static_cast<Program*>(opaque)->bytes_;
    for (int calls = bytes.ConsumeIntegralInRange<int>(0, 12); calls > 0; --calls) {
      task(context, bytes.ConsumeIntegralInRange<int32_t>(0, tasks - 1));
    }
    return bytes.ConsumeIntegralInRange<int32_t>(0, 7) == 0 ? 1 : 0;
  }
  static void Observe(void*, const simdoptim_report* report) {
    Require(report->threads >= 1 && *report->target != '\0', "a bad report");
  }

  FuzzedDataProvider bytes_;
  const std::string long_name_ = std::string(1500, 'n');
  std::array<float, kFloats> floats_;
  std::array<double, 6 * kMaxSize> doubles_;
  std::vector<float> large_ = std::vector<float>(4 * kLarge, 0.5f);
  std::array<float*, 4> states_ = {};
  std::array<simdoptim_options*, 3> options_ = {};
  std::array<simdoptim_optimizer*, 2> optimizers_ = {};
  bool overlapping_ = false;  // a stream lay on canaries
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program(data, size).Run();
  return 0;
}
