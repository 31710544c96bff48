// SPDX-License-Identifier: Apache-2.0
// The C interface without memory: every allocation fails in turn, and nothing is changed by it.

#include <cstdlib>
#include <new>
#include <string>

#include "tests/c_api/handles.h"

namespace {

// Allocations of this thread that still succeed; negative: all of them.
thread_local long allocations_left = -1;

void* Allocate(std::size_t bytes, std::size_t alignment) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  const std::size_t padded = (bytes + alignment - 1) / alignment * alignment;
  if (void* data = std::aligned_alloc(alignment, padded == 0 ? alignment : padded)) return data;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return Allocate(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return Allocate(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* data) noexcept { std::free(data); }
void operator delete[](void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete[](void* data, std::size_t) noexcept { std::free(data); }
void operator delete(void* data, std::align_val_t) noexcept { std::free(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { std::free(data); }

namespace simdoptim::test {
namespace {

// Calls call() with 0, 1, 2, ... allocations until it succeeds, each time after prepare(), which
// has all it needs; after each failure, check(). Returns the number of failures.
template <class Prepare, class Call, class Check>
long FailEveryAllocation(Prepare prepare, Call call, Check check) {
  for (long allowed = 0;; ++allowed) {
    REQUIRE(allowed < 1000);
    prepare();
    allocations_left = allowed;
    const simdoptim_status status = call();
    allocations_left = -1;
    if (status == SIMDOPTIM_OK) return allowed;
    REQUIRE(status == SIMDOPTIM_OUT_OF_MEMORY);
    REQUIRE(simdoptim_last_error() == std::string("out of memory"));
    check();
  }
}

template <class Call, class Check>
long FailEveryAllocation(Call call, Check check) {
  return FailEveryAllocation([] {}, call, check);
}

TEST_CASE("no memory: creation fails, with nothing made", "[c_api]") {
  simdoptim_options* options = nullptr;
  CHECK(FailEveryAllocation([&] { return simdoptim_options_create("AdamW", &options); },
                            [&] { REQUIRE(options == nullptr); }) > 0);
  const OptionsHandle owned(options);
  simdoptim_options* copy = nullptr;
  CHECK(FailEveryAllocation([&] { return simdoptim_options_copy(options, &copy); },
                            [&] { REQUIRE(copy == nullptr); }) > 0);
  simdoptim_options_destroy(copy);
  simdoptim_optimizer* optimizer = nullptr;
  CHECK(FailEveryAllocation([&] { return simdoptim_optimizer_create(&optimizer); },
                            [&] { REQUIRE(optimizer == nullptr); }) > 0);
  simdoptim_optimizer_destroy(optimizer);
}

TEST_CASE("no memory: a group is added whole or not at all", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  const char* const names[] = {"a name too long for the string's own buffer, first",
                               "a name too long for the string's own buffer, second"};
  float values[2][8] = {}, grad[8] = {1};
  OptimizerHandle optimizer;
  const auto add_group = [&](size_t index) {
    const simdoptim_parameter parameter = {
        names[index], values[index], 8, {grad, 8, SIMDOPTIM_F32, 0}, nullptr, 0};
    return simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1, nullptr);
  };
  for (const size_t groups : {size_t{0}, size_t{1}}) {
    // Made anew for each attempt: what a failed one has reserved would be there in the next.
    const auto make = [&] {
      optimizer = MakeOptimizer();
      for (size_t g = 0; g < groups; ++g) REQUIRE(add_group(g) == SIMDOPTIM_OK);
    };
    const auto nothing_has_changed = [&] {
      const simdoptim_optimizer* view = optimizer.get();
      REQUIRE(Get<size_t>(simdoptim_optimizer_group_count, view) == groups);
      REQUIRE(Get<size_t>(simdoptim_optimizer_parameter_count, view) == groups);
      REQUIRE(add_group(groups) == SIMDOPTIM_OK);
    };
    CHECK(FailEveryAllocation(
              make, [&] { return add_group(groups); }, nothing_has_changed) > 0);
  }
  CHECK(Outcome(simdoptim_optimizer_step(optimizer.get())) == "ok");
  CHECK(values[0][0] < 0);
  CHECK(values[1][0] < 0);
}

TEST_CASE("no memory: options stay as they were", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  float value[8] = {};
  OptimizerHandle optimizer;
  const auto make = [&] {
    optimizer = MakeOptimizer();
    const simdoptim_parameter parameter = {"w", value, 8, {}, nullptr, 0};
    REQUIRE(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1,
                                                  nullptr)) == "ok");
  };
  const auto nothing_has_changed = [&] {
    const simdoptim_optimizer* view = optimizer.get();
    REQUIRE(Get<double>(simdoptim_optimizer_get_option, view, size_t{0}, "amsgrad") == 0);
    REQUIRE(Get<size_t>(simdoptim_optimizer_state_count, view, size_t{0}) == 2);
  };
  const auto set_amsgrad = [&] {
    return simdoptim_optimizer_set_option(optimizer.get(), 0, "amsgrad", 1);
  };
  CHECK(FailEveryAllocation(make, set_amsgrad, nothing_has_changed) > 0);
}

TEST_CASE("no memory: more state than the machine has", "[c_api]") {
  const OptimizerHandle optimizer = MakeOptimizer();
  const simdoptim_optimizer* view = optimizer.get();
  const OptionsHandle options = MakeOptions("AdamW");
  float value[8] = {};
  simdoptim_parameter parameter = {"w", value, 0, {}, nullptr, 0};
  parameter.size = size_t{1} << (sizeof(size_t) * 8 - 6);  // only its address is looked at
  CHECK(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1,
                                              nullptr)) == "out of memory: out of memory");
  CHECK(Get<size_t>(simdoptim_optimizer_parameter_count, view) == 0);
}

TEST_CASE("no memory: an error still has its status", "[c_api]") {
  const OptionsHandle options = MakeOptions("AdamW");
  allocations_left = 0;
  const simdoptim_status status = simdoptim_options_set(options.get(), "beta2", 1.5);
  allocations_left = -1;
  CHECK((status == SIMDOPTIM_OUT_OF_MEMORY || status == SIMDOPTIM_INVALID));
  CHECK(Get<double>(simdoptim_options_get, options.get(), "beta2") == 0.999);
}

TEST_CASE("a step needs no memory", "[c_api]") {
  const OptimizerHandle optimizer = MakeOptimizer();
  const OptionsHandle options = MakeOptions("AdamW");
  float value[8] = {}, grad[8] = {1}, m[8] = {}, v[8] = {};
  const simdoptim_gradient gradient = {grad, 8, SIMDOPTIM_F32, 0};
  const simdoptim_parameter parameter = {"w", value, 8, gradient, nullptr, 0};
  REQUIRE(Outcome(simdoptim_optimizer_add_group(optimizer.get(), options.get(), &parameter, 1,
                                                nullptr)) == "ok");
  float* const states[] = {m, v};
  allocations_left = 0;
  const simdoptim_status object = simdoptim_optimizer_step(optimizer.get());
  const simdoptim_status functional =
      simdoptim_step(options.get(), 1, value, 8, &gradient, states, 2);
  const simdoptim_status set = simdoptim_optimizer_set_gradient(optimizer.get(), 0, &gradient);
  allocations_left = -1;
  CHECK(object == SIMDOPTIM_OK);
  CHECK(functional == SIMDOPTIM_OK);
  CHECK(set == SIMDOPTIM_OK);
}

}  // namespace
}  // namespace simdoptim::test
