# SPDX-License-Identifier: Apache-2.0
"""Numbers that other projects published, against the library, through its C interface.

python3 conformance.py <shared library> [<folder of JSON files> [<not_expressible.txt>]]

Every case whose rule the library has must pass on every leg, or be listed with the reason why its
options cannot express it. The legs:

  float32  the optimizer, as users run it.
  float64  simdoptim_reference_step_double. The only leg that can hold what a source printed to 12
           digits: float32 rounds such parameters by up to 6e-8 before the first step. There,
           the float32 leg has the tolerance that the file suggests for it.
  ...      each of them again, if the case names a formula for its gradients, with gradients from
           the leg's own parameters, so that errors feed back.
  pytorch  float64 with PyTorch's conventions, where the file says that the case also holds for
           them.

tests/data/conformance/README.md describes the files."""

import collections
import json
import math
import os
import pathlib
import sys

import simdoptim_ctypes

HERE = pathlib.Path(__file__).resolve().parent
KINDS = {"float32": simdoptim_ctypes.Float32, "float64": simdoptim_ctypes.Float64}


class NotExpressible(Exception):
    """The library has no option for it."""


class Mismatch(Exception):
    """Not the expected numbers."""


# What a case's `variant` says, as options. No entry: PyTorch's convention, which is the default.
VARIANTS = {
    ("eps_mode", "hat"): {"root": "corrected"},
    ("eps_mode", "raw"): {"root": "uncorrected"},
    ("eps_mode", "root"): {"root": "corrected"},
    ("wd_mode", "l2"): {"decay_mode": "l2"},
    ("wd_mode", "decoupled_pre"): {"decay_mode": "decoupled"},
    # The same in exact arithmetic: p - u - lr * wd * p, with the old p.
    ("wd_mode", "add_lr_wd_oldp"): {"decay_mode": "decoupled"},
    ("wd_mode", "in_update"): {"decay_mode": "decoupled"},
    ("wd_mode", "decoupled_post"): {"decay_mode": "decoupled_after"},
    ("wd_mode", "decoupled_pre_nolr"): {"decay_mode": "decoupled_without_lr"},
    ("bias_correction", False): {"bias_correction": False},
    ("lr_in_buf", True): {"lr_in_buffer": True},
    # The dampening waits for the second step, also where a buffer is given.
    ("onnx_beta", True): {"first_buffer": "gradient"},
}


def fields_of(hyper, variant):
    """Option values by option name."""
    fields = {name: value for name, value in hyper.items() if not name.startswith("_")}
    if "betas" in fields:
        fields["beta1"], fields["beta2"] = fields.pop("betas")
    if not fields.get("momentum"):
        fields.pop("nesterov", None)  # without a buffer the look ahead is the gradient itself
    for name, value in variant.items():
        if name == "eps_root":
            fields[name] = value
        elif (name, value) in VARIANTS:
            fields.update(VARIANTS[name, value])
        else:
            raise NotExpressible(f"variant {name} = {value!r}")
    return fields


def make_options(library, rule, fields):
    options = simdoptim_ctypes.Options(library, rule)
    known = options.names()
    # Flags last: nesterov needs momentum to be there.
    for name, value in sorted(fields.items(), key=lambda field: isinstance(field[1], bool)):
        if name in known:
            try:
                options.set(name, value)
            except simdoptim_ctypes.Error as error:
                raise NotExpressible(str(error)) from error
        elif value is not False:
            raise NotExpressible(f"{rule} has no option {name}")
    return options


def rosenbrock_lua(_, parameters):
    # As Lua Torch7's test has it: d/dy has a factor x too much.
    (x, y), = parameters
    return [[-400 * x * (y - x * x) - 2 * (1 - x), 200 * x * (y - x * x)]]


def quadratic(formula, parameters):
    return [[2 * formula["scale"] * x for x in parameter] for parameter in parameters]


FORMULAS = {"quadratic": quadratic, "rosenbrock_lua": rosenbrock_lua}
PROSE = "text"  # the name of formulas that are told in words


def gradients_of(case, gradient_sets):
    """The stored gradients of each step."""
    if "grads_constant" in case:
        return [case["grads_constant"]] * case["steps"]
    gradients = case["grads"]
    if isinstance(gradients, str):
        gradients = gradient_sets[gradients]
    return gradients * case["steps"] if len(gradients) == 1 else gradients


def compare(where, actual, expected, tolerance):
    """Raises Mismatch for the first element that is out of tolerance."""
    if [len(x) for x in actual] != [len(x) for x in expected]:
        raise Mismatch(f"{where}: sizes differ")
    for i, (actual_tensor, expected_tensor) in enumerate(zip(actual, expected)):
        for j, (a, e) in enumerate(zip(actual_tensor, expected_tensor)):
            e = float(e)  # the files write NaN and infinities as texts
            if a == e or math.isnan(a) and math.isnan(e):
                continue
            allowed = tolerance["atol"] + tolerance["rtol"] * abs(e)
            if not abs(a - e) <= allowed:  # so that NaN is a mismatch
                raise Mismatch(f"{where}, tensor {i}, element {j}: {a!r} is not {e!r}, "
                               f"off by {abs(a - e):.3g} > {allowed:.3g}")


def run(parameters, case, gradients, tolerance):
    """gradients: of each step, or a function of the parameters."""
    start = case.get("initial_state")
    if start:
        parameters.resume(start["t"], {name: x for name, x in start.items() if name != "t"})
    compared = 0
    for k in range(case["steps"]):
        parameters.step(gradients(parameters.values()) if callable(gradients) else gradients[k],
                        case["lr_per_step"][k] if "lr_per_step" in case else None)
        if str(k + 1) in case["expected"]:
            compare(f"step {k + 1}", parameters.values(), case["expected"][str(k + 1)], tolerance)
            compared += 1
    if compared == 0 or compared != len(case["expected"]):
        raise Mismatch("expected values of steps that are not run, or none")


def legs_of(library, case, gradient_sets):
    """(name, a function that runs the leg), ..."""
    fields = fields_of(case["hyper"], case.get("variant", {}))
    make_options(library, case["optimizer"], fields)  # NotExpressible, before anything is run
    tolerance = case.get("tight_tolerance", case["tolerance"])
    suggested = case["validation"].get("float32_suggested_atol", tolerance["atol"])
    tolerances = {"float32": dict(tolerance, atol=suggested), "float64": tolerance}
    stored = gradients_of(case, gradient_sets)
    legs = []

    def add(name, kind, fields, gradients, tolerance, with_state):
        def leg():
            options = make_options(library, case["optimizer"], fields)
            # Tensors past the gradients are not part of the case: see the files' README.
            parameters = kind(options, case["init_params"][:len(stored[0])])
            run(parameters, case, gradients, tolerance)
            for key in ("expected_state", "expected_state_final") if with_state else ():
                for state, expected in case.get(key, {}).items():
                    compare(f"{state} at the end", parameters.state(state), expected, tolerance)
        legs.append((name, leg))

    formula = case.get("grad_formula", {"name": PROSE})
    for name, kind in KINDS.items():
        add(name, kind, fields, stored, tolerances[name], True)
        if formula["name"] != PROSE:
            function = FORMULAS[formula["name"]]
            add(f"{name}, closed loop", kind, fields,
                lambda values, function=function: function(formula, values), tolerances[name], True)
    if case["validation"]["torch_convention"]["pass"] and case.get("variant"):
        pytorch = fields_of(case.get("torch_hyper", case["hyper"]), {})
        add("pytorch", simdoptim_ctypes.Float64, pytorch, stored, case["tolerance"], False)
    return legs


def failures_of(legs):
    failures = []
    for name, leg in legs:
        try:
            leg()
        except (Mismatch, simdoptim_ctypes.Error) as error:
            failures.append(f"{name}: {error}")
    return failures


def read_list(path):
    """Reasons by case."""
    listed = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            case, _, reason = line.partition(": ")
            if not reason or case in listed:
                raise SystemExit(f"{path.name}: not `id: reason`, or twice: {line}")
            listed[case] = reason
    return listed


def main():
    if len(sys.argv) not in (2, 3, 4):
        raise SystemExit(__doc__)
    library = simdoptim_ctypes.Library(os.path.abspath(sys.argv[1]))
    folder = pathlib.Path(*sys.argv[2:3] or [HERE.parent / "data" / "conformance"])
    listed = read_list(pathlib.Path(*sys.argv[3:4] or [HERE / "not_expressible.txt"]))
    rules = library.rules()
    total = collections.Counter()
    waiting = collections.Counter()  # cases by rules that the library does not have
    seen = set()
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        count = collections.Counter()
        for case in data["cases"]:
            name = case["id"]
            if name in seen:
                raise SystemExit(f"two cases are named {name}")
            seen.add(name)
            if case["optimizer"] not in rules:
                waiting[case["optimizer"]] += 1
                if name in listed:
                    print(f"FAILED {name}: listed, but the library has no such rule")
                    count["failed"] += 1
                continue
            try:
                legs = legs_of(library, case, data.get("gradsets", {}))
                failures = failures_of(legs)
                count["legs"] += len(legs)
                if name in listed and not failures:
                    failures = ["listed as not expressible, but it passes"]
                outcome = "failed" if failures else "passed"
            except NotExpressible as reason:
                failures = [] if name in listed else [f"not expressible, and not listed: {reason}"]
                outcome = "failed" if failures else "not expressible"
            for failure in failures:
                print(f"FAILED {name}: {failure}")
            count[outcome] += 1
        total.update(count)
        print(f"{path.name}: {count['passed']} passed, {count['failed']} failed, "
              f"{count['not expressible']} not expressible, {count['legs']} legs")
    for name in sorted(set(listed) - seen):
        print(f"FAILED {name}: listed as not expressible, but there is no such case")
        total["failed"] += 1
    print("Rules that the library does not have: "
          + (", ".join(f"{rule} {n} cases" for rule, n in sorted(waiting.items())) or "none"))
    print(f"{total['passed']} passed, {total['failed']} failed, "
          f"{total['not expressible']} not expressible, {sum(waiting.values())} of missing rules; "
          f"{total['legs']} legs")
    if total["failed"] or not total["passed"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
