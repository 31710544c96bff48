/* SPDX-License-Identifier: Apache-2.0 */
/* Training from C99 without extensions: the header compiles, links and works. Exits 0 if it does.
 */

#include <stdio.h>
#include <string.h>

#include "simdoptim/simdoptim_c.h"

enum { kSize = 3, kSteps = 500 };

static int failures = 0;

static void Check(int ok, const char* what) {
  if (ok) return;
  printf("failed: %s; last error: %s\n", what, simdoptim_last_error());
  ++failures;
}

static void CheckOk(simdoptim_status status, const char* what) {
  Check(status == SIMDOPTIM_OK, what);
}

static int32_t Threads(void* opaque) {
  (void)opaque;
  return 2;
}

static int32_t Run(void* opaque, int32_t tasks, simdoptim_task task, void* context) {
  int32_t i;
  ++*(int*)opaque;
  for (i = tasks - 1; i >= 0; --i) task(context, i);
  return 0;
}

static void Observe(void* opaque, const simdoptim_report* report) {
  *(uint64_t*)opaque += report->elements;
}

int main(void) {
  static float large[1 << 18], large_grad[1 << 18];
  float x[kSize] = {5.0f, -3.0f, 2.0f}, grad[kSize];
  uint64_t elements = 0;
  int runs = 0, i, step;
  size_t group = 1, count = 0;
  const char* name = NULL;
  simdoptim_options* options = NULL;
  simdoptim_optimizer* optimizer = NULL;
  simdoptim_runner runner;
  simdoptim_parameter parameters[2];

  CheckOk(simdoptim_options_create("AdamW", &options), "options_create");
  CheckOk(simdoptim_options_set(options, "lr", 0.1), "options_set");
  CheckOk(simdoptim_options_set(options, "weight_decay", 0), "options_set");
  CheckOk(simdoptim_options_set_choice(options, "decay_mode", "decoupled_after"), "set_choice");
  Check(simdoptim_options_set(options, "beta2", 1.5) == SIMDOPTIM_INVALID, "beta2 = 1.5");
  Check(strcmp(simdoptim_last_error(), "AdamW: beta2 = 1.5 is not in [0, 1)") == 0, "its text");

  memset(parameters, 0, sizeof(parameters));
  parameters[0].name = "x";
  parameters[0].value = x;
  parameters[0].size = kSize;
  parameters[0].gradient.data = grad;
  parameters[0].gradient.size = kSize;
  parameters[0].gradient.format = SIMDOPTIM_F32;
  parameters[1].name = "large";
  parameters[1].value = large;
  parameters[1].size = 1 << 18;
  parameters[1].gradient.data = large_grad;
  parameters[1].gradient.size = 1 << 18;

  CheckOk(simdoptim_optimizer_create(&optimizer), "optimizer_create");
  CheckOk(simdoptim_optimizer_add_group(optimizer, options, parameters, 2, &group), "add_group");
  Check(group == 0, "the first group is 0");
  simdoptim_options_destroy(options);
  CheckOk(simdoptim_optimizer_parameter_count(optimizer, &count), "parameter_count");
  Check(count == 2, "two parameters");

  runner.threads = Threads;
  runner.run = Run;
  runner.opaque = &runs;
  CheckOk(simdoptim_optimizer_set_runner(optimizer, &runner), "set_runner");
  CheckOk(simdoptim_optimizer_set_observer(optimizer, Observe, &elements), "set_observer");
  for (step = 0; step < kSteps; ++step) {
    for (i = 0; i < kSize; ++i) grad[i] = x[i];
    CheckOk(simdoptim_optimizer_step(optimizer), "step");
  }
  for (i = 0; i < kSize; ++i) Check(x[i] < 1e-2f && x[i] > -1e-2f, "converged to 0");
  Check(runs == kSteps, "on our threads");
  Check(elements == (uint64_t)kSteps * (kSize + (1 << 18)), "reported");
  simdoptim_optimizer_destroy(optimizer);

  CheckOk(simdoptim_target_active(&name), "target_active");
  if (failures == 0) printf("simdoptim %s on %s: ok\n", simdoptim_version(), name);
  return failures == 0 ? 0 : 1;
}
