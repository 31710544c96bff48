#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Markdown table of a run of optimizer_bench from its JSON file: table.py bench.json."""

import sys

import rows


def line(texts, widths):
    aligned = [text.ljust(width) if i in (0, len(widths) - 1) else text.rjust(width)
               for i, (text, width) in enumerate(zip(texts, widths))]
    return "| " + " | ".join(aligned) + " |"


def write_table(context, table, out):
    print(f"{context['processor']}, {context['processors']} processors, target {context['target']}."
          f" Medians of {context['rounds']} interleaved rounds.\n", file=out)
    widths = [max(len(row[i]) for row in [rows.HEADER] + table) for i in range(len(rows.HEADER))]
    print(line(rows.HEADER, widths), file=out)
    rule = ["-" * width if i in (0, len(widths) - 1) else "-" * max(1, width - 1) + ":"
            for i, width in enumerate(widths)]
    print(line([r or "-" for r in rule], widths), file=out)
    for row in table:
        print(line(row, widths), file=out)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: table.py bench.json > bench.md")
    context, measured = rows.read(sys.argv[1])
    write_table(context, [rows.cells(row) for row in measured], sys.stdout)


if __name__ == "__main__":
    main()
