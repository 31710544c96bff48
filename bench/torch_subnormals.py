# SPDX-License-Identifier: Apache-2.0
"""The data of subnormals.cc through PyTorch's AdamW and SGD: what subnormal numbers cost there.

python3 torch_subnormals.py [--rounds N]

One thread, with torch.set_flush_denormal(True) and without (PyTorch's default). A distribution's
PyTorch belongs to the distribution's Python: /usr/bin/python3. Exit code 77 if there is none."""

import argparse
import statistics
import sys
import time

try:
    import torch
except ImportError:
    print("skipped: no torch")
    sys.exit(77)

ELEMENTS = 1 << 20
SUBNORMAL = -127  # as an exponent: magnitudes in [2^-127, 2^-126)
ZERO = None

# Exponents of p, g, m and v: of all elements, and of every tenth; see subnormals.cc.
NORMAL = (-5, -8, -8, -16)
TINY = (SUBNORMAL,) * 4
INPUTS = {
    "normal": (NORMAL, NORMAL),
    "state subnormal, gradient 0": ((-5, ZERO, SUBNORMAL, SUBNORMAL),) * 2,
    "gradient subnormal": ((-5, SUBNORMAL, -8, -16),) * 2,
    "10 % of the elements subnormal": (NORMAL, (-5, SUBNORMAL, SUBNORMAL, SUBNORMAL)),
    "all numbers subnormal": (TINY, TINY),
    "products subnormal": ((-5, -66, -126, -126),) * 2,
}


def random_floats(generator, exponent, signed):
    """Made from bits: arithmetic would flush what it is to make."""
    if exponent is ZERO:
        return torch.zeros(ELEMENTS)
    bits = torch.randint(0, 1 << 23, (ELEMENTS,), generator=generator)
    bits |= (127 + exponent) << 23 | (0x400000 if exponent == SUBNORMAL else 0)
    if signed:
        bits -= torch.randint(0, 2, (ELEMENTS,), generator=generator) << 31
    return bits.to(torch.int32).view(torch.float32)


def make_streams(all_exponents, tenth_exponents):
    generator = torch.Generator().manual_seed(1)
    streams = []
    for k, (exponent, tenth) in enumerate(zip(all_exponents, tenth_exponents)):
        stream = random_floats(generator, exponent, k != 3)
        stream[3::10] = random_floats(generator, tenth, k != 3)[3::10]
        streams.append(stream)
    return streams


class Step:
    def __init__(self, make_optimizer, flush):
        self.flush = flush
        self.p = torch.zeros(ELEMENTS, requires_grad=True)
        self.p.grad = torch.zeros(ELEMENTS)
        self.optimizer = make_optimizer([self.p])
        for _ in range(10):
            self.optimizer.step()
        state = self.optimizer.state[self.p]
        states = [state.get("exp_avg", state.get("momentum_buffer")), state.get("exp_avg_sq")]
        self.memory = [self.p.detach(), self.p.grad] + states

    def seconds(self, streams):
        for memory, stream in zip(self.memory, streams):
            if memory is not None:
                memory.copy_(stream)
        torch.set_flush_denormal(self.flush)
        start = time.perf_counter()
        self.optimizer.step()
        taken = time.perf_counter() - start
        torch.set_flush_denormal(False)
        return taken


def adamw(parameters):
    return torch.optim.AdamW(parameters, foreach=False)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=1e-3, momentum=0.9, foreach=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    data = {name: make_streams(*exponents) for name, exponents in INPUTS.items()}
    columns = {
        "AdamW": Step(adamw, False),
        "AdamW, flush": Step(adamw, True),
        "SGD": Step(sgd, False),
        "SGD, flush": Step(sgd, True),
    }
    samples = {(column, name): [] for column in columns for name in data}
    for _ in range(rounds):
        for name, streams in data.items():
            for column, step in columns.items():
                samples[column, name].append(step.seconds(streams))

    print(f"PyTorch {torch.__version__}, {ELEMENTS} parameters, 1 thread\n")
    print(" " * 32 + "".join(f" {column:>13}" for column in columns))
    nanoseconds = [1e9 / ELEMENTS * statistics.median(samples[c, "normal"]) for c in columns]
    print(f"{'normal, ns a parameter':32}" + "".join(f" {x:13.3f}" for x in nanoseconds))
    for name in list(data)[1:]:
        print(f"{name:32}", end="")
        for column in columns:
            pairs = zip(samples[column, name], samples[column, "normal"])
            print(f" {statistics.median(a / b for a, b in pairs):13.2f}", end="")
        print()
    print(f"\nTime over that on normal data, medians of {rounds} interleaved rounds.")


if __name__ == "__main__":
    main()
