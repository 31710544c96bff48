# SPDX-License-Identifier: Apache-2.0
"""Trajectories, and how far two of them are apart: what the PyTorch tests share.

Distances are in units in the last place (ULP) of the precision under test. A parameter's rounding
errors are as large as the ULP of what it has been, not of what it has become by crossing zero;
so the unit is the ULP of the largest magnitude that the parameter had up to that step. A state's
unit is the ULP of the largest magnitude that its tensor had in any step: exp_avg crosses zero too,
and under L2 the decay and the gradient may cancel before they enter."""

import math
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
import simdoptim_ctypes  # noqa: E402

PRECISIONS = {"float32": simdoptim_ctypes.Float32, "float64": simdoptim_ctypes.Float64}


def make_options(library, optimizer, torch_options):
    """simdoptim's options for PyTorch's keyword arguments."""
    fields = dict(torch_options)
    if "betas" in fields:
        fields["beta1"], fields["beta2"] = fields.pop("betas")
    options = simdoptim_ctypes.Options(library, optimizer)
    for name in sorted(fields, key="nesterov".__eq__):  # last: it needs momentum to be there
        options.set(name, fields[name])
    return options


def ulp(x, precision):
    if precision == "float64":
        return math.ulp(x)
    return max(math.ulp(x) * 2.0**29, 2.0**-149)


def to_float32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


class Trajectory:
    """values: by step, from 0, a list of tensors; states: by name, the tensors at the end;
    state_peaks: by name, the largest magnitude of each tensor in all steps."""

    def __init__(self, values, states, state_peaks=None):
        self.values = values
        self.states = states
        self.state_peaks = state_peaks


def simdoptim_trajectory(library, precision, optimizer, torch_options, initial, gradients, lrs,
                         states, checkpoints):
    options = make_options(library, optimizer, torch_options)
    parameters = PRECISIONS[precision](options, initial)
    values = {0: initial}
    for step, (gradient, lr) in enumerate(zip(gradients, lrs), 1):
        parameters.step(gradient, lr)
        if step in checkpoints:
            values[step] = parameters.values()
    expected_steps = [sum(g[i] is not None for g in gradients) for i in range(len(initial))]
    if parameters.steps() != expected_steps:
        raise ValueError(f"step counts {parameters.steps()}, gradients {expected_steps}")
    return Trajectory(values, {state: parameters.state(state) for state in states})


def _largest(tensor, other, units):
    """Of the distances in these units."""
    if not len(tensor) == len(other) == len(units):
        raise ValueError("sizes differ")
    if any(map(math.isnan, other)):
        raise ValueError("NaN")
    return max((abs(x - y) / unit for x, y, unit in zip(tensor, other, units)), default=0)


def distance(actual, expected, precision):
    """(the largest of the parameters, the largest of the states), in ULP."""
    if (list(actual.values), list(actual.states)) != (list(expected.values), list(expected.states)):
        raise ValueError("other steps or states")
    worst = 0
    peaks = [[0] * len(tensor) for tensor in expected.values[0]]
    for step, tensors in expected.values.items():
        for i, (tensor, other) in enumerate(zip(tensors, actual.values[step])):
            peaks[i] = [max(peak, abs(x)) for peak, x in zip(peaks[i], tensor)]
            units = [ulp(peak, precision) for peak in peaks[i]]
            worst = max(worst, _largest(tensor, other, units))
    worst_state = 0
    for name, tensors in expected.states.items():
        for tensor, other, peak in zip(tensors, actual.states[name], expected.state_peaks[name]):
            units = [ulp(peak, precision)] * len(tensor)
            worst_state = max(worst_state, _largest(tensor, other, units))
    return worst, worst_state
