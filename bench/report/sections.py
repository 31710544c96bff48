# SPDX-License-Identifier: Apache-2.0
"""The sections of the report, each made from the rows that were measured; empty if there are none."""

import html
import math

import chart
from rows import HEADER, cells, size_text, threads_text, time_text

BY_HAND = {"O2": "loop by hand, -O2", "native": "loop by hand, -O3 -march=native"}


def grouped(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def section(title, paragraphs, *content):
    return (f"<section><h2>{html.escape(title)}</h2>"
            + "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs) + "".join(content)
            + "</section>")


def figures(charts):
    """charts: (heading, small print, SVG)."""
    return '<div class="charts">' + "".join(
        f"<figure><h3>{html.escape(heading)} <small>{html.escape(small)}</small></h3>{svg}</figure>"
        for heading, small, svg in charts) + "</div>"


def table(header, lines, name=""):
    """lines: of cells in HTML."""
    head = "".join(f"<th>{html.escape(h).replace(', ', '<br>')}</th>" for h in header)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in cs) + "</tr>" for cs in lines)
    return f'<div class="scroll"><table class="{name}"><tr>{head}</tr>{body}</table></div>'


def row_title(row):
    texts = [row.name, f"{time_text(row.numbers['median_seconds'])} a step, "
             "{:.4g} ns a parameter (quartiles {:.4g} to {:.4g})".format(*row.ns())]
    for name in ("ceiling", "divider"):
        if share := row.value(f"of_{name}"):
            texts.append("{:.1f} % of the {n} (quartiles {:.1f} to {:.1f} %)".format(
                *(100 * s for s in share), n=name))
    if "bytes/s" in row.numbers:
        texts.append(f"{1e-9 * row.numbers['bytes/s']:.1f} GB/s")
    return "\n".join(texts)


def size_ticks(rows):
    return [(math.log2(n), size_text(n)) for n in sorted({row.size for row in rows})]


def cache_borders(rows, caches):
    """Where the memory of a step in f32 outgrows each cache of one core."""
    f32 = [row for row in rows if row.formats.split("_")[1] == "f32"]
    if not f32:
        return []
    footprint = f32[0].footprint()
    return [(math.log2(c["size"] / footprint), f"L{c['level']}")
            for c in caches if c["type"] != "Instruction"]


def share_charts(rows, x_of, x_ticks, x_caption, caches=(), connected=True):
    """A chart for each rule, a line for each of the formats and numbers of threads; the legend."""
    styles = {formats: i % chart.COLOURS for i, formats in enumerate(grouped(
        rows, lambda row: row.formats))}
    y_axis, y_ticks = chart.share_axis([row.limit()[0][0] for row in rows])
    charts, everything = [], []
    for rule, of_rule in grouped(rows, lambda row: row.rule).items():
        lines = []
        for (formats, threads), line in grouped(of_rule, lambda r: (r.formats, r.threads)).items():
            label = f"{formats}, {threads_text(threads)}"
            lines.append(chart.Series(label, styles[formats], threads > 1, [
                chart.Point(x_of(row), *row.limit()[0], row_title(row)) for row in line]))
        everything += lines
        moved = sorted({f"{2 * row.footprint() - (4 if 'f32_f32' in row.formats else 2):.0f}"
                        for row in of_rule}, key=float, reverse=True)
        charts.append((rule, f"{' or '.join(moved)} bytes moved a parameter", chart.draw(
            f"{rule}: share of the limit", lines, x_ticks, x_caption, y_axis, y_ticks,
            "share of the limit", cache_borders(of_rule, caches), 1, connected)))
    return chart.legend(everything) + figures(charts)


def by_size(rows, context):
    chosen = [r for r in rows if r.kind == "step" and r.how == context["target"] and r.size]
    if not chosen:
        return ""
    return section("Share of the limit", [
        "100 % is the slower of two limits, both measured in the same rounds: a loop that moves the "
        "same memory without any maths, and, for rules that divide, one square root and one "
        "division a parameter (up to 64K parameters). Error bars are quartiles of the rounds' "
        "ratios. Upright lines: where one thread's f32 step outgrows a cache."],
        share_charts(chosen, lambda r: math.log2(r.size), size_ticks(chosen), "parameters",
                     context.get("caches", ())))


def by_list(rows, context):
    chosen = [r for r in rows if r.kind == "step" and r.how == context["target"] and not r.size]
    if not chosen:
        return ""
    places = {name: i for i, name in enumerate(grouped(chosen, lambda row: row.list))}
    return section("Lists of tensors", [
        "Each tensor is an allocation of its own: 10000x256 is 10,000 tensors of 256 parameters, "
        "gpt2 the 148 tensors of GPT-2 124M. The limit is the ceiling on the same list."],
        share_charts(chosen, lambda r: places[r.list], [(i, n) for n, i in places.items()],
                     "tensors", connected=False))


def calls(rows):
    chosen = [r for r in rows if r.kind == "call"]
    if not chosen:
        return ""
    sizes = sorted({row.size for row in chosen})
    times = {(r.rule, r.formats, r.size): time_text(r.numbers["median_seconds"]) for r in chosen}
    lines = [[html.escape(f"{rule}/{formats}")] + [times.get((rule, formats, n), "") for n in sizes]
             for rule, formats in grouped(chosen, lambda r: (r.rule, r.formats))]
    return section("Small calls", [
        "One tensor through the functional door, on the calling thread: what a call costs besides "
        "its arithmetic. The limit is as above; the table has the time of a call."],
        share_charts(chosen, lambda r: math.log2(r.size), size_ticks(chosen), "parameters"),
        table(["a call with"] + [str(n) for n in sizes], lines))


def contender(row):
    if row.kind == "step":
        return "simdoptim"
    return BY_HAND.get(row.how, row.how) if row.kind == "naive" else f"PyTorch, {row.how}"


def three_digits(number):
    """At least as many: 1290, 264, 1.50, 0.0470."""
    return f"{number:.0f}" if number >= 100 else f"{number:#.3g}"


def comparison_cell(row, ours):
    """The time, and how many times as fast the library is."""
    if row is None:
        return ""
    cell = three_digits(row.ns()[0])
    if row.kind == "step" or not (ours or row.kind == "naive"):
        return cell
    speedup = (row.numbers["simdoptim_speedup"] if row.kind == "naive" else
               row.ns()[0] / ours.ns()[0])
    name = "loses" if round(speedup, 2) < 1 else "speedup"
    return f'{cell} <span class="{name}">{three_digits(speedup)}x</span>'


def comparison(rows, context, torch_note):
    others = [r for r in rows if r.kind in ("naive", "torch")]
    if not others:
        return ""
    compared = {(r.rule, r.formats) for r in others}
    chosen = others + [r for r in rows if r.kind == "step" and r.how == context["target"]
                       and (r.rule, r.formats) in compared]
    names = sorted(grouped(chosen, contender),
                   key=lambda name: (name != "simdoptim", name.startswith("PyTorch")))
    styles = {name: i % chart.COLOURS for i, name in enumerate(names)}
    flat = [r for r in chosen if r.size]
    charts, everything, lines = [], [], []
    y_axis, y_ticks = chart.log_axis([r.ns()[0] for r in flat]) if flat else (None, None)
    for threads, of_threads in sorted(grouped(flat, lambda r: r.threads).items()):
        by_name = grouped(of_threads, contender)
        series = [chart.Series(name, styles[name], points=[
            chart.Point(math.log2(r.size), *r.ns(), row_title(r)) for r in by_name[name]])
            for name in names if name in by_name]
        everything += series
        charts.append((threads_text(threads), "lower is better", chart.draw(
            f"ns a parameter, {threads_text(threads)}", series, size_ticks(flat), "parameters",
            y_axis, y_ticks, "ns a parameter")))
    for (name, threads), line in sorted(grouped(chosen, lambda r: (r.list, r.threads)).items(),
                                        key=lambda g: (g[0][1], g[1][0].size or math.inf)):
        of_name = {contender(row): row for row in line}
        text = size_text(line[0].size) if line[0].size else name
        lines.append([html.escape(f"{text}, {threads_text(threads)}")] + [
            comparison_cell(of_name.get(n), of_name.get("simdoptim")) for n in names])
    return section(
        "Beside a loop by hand and PyTorch", [
            "AdamW in f32, ns a parameter. On more than one thread, the loop by hand is under "
            "OpenMP, a team for each tensor. In the table, 2x means that simdoptim is twice as "
            "fast: for the loop by hand, the median of ratios within the same rounds; PyTorch runs "
            "in a process of its own, so its ratios are of medians.", torch_note],
        chart.legend(everything) + figures(charts) if flat else "",
        table(["ns a parameter"] + names, lines, "compared"))


def all_rows(rows):
    lines = [[html.escape(c) for c in cells(row)] for row in rows]
    return section("All rows", [], f"<details><summary>{len(rows)} rows</summary>"
                   + table(HEADER, lines, "rows") + "</details>")
