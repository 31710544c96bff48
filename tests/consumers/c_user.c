/* SPDX-License-Identifier: Apache-2.0 */
/* A user's C program: one step, and one error. */

#include <simdoptim/simdoptim_c.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  float x[3] = {1.0f, 2.0f, 3.0f};
  const float grad[3] = {1.0f, 1.0f, 1.0f};
  simdoptim_gradient gradient = {0};
  simdoptim_options* options = NULL;
  gradient.data = grad;
  gradient.size = 3;
  if (simdoptim_options_create("SGD", &options) != SIMDOPTIM_OK) return 1;
  if (simdoptim_options_set(options, "lr", 0.5) != SIMDOPTIM_OK) return 2;
  if (simdoptim_step(options, 1, x, 3, &gradient, NULL, 0) != SIMDOPTIM_OK) return 3;
  if (x[0] != 0.5f || x[2] != 2.5f) return 4;
  if (simdoptim_options_set(options, "lr", -1) != SIMDOPTIM_INVALID) return 5;
  if (strcmp(simdoptim_last_error(), "SGD: lr = -1 is not in [0, inf)") != 0) return 6;
  simdoptim_options_destroy(options);
  printf("C with simdoptim %s: ok\n", simdoptim_version());
  return 0;
}
