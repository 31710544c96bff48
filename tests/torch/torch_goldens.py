# SPDX-License-Identifier: Apache-2.0
"""simdoptim against what PyTorch computed (tests/data/torch), without PyTorch.

python3 torch_goldens.py <shared library> [<folder of JSON files>]

Prints, for each case, the largest distances of parameters / states in ULP (see distance.py) and
fails for one beyond its bound. The comparisons:

  f64       the double reference, from PyTorch in float64: the same formulas?
  f32-f64   the optimizer, from PyTorch in float64: its rounding errors.
  f32-f32   the optimizer, from PyTorch in float32: the rounding errors of both.
  torch     PyTorch in float32 from PyTorch in float64, for comparison; no bound."""

import json
import os
import pathlib
import sys

import distance
import simdoptim_ctypes

COMPARISONS = ("f64", "f32-f64", "f32-f32")

# Parameters and states, for each comparison. At most four times the largest distance seen, or 1
# where there was none.
BOUNDS = {
    "Adam/plain": ((5, 3), (10, 7), (5, 30)),
    "Adam/betas_eps": ((8, 3), (13, 4), (10, 8)),
    "Adam/weight_decay": ((8, 4), (11, 9), (15, 13)),
    "Adam/amsgrad": ((8, 3), (11, 7), (5, 30)),
    "Adam/maximize": ((8, 3), (10, 7), (8, 30)),
    "Adam/everything": ((7, 3), (11, 3), (10, 13)),
    "AdamW/plain": ((13, 3), (11, 7), (20, 30)),
    "AdamW/betas_eps": ((10, 3), (11, 4), (15, 8)),
    "AdamW/weight_decay": ((13, 3), (12, 7), (20, 30)),
    "AdamW/amsgrad": ((13, 3), (10, 7), (18, 30)),
    "AdamW/maximize": ((15, 3), (9, 7), (13, 30)),
    "AdamW/everything": ((18, 3), (11, 3), (23, 8)),
    "AdamW/no_weight_decay": ((5, 3), (10, 7), (5, 30)),
    "SGD/plain": ((9, 0), (8, 0), (8, 0)),
    "SGD/momentum": ((5, 1), (12, 2), (18, 8)),
    "SGD/dampening": ((10, 4), (10, 2), (25, 4)),
    "SGD/nesterov": ((15, 1), (20, 2), (23, 8)),
    "SGD/weight_decay": ((4, 0), (8, 0), (5, 0)),
    "SGD/momentum_weight_decay": ((7, 0.2), (13, 7), (8, 2)),
    "SGD/maximize": ((9, 0), (10, 0), (8, 0)),
    "SGD/everything": ((18, 3), (11, 6), (10, 5)),
}


def read(case, precision):
    golden = case[precision]
    exact = distance.to_float32 if precision == "float32" else float

    def tensors(values):
        return [[exact(x) for x in tensor] for tensor in values]

    return distance.Trajectory({int(step): tensors(x) for step, x in golden["values"].items()},
                               {state: tensors(x) for state, x in golden["states"].items()},
                               golden["state_peaks"])


def measure(library, data, case):
    """Distances by comparison."""
    torch = {precision: read(case, precision) for precision in distance.PRECISIONS}
    ours = {}
    for precision in distance.PRECISIONS:
        torch[precision].values = {0: data["initial"], **torch[precision].values}
        ours[precision] = distance.simdoptim_trajectory(
            library, precision, data["optimizer"], case["options"], data["initial"],
            data["gradients"], data["lr"], torch[precision].states, torch[precision].values)
    return {
        "f64": distance.distance(ours["float64"], torch["float64"], "float64"),
        "f32-f64": distance.distance(ours["float32"], torch["float64"], "float32"),
        "f32-f32": distance.distance(ours["float32"], torch["float32"], "float32"),
        "torch": distance.distance(torch["float32"], torch["float64"], "float32"),
    }


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    library = simdoptim_ctypes.Library(os.path.abspath(sys.argv[1]))
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(*sys.argv[2:3] or [here.parent / "data" / "torch"])
    seen = set()
    failed = 0
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for case_name, case in data["cases"].items():
            name = f"{data['optimizer']}/{case_name}"
            seen.add(name)
            distances = measure(library, data, case)
            bounds = BOUNDS.get(name, ((0, 0),) * len(COMPARISONS))
            line = []
            beyond = name not in BOUNDS
            for comparison, (values, states) in distances.items():
                line.append(f"{comparison} {values:.2f} / {states:.2f}")
            for comparison, bound in zip(COMPARISONS, bounds):
                beyond |= any(x > y for x, y in zip(distances[comparison], bound))
            print(f"{'FAILED ' if beyond else ''}{name}: {', '.join(line)}"
                  + (f"; bounds {bounds}" if beyond else ""))
            failed += beyond
    for name in sorted(set(BOUNDS) - seen):
        print(f"FAILED {name}: a bound without a case")
        failed += 1
    print(f"{len(seen)} cases, {failed} failed")
    if failed or not seen:
        sys.exit(1)


if __name__ == "__main__":
    main()
