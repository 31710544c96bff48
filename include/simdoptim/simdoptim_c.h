// SPDX-License-Identifier: Apache-2.0
// The C99 interface: everything of the C++ interface, for C and for foreign-function interfaces.
#ifndef SIMDOPTIM_SIMDOPTIM_C_H_
#define SIMDOPTIM_SIMDOPTIM_C_H_

#include <stddef.h>
#include <stdint.h>

#include "simdoptim/version.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Conventions
//
// Functions return a status; results go through the pointers that come last, which are written
// only if the status is SIMDOPTIM_OK. A pointer may be null only where it is said here; a null one
// elsewhere is SIMDOPTIM_INVALID. Nothing is printed, nothing aborts, no C++ exception comes out.
// Texts are UTF-8 and end in 0. `const char**` results belong to the library and last until it is
// unloaded, except where a shorter life is given. Handles belong to the caller, who destroys them.
// Formulas, options, defaults and formats: the C++ headers, e.g. simdoptim/adam.h.
//
// Threads: different handles may be used at the same time, and one simdoptim_options by many
// threads that only read it; one simdoptim_optimizer by one thread at a time.

typedef enum simdoptim_status {
  SIMDOPTIM_OK = 0,
  SIMDOPTIM_INVALID = 1,        // bad argument; nothing was changed
  SIMDOPTIM_OUT_OF_MEMORY = 2,  // nothing was changed
  SIMDOPTIM_CALLBACK = 3,       // the caller's runner failed; the step is complete
  SIMDOPTIM_INTERNAL = 4        // a defect in the library, or an error of the operating system
} simdoptim_status;

typedef enum simdoptim_format {
  SIMDOPTIM_F32 = 0,   // IEEE binary32
  SIMDOPTIM_BF16 = 1,  // the upper half of a binary32
  SIMDOPTIM_F16 = 2    // IEEE binary16
} simdoptim_format;

typedef enum simdoptim_zero {
  SIMDOPTIM_ZERO_DROP = 0,  // forget the gradients: parameters are skipped until they are set
  SIMDOPTIM_ZERO_FILL = 1   // fill the gradients' memory with zeros
} simdoptim_zero;

// Why this thread's last failed call failed: `AdamW: beta2 = 1.5 is not in [0, 1)`. "" before the
// first; calls that succeed leave it alone. Lasts until the thread's next failed call. Texts of
// more than 1023 bytes are cut and end in "...".
const char* simdoptim_last_error(void);

// "ok", "invalid argument", ...; "unknown status" for other numbers.
const char* simdoptim_status_name(int32_t status);

// Of the library that runs; simdoptim/version.h tells the one that was compiled against.
// "0.1.0" and 10000 * major + 100 * minor + patch.
const char* simdoptim_version(void);
int32_t simdoptim_version_number(void);

// ---- Rules and their options

typedef struct simdoptim_options simdoptim_options;

// "SGD", "Adam", "AdamW", ... Index: [0, count).
simdoptim_status simdoptim_rule_count(size_t* count);
simdoptim_status simdoptim_rule_name(size_t index, const char** name);

// The defaults of a rule.
simdoptim_status simdoptim_options_create(const char* rule, simdoptim_options** options);
simdoptim_status simdoptim_options_copy(const simdoptim_options* options, simdoptim_options** copy);
// Null is allowed, and does nothing.
void simdoptim_options_destroy(simdoptim_options* options);
simdoptim_status simdoptim_options_rule(const simdoptim_options* options, const char** rule);

// Fields by name. A flag is 0 or 1; a choice is its number, or its name in the second form.
// Invalid: unknown names (the text lists the known), values out of range, and values that
// contradict the other fields: set "momentum" before "nesterov".
simdoptim_status simdoptim_options_set(simdoptim_options* options, const char* name, double value);
simdoptim_status simdoptim_options_set_choice(simdoptim_options* options, const char* name,
                                              const char* choice);
simdoptim_status simdoptim_options_get(const simdoptim_options* options, const char* name,
                                       double* value);
// Invalid for a field that is not a choice.
simdoptim_status simdoptim_options_get_choice(const simdoptim_options* options, const char* name,
                                              const char** choice);

// The fields, and a field's choices (0 for a field that is not a choice). Index: [0, count).
simdoptim_status simdoptim_options_count(const simdoptim_options* options, size_t* count);
simdoptim_status simdoptim_options_name(const simdoptim_options* options, size_t index,
                                        const char** name);
simdoptim_status simdoptim_options_choice_count(const simdoptim_options* options, const char* name,
                                                size_t* count);
simdoptim_status simdoptim_options_choice_name(const simdoptim_options* options, const char* name,
                                               size_t index, const char** choice);

// The states that the rule can have ("exp_avg", ...), in the order in which `states` are passed
// below, and whether a step with these options needs one (1) or not (0). Index: [0, count).
simdoptim_status simdoptim_options_state_count(const simdoptim_options* options, size_t* count);
simdoptim_status simdoptim_options_state_name(const simdoptim_options* options, size_t index,
                                              const char** name);
simdoptim_status simdoptim_options_needs_state(const simdoptim_options* options, size_t index,
                                               int32_t* needs);

// ---- One step on the caller's memory

// A view; all zeros is no gradient.
typedef struct simdoptim_gradient {
  const void* data;
  size_t size;       // elements
  int32_t format;    // simdoptim_format
  int32_t writable;  // not 0: SIMDOPTIM_ZERO_FILL may write to data; nothing else does
} simdoptim_gradient;

// t: this step's number for this parameter, from 1. param: n elements. states: n_states pointers to
// n elements each, in the order of simdoptim_options_state_name(), zeros before t = 1; null where
// the options need no such state; trailing nulls may be left out. states may be null if n_states
// is 0. Memory may be unaligned and must not overlap. Allocates nothing; runs on this thread.
simdoptim_status simdoptim_step(const simdoptim_options* options, int64_t t, float* param, size_t n,
                                const simdoptim_gradient* gradient, float* const* states,
                                size_t n_states);

// The same as a plain scalar loop that gives the same bits, and in double as the paper writes it:
// to test against. gradient of the second: n elements. (simdoptim/reference.h)
simdoptim_status simdoptim_reference_step(const simdoptim_options* options, int64_t t, float* param,
                                          size_t n, const simdoptim_gradient* gradient,
                                          float* const* states, size_t n_states);
simdoptim_status simdoptim_reference_step_double(const simdoptim_options* options, int64_t t,
                                                 double* param, size_t n, const double* gradient,
                                                 double* const* states, size_t n_states);

// ---- Optimizer: parameter groups, state, gradients and steps (simdoptim/optimizer.h)

typedef struct simdoptim_optimizer simdoptim_optimizer;

// The optimizer copies the name and the array of states, and keeps the other pointers: values,
// gradients and bound states must outlive it. All zeros is an empty parameter.
typedef struct simdoptim_parameter {
  const char* name;  // unique in the optimizer; null or "": named after its index, "#7"
  float* value;      // size elements, any alignment
  size_t size;
  simdoptim_gradient gradient;  // zeros: skipped until simdoptim_optimizer_set_gradient()
  // The caller's memory for the states, as in simdoptim_step(), holding zeros or what an earlier
  // run left. Null, with n_states 0: the library allocates and zeroes the state.
  float* const* states;
  size_t n_states;
} simdoptim_parameter;

simdoptim_status simdoptim_optimizer_create(simdoptim_optimizer** optimizer);
// Null is allowed, and does nothing.
void simdoptim_optimizer_destroy(simdoptim_optimizer* optimizer);

// Adds all of the parameters with a copy of the options, or none. They take the next indices.
// Invalid: names that stand twice, sizes that differ, null memory, and memory that overlaps.
// parameters may be null if n is 0. group may be null; else it gets the new group's index.
simdoptim_status simdoptim_optimizer_add_group(simdoptim_optimizer* optimizer,
                                               const simdoptim_options* options,
                                               const simdoptim_parameter* parameters, size_t n,
                                               size_t* group);

simdoptim_status simdoptim_optimizer_group_count(const simdoptim_optimizer* optimizer,
                                                 size_t* count);
simdoptim_status simdoptim_optimizer_parameter_count(const simdoptim_optimizer* optimizer,
                                                     size_t* count);
simdoptim_status simdoptim_optimizer_find_parameter(const simdoptim_optimizer* optimizer,
                                                    const char* name, size_t* parameter);
// The name lasts until a group is added or the optimizer is destroyed.
simdoptim_status simdoptim_optimizer_parameter_name(const simdoptim_optimizer* optimizer,
                                                    size_t parameter, const char** name);
simdoptim_status simdoptim_optimizer_parameter_group(const simdoptim_optimizer* optimizer,
                                                     size_t parameter, size_t* group);
// size, in elements, may be null.
simdoptim_status simdoptim_optimizer_parameter_value(const simdoptim_optimizer* optimizer,
                                                     size_t parameter, float** value, size_t* size);

// The gradient of the next steps, until it is set again or dropped. All zeros drops it.
simdoptim_status simdoptim_optimizer_set_gradient(simdoptim_optimizer* optimizer, size_t parameter,
                                                  const simdoptim_gradient* gradient);
// mode: simdoptim_zero. Filling is invalid, and fills none, if a gradient is not writable.
simdoptim_status simdoptim_optimizer_zero_gradients(simdoptim_optimizer* optimizer, int32_t mode);

// Steps every parameter that has a gradient. Allocates nothing. Invalid without parameters.
simdoptim_status simdoptim_optimizer_step(simdoptim_optimizer* optimizer);
// Steps one parameter, if it has a gradient; for updates inside a backward pass.
simdoptim_status simdoptim_optimizer_step_parameter(simdoptim_optimizer* optimizer,
                                                    size_t parameter);

// A copy of a group's options, for the caller to destroy.
simdoptim_status simdoptim_optimizer_get_options(const simdoptim_optimizer* optimizer, size_t group,
                                                 simdoptim_options** options);
// Any option may change between steps, the rule may not. State that only the new options need
// starts at zero; state that they no longer need is kept.
simdoptim_status simdoptim_optimizer_set_options(simdoptim_optimizer* optimizer, size_t group,
                                                 const simdoptim_options* options);
simdoptim_status simdoptim_optimizer_get_option(const simdoptim_optimizer* optimizer, size_t group,
                                                const char* name, double* value);
simdoptim_status simdoptim_optimizer_set_option(simdoptim_optimizer* optimizer, size_t group,
                                                const char* name, double value);
simdoptim_status simdoptim_optimizer_set_option_choice(simdoptim_optimizer* optimizer, size_t group,
                                                       const char* name, const char* choice);
// Of all groups, which then all must have it.
simdoptim_status simdoptim_optimizer_set_option_of_all(simdoptim_optimizer* optimizer,
                                                       const char* name, double value);

// How many steps the parameter has taken. Setting it (>= 0) is for resuming a run.
simdoptim_status simdoptim_optimizer_get_step_count(const simdoptim_optimizer* optimizer,
                                                    size_t parameter, int64_t* steps);
simdoptim_status simdoptim_optimizer_set_step_count(simdoptim_optimizer* optimizer,
                                                    size_t parameter, int64_t steps);

// The states of a parameter that exist. Index: [0, count).
simdoptim_status simdoptim_optimizer_state_count(const simdoptim_optimizer* optimizer,
                                                 size_t parameter, size_t* count);
simdoptim_status simdoptim_optimizer_state_name(const simdoptim_optimizer* optimizer,
                                                size_t parameter, size_t index, const char** name);
// A state's memory, for reading and writing between steps; it stays in place until the optimizer is
// destroyed. size, in elements, may be null.
simdoptim_status simdoptim_optimizer_state(const simdoptim_optimizer* optimizer, size_t parameter,
                                           const char* name, float** state, size_t* size);
// Bytes of state that the library allocated for this optimizer.
simdoptim_status simdoptim_optimizer_state_bytes(const simdoptim_optimizer* optimizer,
                                                 size_t* bytes);

// ---- Threads and reports
//
// A callback gets its `opaque` back. It must not use the optimizer that calls it, nor throw.

// One piece of a step's work.
typedef void (*simdoptim_task)(void* context, int32_t index);

// The caller's threads. The bits of a step do not depend on the number, the order or the threads of
// its tasks; for speed, run the same index on the same thread each step.
typedef struct simdoptim_runner {
  // How many threads there are for a step; below 1 counts as 1.
  int32_t (*threads)(void* opaque);
  // Calls task(context, i) once for every i in [0, tasks), on any threads, in any order, and
  // returns 0 when all calls have returned. tasks <= threads(). Steps too small for two threads
  // never get here. Not 0 is a failure: the calling thread runs what is left, so that the step is
  // whole, and the status of the step is SIMDOPTIM_CALLBACK.
  int32_t (*run)(void* opaque, int32_t tasks, simdoptim_task task, void* context);
  void* opaque;
} simdoptim_runner;

// What one step did.
typedef struct simdoptim_report {
  uint64_t elements;     // parameters updated
  uint64_t bytes;        // read and written: values, gradients and states
  uint64_t nanoseconds;  // wall time of the step
  const char* target;    // instruction set
  double imbalance;      // slowest task's time over the mean of all, minus 1; 0 if serial
  int32_t threads;       // tasks that the step was split into
} simdoptim_report;

// The report lasts for the call.
typedef void (*simdoptim_observer)(void* opaque, const simdoptim_report* report);

// How many threads a step may use; 0 (the default) for all of the runner's.
simdoptim_status simdoptim_optimizer_set_threads(simdoptim_optimizer* optimizer, int32_t threads);
// Copies *runner. Null: the library's own (OpenMP, if it was built with it).
simdoptim_status simdoptim_optimizer_set_runner(simdoptim_optimizer* optimizer,
                                                const simdoptim_runner* runner);
// Called after every step, on the calling thread. Null turns reports off; then no clock is read.
simdoptim_status simdoptim_optimizer_set_observer(simdoptim_optimizer* optimizer,
                                                  simdoptim_observer observer, void* opaque);

// ---- Instruction sets (simdoptim/target.h); results do not depend on them

// The usable ones by Highway's names, the best first. Index: [0, count).
simdoptim_status simdoptim_target_count(size_t* count);
simdoptim_status simdoptim_target_name(size_t index, const char** name);
// The one that was set, else the environment's SIMDOPTIM_TARGET, else the best. Invalid if that
// variable names none that is usable.
simdoptim_status simdoptim_target_active(const char** name);
// Of all steps from now on, in all threads. Must not run at the same time as a step.
simdoptim_status simdoptim_target_set(const char* name);

// ---- Storage formats and comparison

// format: simdoptim_format. "f32", "bf16", "f16"; 4, 2, 2.
simdoptim_status simdoptim_format_name(int32_t format, const char** name);
simdoptim_status simdoptim_format_bytes(int32_t format, size_t* bytes);
// n elements. Widening is exact; narrowing rounds to the nearest, ties to even, overflows to
// infinity and keeps NaN a (quiet) NaN. The memory must not overlap, and may be null if n is 0.
simdoptim_status simdoptim_format_to_float(int32_t format, const void* from, float* to, size_t n);
simdoptim_status simdoptim_format_from_float(int32_t format, const float* from, void* to, size_t n);
// One number, as bits.
float simdoptim_bf16_to_float(uint16_t bits);
float simdoptim_f16_to_float(uint16_t bits);
uint16_t simdoptim_float_to_bf16(float x);
uint16_t simdoptim_float_to_f16(float x);

// How many floats apart a and b are. 0 for equal values (+0 and -0 are equal) and for two NaNs;
// UINT32_MAX if exactly one is NaN.
uint32_t simdoptim_ulp_distance(float a, float b);

typedef struct simdoptim_ulp {
  double mean;
  size_t worst;  // index of the maximum
  uint32_t max;
} simdoptim_ulp;

// n elements; the memory may be null if n is 0. The second form rounds the truth to float first.
simdoptim_status simdoptim_ulp_compare(const float* actual, const float* expected, size_t n,
                                       simdoptim_ulp* ulp);
simdoptim_status simdoptim_ulp_compare_double(const float* actual, const double* expected, size_t n,
                                              simdoptim_ulp* ulp);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SIMDOPTIM_SIMDOPTIM_C_H_
