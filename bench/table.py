#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Markdown table of a run of optimizer_bench from its JSON file: table.py bench.json."""

import json
import sys

HEADER = ("row", "median", "ns/element", "G elements/s", "GB/s", "of ceiling", "of divider",
          "spread", "")


def time_text(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def row_name(benchmark):
    # Google Benchmark appends "/iterations:9/manual_time".
    return benchmark["name"].split("/iterations:")[0]


def cells(benchmark):
    if benchmark.get("error_occurred"):
        return (row_name(benchmark),) + ("",) * 7 + (benchmark["error_message"],)
    seconds = benchmark["median_seconds"]

    def optional(counter, scale, digits, unit=""):
        return f"{benchmark[counter] * scale:.{digits}f}{unit}" if counter in benchmark else ""

    return (row_name(benchmark), time_text(seconds), f"{1e9 * seconds / benchmark['elements']:.3f}",
            optional("elements/s", 1e-9, 3), optional("bytes/s", 1e-9, 1),
            optional("of_ceiling", 1, 2), optional("of_divider", 1, 2),
            optional("spread", 100, 1, "%"), benchmark.get("label", ""))


def line(texts, widths):
    aligned = [text.ljust(width) if i in (0, len(widths) - 1) else text.rjust(width)
               for i, (text, width) in enumerate(zip(texts, widths))]
    return "| " + " | ".join(aligned) + " |"


def write_table(run, out):
    context = run["context"]
    print(f"{context['processor']}, {context['processors']} processors, target {context['target']}."
          f" Medians of {context['rounds']} interleaved rounds.\n", file=out)
    table = [cells(b) for b in run["benchmarks"] if b.get("run_type") != "aggregate"]
    widths = [max(len(row[i]) for row in [HEADER] + table) for i in range(len(HEADER))]
    print(line(HEADER, widths), file=out)
    rule = ["-" * width if i in (0, len(widths) - 1) else "-" * max(1, width - 1) + ":"
            for i, width in enumerate(widths)]
    print(line([r or "-" for r in rule], widths), file=out)
    for row in table:
        print(line(row, widths), file=out)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: table.py bench.json > bench.md")
    with open(sys.argv[1], encoding="utf-8") as file:
        write_table(json.load(file), sys.stdout)


if __name__ == "__main__":
    main()
