# SPDX-License-Identifier: Apache-2.0
"""simdoptim against the PyTorch that is installed, on random configurations with fixed seeds.

python3 torch_live.py <shared library>

Compares what torch_goldens.py does, with bounds that grow with the number of steps. Exit code 77 if
there is no PyTorch."""

import math
import os
import random
import sys

try:
    import torch
except ImportError:
    print("skipped: no torch")
    sys.exit(77)

import distance
import simdoptim_ctypes

CONFIGURATIONS = 60
# In ULP, of parameters and of states, times the square root of steps + 1, as rounding errors add
# up like a random walk. Twice what 2000 configurations reached; PyTorch's own errors are the larger
# part of f32-f32.
BOUNDS = {"f64": (7, 3.5), "f32-f64": (5, 3), "f32-f32": (10, 4)}


def random_options(rng, optimizer):
    options = {}

    def maybe(probability, name, value):
        if rng.random() < probability:
            options[name] = value

    maybe(0.5, "weight_decay", rng.choice([1e-4, 1e-2, 0.1]))
    maybe(0.25, "maximize", True)
    if optimizer == "SGD":
        maybe(0.75, "momentum", rng.uniform(0.1, 0.99))
        if "momentum" in options:
            maybe(0.4, "nesterov", True)
            if "nesterov" not in options:  # PyTorch refuses both
                maybe(0.5, "dampening", rng.uniform(-0.5, 0.9))
    else:
        maybe(0.5, "betas", (rng.uniform(0, 0.99), rng.uniform(0.5, 0.9999)))
        maybe(0.5, "eps", 10 ** rng.uniform(-10, -2))
        maybe(0.4, "amsgrad", True)
    return options


def random_floats(rng, size, scale):
    return [distance.to_float32(rng.gauss(0, scale)) for _ in range(size)]


def torch_trajectory(dtype, foreach, optimizer, options, initial, gradients, lrs, checkpoints):
    parameters = [torch.nn.Parameter(torch.tensor(x, dtype=dtype)) for x in initial]
    steps = getattr(torch.optim, optimizer)(parameters, lr=lrs[0], foreach=foreach, **options)
    values = {0: initial}
    states = {}
    peaks = {}
    for step, (gradient, lr) in enumerate(zip(gradients, lrs), 1):
        steps.param_groups[0]["lr"] = lr
        for parameter, x in zip(parameters, gradient):
            parameter.grad = None if x is None else torch.tensor(x, dtype=dtype)
        steps.step()
        if step in checkpoints:
            values[step] = [parameter.tolist() for parameter in parameters]
        for i, parameter in enumerate(parameters):
            for name, state in steps.state[parameter].items():
                if name != "step" and state is not None:
                    peak = peaks.setdefault(name, [0.0] * len(parameters))
                    peak[i] = max(peak[i], state.abs().max().item())
                    states.setdefault(name, [None] * len(parameters))[i] = state.tolist()
    return distance.Trajectory(values, states, peaks)


def compare_one(library, seed):
    """(description, distances by comparison, steps)"""
    rng = random.Random(seed)
    optimizer = rng.choice(["SGD", "Adam", "AdamW"])
    options = random_options(rng, optimizer)
    sizes = [rng.choice([1, 2, 3, 5, 8, 13, 16, 17, 31, 64, 100, 257])
             for _ in range(rng.randint(1, 4))]
    steps = rng.randint(1, 50)
    lr = 10 ** rng.uniform(-4, -1)
    lrs = [lr * rng.choice([1, 1, 0.5, 0.1, 0]) if rng.random() < 0.2 else lr for _ in range(steps)]
    scales = [10 ** rng.uniform(-3, 1) for _ in sizes]
    initial = [random_floats(rng, size, 1) for size in sizes]
    # Every parameter has a gradient at least in the last step, so that all have states.
    gradients = [[None if step < steps - 1 and rng.random() < 0.15
                  else random_floats(rng, size, scale) for size, scale in zip(sizes, scales)]
                 for step in range(steps)]
    checkpoints = set(range(1, steps + 1))
    arguments = (optimizer, options, initial, gradients, lrs)
    foreach = bool(seed % 2)  # PyTorch has two implementations
    torch64 = torch_trajectory(torch.float64, foreach, *arguments, checkpoints)
    torch32 = torch_trajectory(torch.float32, foreach, *arguments, checkpoints)
    ours64, ours32 = (
        distance.simdoptim_trajectory(library, precision, *arguments, torch64.states, checkpoints)
        for precision in ("float64", "float32"))
    return f"{optimizer}({options}) sizes {sizes}, {steps} steps, lr {lr:.2g}", {
        "f64": distance.distance(ours64, torch64, "float64"),
        "f32-f64": distance.distance(ours32, torch64, "float32"),
        "f32-f32": distance.distance(ours32, torch32, "float32"),
    }, steps


def quadratic(library):
    """The largest difference from PyTorch along Adam's way down a quadratic in five dimensions,
    both in float32 and in a closed loop."""
    scales = [0.5, 1, 2, 4, 8]
    start = [5, -3, 2, 1, -0.5]
    theirs = torch.nn.Parameter(torch.tensor(start, dtype=torch.float32))
    optimizer = torch.optim.Adam([theirs], lr=1e-2)
    ours = simdoptim_ctypes.Float32(distance.make_options(library, "Adam", {"lr": 1e-2}), [start])
    worst = 0
    for _ in range(100):
        optimizer.zero_grad()
        (torch.tensor(scales) * theirs**2).sum().backward()
        optimizer.step()
        ours.step([[2 * s * x for s, x in zip(scales, ours.values()[0])]])
        worst = max(worst, *(abs(x - y) for x, y in zip(ours.values()[0], theirs.tolist())))
    return worst


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    library = simdoptim_ctypes.Library(os.path.abspath(sys.argv[1]))
    print(f"torch {torch.__version__}")
    failed = 0
    worst = {}
    for seed in range(CONFIGURATIONS):
        description, distances, steps = compare_one(library, seed)
        beyond = []
        for comparison, pair in distances.items():
            for kind, ulp, bound in zip(("parameters", "states"), pair, BOUNDS[comparison]):
                ratio = ulp / (math.sqrt(steps + 1) * bound)
                worst[comparison, kind] = max(worst.get((comparison, kind), 0), ratio)
                if ratio > 1:
                    beyond.append(f"{kind} {comparison}: {ulp:.2f} ULP, {ratio:.2f} of the bound")
        if beyond:
            print(f"FAILED seed {seed}: {description}: {'; '.join(beyond)}")
            failed += 1
    for (comparison, kind), ratio in worst.items():
        print(f"{kind} {comparison}: at most {ratio:.2f} of the bound")
    difference = quadratic(library)
    if difference > 1e-5:
        failed += 1
    print(f"{'FAILED ' if difference > 1e-5 else ''}quadratic in 5 dimensions, Adam, lr 1e-2, "
          f"100 steps: differs by at most {difference:.3g}")
    print(f"{CONFIGURATIONS + 1} checks, {failed} failed")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
