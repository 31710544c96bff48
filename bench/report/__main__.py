# SPDX-License-Identifier: Apache-2.0
"""Draws what the benchmark measured as one HTML page that needs nothing else:
python3 bench/report bench.json [torch.json] > report.html"""

import html
import os
import sys

import sections
from rows import read


def size_text(size):
    return f"{size / 2**20:g} MiB" if size >= 2**20 else f"{size / 2**10:g} KiB"


def cache_text(cache):
    kind = {"Data": "d", "Instruction": "i"}.get(cache["type"], "")
    shared = f" shared by {cache['num_sharing']}" if cache["num_sharing"] > 1 else ""
    return f"L{cache['level']}{kind} {size_text(cache['size'])}{shared}"


def quantile(values, at):
    ordered = sorted(values)
    return ordered[round(at * (len(ordered) - 1))]


def machine(context, torch, rows):
    """What a reader must know to compare: (name, text)."""
    facts = [("Processor", context["processor"]), ("Processors used", context["processors"]),
             ("Caches", ", ".join(cache_text(c) for c in context.get("caches", [])
                                  if c["type"] != "Instruction")),
             ("Instruction set", context["target"]), ("Compiler", context.get("compiler")),
             ("simdoptim", context.get("simdoptim")), ("Highway", context.get("highway")),
             ("PyTorch", torch),
             ("Date", context["date"].replace("T", " ")[:16] + context["date"][19:]),
             ("Load when it began", ", ".join(f"{x:.2f}" for x in context.get("load_avg", []))),
             ("Rounds", f"{context['rounds']}, interleaved")]
    spreads = [100 * row.numbers["spread"] for row in rows if "spread" in row.numbers]
    if spreads:
        facts.append(("Spread of the rows' times", f"median {quantile(spreads, 0.5):.1f} %, "
                      f"9 in 10 below {quantile(spreads, 0.9):.1f} %"))
    return [(name, text) for name, text in facts if text]


def page(context, torch_context, rows):
    with open(os.path.join(os.path.dirname(__file__), "style.css"), encoding="utf-8") as file:
        style = file.read()
    good = [row for row in rows if not row.error]
    failed = [row for row in rows if row.error]
    torch = (torch_context or {}).get("torch")
    torch_note = (f"PyTorch {torch}, torch.optim.AdamW called from Python." if torch else
                  "PyTorch was not measured." if torch_context is None else
                  "PyTorch was not installed.")
    facts = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"
                    for name, text in machine(context, torch, good))
    failures = "".join(f'<p class="failed">{html.escape(f"{row.name}: {row.error}")}</p>'
                       for row in failed)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>simdoptim: benchmark</title>
<style>
{style}</style>
</head>
<body>
<h1>simdoptim: benchmark</h1>
<dl>{facts}</dl>
{failures}
{sections.by_size(good, context)}
{sections.comparison(good, context, torch_note)}
{sections.by_list(good, context)}
{sections.calls(good)}
{sections.all_rows(rows)}
<footer>Rest the pointer on a point for its numbers. How rows are named, verified and timed:
bench/README.md.</footer>
</body>
</html>
"""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python3 bench/report bench.json [torch.json] > report.html")
    context, rows = read(sys.argv[1])
    torch_context, torch_rows = read(sys.argv[2]) if len(sys.argv) == 3 else (None, [])
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(page(context, torch_context, rows + torch_rows))


if __name__ == "__main__":
    main()
