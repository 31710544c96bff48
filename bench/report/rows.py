# SPDX-License-Identifier: Apache-2.0
"""Reads the rows of optimizer_bench and of torch_step.py. ../README.md has the grammar of names."""

import json
import re

KINDS = ("call", "ceiling", "naive", "torch")


class Row:
    """One row: the parts of its name, and its numbers."""

    def __init__(self, benchmark):
        self.numbers = benchmark
        # Google Benchmark appends "/iterations:9/manual_time".
        self.name = benchmark["name"].split("/iterations:")[0]
        self.error = benchmark["error_message"] if benchmark.get("error_occurred") else ""
        self.label = benchmark.get("label", "")
        parts = self.name.split("/")
        self.kind = parts.pop(0) if parts[0] in KINDS else "step"
        # how: the instruction set; the flags of a loop by hand; PyTorch's implementation.
        self.rule, self.formats, self.how, self.list, threads = parts
        self.threads = int(threads.removeprefix("t"))
        flat = re.fullmatch(r"n(\d+)", self.list)
        self.size = int(flat[1]) if flat else None

    def value(self, counter):
        """Median and quartiles, or None."""
        if counter not in self.numbers:
            return None
        return tuple(self.numbers.get(counter + end, self.numbers[counter])
                     for end in ("", "_q1", "_q3"))

    def ns(self):
        """Nanoseconds a parameter, with quartiles."""
        return tuple(1e9 * s / self.numbers["elements"] for s in self.value("median_seconds"))

    def limit(self):
        """The share of the slower limit, with quartiles, and which limit that is."""
        shares = [(self.value(f"of_{name}"), name) for name in ("ceiling", "divider")]
        return max((share for share in shares if share[0]), default=None)

    def footprint(self):
        """Bytes of memory a parameter: all that moves is read, all but the gradient written too."""
        moved = self.numbers["bytes/s"] * self.numbers["median_seconds"] / self.numbers["elements"]
        gradient = 4 if self.formats.split("_")[1] == "f32" else 2
        return (moved + gradient) / 2


def read(path):
    """The context, and the rows in their order."""
    with open(path, encoding="utf-8") as file:
        run = json.load(file)
    return run["context"], [Row(b) for b in run["benchmarks"] if b.get("run_type") != "aggregate"]


def size_text(n):
    for unit, size in (("M", 1 << 20), ("K", 1 << 10)):
        if n >= size and n % size == 0:
            return f"{n // size}{unit}"
    return str(n)


def time_text(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def threads_text(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


HEADER = ("row", "median", "spread", "ns/element", "G elements/s", "GB/s", "of ceiling",
          "of divider", "simdoptim", "")


def cells(row):
    """The row's texts, one for each name in HEADER."""
    if row.error:
        return (row.name,) + ("",) * (len(HEADER) - 2) + (row.error,)

    def optional(counter, scale, digits, unit=""):
        value = row.numbers.get(counter)
        return "" if value is None else f"{value * scale:.{digits}f}{unit}"

    return (row.name, time_text(row.numbers["median_seconds"]), optional("spread", 100, 1, "%"),
            f"{row.ns()[0]:.3f}", optional("elements/s", 1e-9, 3), optional("bytes/s", 1e-9, 1),
            optional("of_ceiling", 1, 2), optional("of_divider", 1, 2),
            optional("simdoptim_speedup", 1, 2, "x"), row.label)
