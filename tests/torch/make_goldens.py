# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/torch/*.json: what torch.optim computes, in float32 and in float64.

python3 make_goldens.py <folder>

Not a test: it is here so that the numbers can be made again. Written for PyTorch 1.13.1. Gradients
do not depend on the parameters, so that both precisions see the same ones."""

import json
import pathlib
import platform
import sys

import numpy
import torch

SIZES = [3, 7, 19]  # less than a vector, a tail alone, and whole vectors with a tail
STEPS = 36
CHECKPOINTS = [1, 2, 3, 4, 6, 9, 13, 18, 24, 30, 36]
# Per parameter: its first step comes late, one is missing now and then, and there is always one.
MISSING = [[1, 2, 11, 12, 30], [5, 17, 18, 19], []]
SCALES = [1, 1 / 64, 32]  # of a parameter's gradients

ADAM_CASES = {
    "plain": {},
    "betas_eps": {"betas": (0.8, 0.95), "eps": 1e-4},
    "weight_decay": {"weight_decay": 0.1},
    "amsgrad": {"amsgrad": True},
    "maximize": {"maximize": True},
    "everything": {"betas": (0.7, 0.9), "weight_decay": 0.05, "amsgrad": True, "maximize": True},
}
CASES = {
    "SGD": (0.01, {
        "plain": {},
        "momentum": {"momentum": 0.9},
        "dampening": {"momentum": 0.9, "dampening": 0.3},
        "nesterov": {"momentum": 0.9, "nesterov": True},
        "weight_decay": {"weight_decay": 0.1},
        "momentum_weight_decay": {"momentum": 0.5, "weight_decay": 0.1},
        "maximize": {"maximize": True},
        "everything": {"momentum": 0.8, "dampening": -0.25, "weight_decay": 0.05, "maximize": True},
    }),
    "Adam": (0.02, ADAM_CASES),
    "AdamW": (0.02, {**ADAM_CASES, "no_weight_decay": {"weight_decay": 0}}),
}


def learning_rate(base, step):
    """Warms up, then decays; in fractions that are exact."""
    return base * min(step / 8, 1) * (1 - step / 64)


def coarse(tensor):
    """Rounded to few digits, so that float32 holds them and the file stays small."""
    return torch.round(tensor * 1024) / 1024


def texts(tensor):
    """The shortest that read back as the same numbers, once rounded to the tensor's precision."""
    return [float(str(x)) for x in tensor.detach().numpy()]


def run(name, base, options, initial, gradients, dtype):
    parameters = [torch.nn.Parameter(x.to(dtype, copy=True)) for x in initial]
    optimizer = getattr(torch.optim, name)(parameters, lr=base, foreach=False, **options)
    values = {}
    states = {}
    peaks = {}  # the largest magnitude of each state tensor in all steps
    for step in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = learning_rate(base, step)
        for parameter, gradient, missing in zip(parameters, gradients[step - 1], MISSING):
            parameter.grad = None if step in missing else gradient.to(dtype, copy=True)
        optimizer.step()
        if step in CHECKPOINTS:
            values[step] = [texts(parameter) for parameter in parameters]
        for i, parameter in enumerate(parameters):
            for state, value in optimizer.state[parameter].items():
                if state != "step" and value is not None:
                    peak = peaks.setdefault(state, [0.0] * len(parameters))
                    peak[i] = max(peak[i], value.abs().max().item())
                    states.setdefault(state, [None] * len(parameters))[i] = texts(value)
    return {"values": values, "states": states, "state_peaks": peaks}


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(20)
    initial = [coarse(torch.randn(size)) for size in SIZES]
    gradients = [[coarse(torch.randn(size)) * scale for size, scale in zip(SIZES, SCALES)]
                 for _ in range(STEPS)]
    for name, (base, cases) in CASES.items():
        golden = {
            "made_by": {"torch": torch.__version__, "numpy": numpy.__version__,
                        "python": platform.python_version()},
            "optimizer": name,
            "initial": [x.tolist() for x in initial],
            "lr": [learning_rate(base, step) for step in range(1, STEPS + 1)],
            "gradients": [[None if step in missing else x.tolist()
                           for x, missing in zip(gradients[step - 1], MISSING)]
                          for step in range(1, STEPS + 1)],
            "cases": {case: {"options": options,
                             **{text: run(name, base, options, initial, gradients, dtype)
                                for text, dtype in (("float32", torch.float32),
                                                    ("float64", torch.float64))}}
                      for case, options in cases.items()},
        }
        text = json.dumps(golden, separators=(",", ":"))
        # A line for each entry, so that a difference can be read.
        for key in ("lr", "gradients", "cases", "options", "float32", "float64"):
            text = text.replace(f'"{key}":', f'\n"{key}":')
        path = folder / f"{name.lower()}.json"
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
