# SPDX-License-Identifier: Apache-2.0
"""Draws one chart as inline SVG. Colours are classes of style.css. Knows nothing of rows."""

import html
import math
from dataclasses import dataclass, field

WIDTH, HEIGHT = 420, 264
LEFT, RIGHT, TOP, BOTTOM = 44, 408, 24, 224
COLOURS = 6  # .c0 to .c5 in style.css; markers differ as well
LEAST_LABEL_DISTANCE = 30


@dataclass
class Point:
    x: float
    y: float
    low: float  # the error bar's ends
    high: float
    title: str  # shown when the pointer rests on it


@dataclass
class Series:
    label: str
    style: int
    dashed: bool = False  # and hollow markers
    points: list = field(default_factory=list)


@dataclass
class Axis:
    """Maps values, or their logarithms, to pixels."""
    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value):
        low, high = self.low, self.high
        value = min(max(value, low), high)  # an error bar may leave the chart
        if self.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (self.end - self.start) * (value - low) / (high - low)


def share_axis(values):
    """For shares of a limit: the axis and its ticks, in steps of 10 % or 20 %."""
    low = min(0.5, math.floor(10 * min(values)) / 10)
    high = max(1.1, math.ceil(10 * max(values) + 0.5) / 10)
    step = 1 if high - low < 0.75 else 2
    ticks = [t / 10 for t in range(round(10 * low), round(10 * high) + 1) if t % step == 0]
    return Axis(low, high, BOTTOM, TOP), [(t, f"{100 * t:.0f}%") for t in ticks]


def log_axis(values):
    """The axis from one of 1, 2, 5, 10, ... to another, and its ticks: of the tens if many."""
    steps = [m * 10.0 ** e for e in range(-6, 10) for m in (1, 2, 5)]
    low = max(s for s in steps if s <= 0.95 * min(values))
    high = min(s for s in steps if s >= 1.05 * max(values))
    ticks = [s for s in steps if low <= s <= high]
    if len(ticks) > 8:
        ticks = [s for s in ticks if f"{s:e}".startswith("1")]
    return Axis(low, high, BOTTOM, TOP, log=True), [(t, f"{t:g}") for t in ticks]


def marker(style, x, y):
    """A shape for each style, so that colour is not needed to tell them apart."""
    shapes = ("M{l} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",  # circle
              "M{l} {t}h7v7h-7z",  # square
              "M{x} {t}l4.5 8h-9z",  # triangle
              "M{x} {t}l4.5 4.5l-4.5 4.5l-4.5 -4.5z",  # diamond
              "M{x} {b}l4.5 -8h-9z",  # triangle, downwards
              "M{l} {y}l2 -4h4l2 4l-2 4h-4z")  # hexagon
    offset = {1: 3.5, 3: 4.5}.get(style, 4)
    return shapes[style].format(x=f"{x:.1f}", y=f"{y:.1f}", l=f"{x - offset:.1f}",
                                t=f"{y - offset:.1f}", b=f"{y + offset:.1f}")


def text(x, y, content, anchor="middle", name="tick"):
    return (f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{html.escape(content)}</text>")


def line(name, x1, y1, x2, y2):
    return f'<path class="{name}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def series_class(series):
    return f'c{series.style}{" all" if series.dashed else ""}'


def draw_series(series, x_of, y_of, connected):
    out = [f'<g class="{series_class(series)}">']
    places = [(x_of(p.x), y_of(p.y)) for p in series.points]
    if connected and len(places) > 1:
        out.append('<path class="line" d="M' +
                   "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + '"/>')
    for point, (x, y) in zip(series.points, places):
        out.append(f"<g><title>{html.escape(point.title)}</title>"
                   f'<circle class="touch" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
                   f'{line("bar", x, y_of(point.low), x, y_of(point.high))}'
                   f'<path class="mark" d="{marker(series.style, x, y)}"/></g>')
    out.append("</g>")
    return "".join(out)


def draw(name, all_series, x_ticks, x_caption, y_axis, y_ticks, y_caption, borders=(), limit=None,
         connected=True):
    """x_ticks: (x, label). borders: (x, label) of upright lines. limit: the y of a bold line."""
    positions = [x for x, _ in x_ticks]
    margin = 24
    x_axis = Axis(min(positions), max(max(positions), min(positions) + 1e-9), LEFT + margin,
                  RIGHT - margin)
    if len(positions) == 1:
        x_axis = Axis(positions[0] - 1, positions[0] + 1, LEFT, RIGHT)
    out = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(name)}">',
           text(4, 13, y_caption, "start", "caption"),
           text((LEFT + RIGHT) / 2, HEIGHT - 5, x_caption, name="caption")]
    for y, label in y_ticks:
        out += [line("grid", LEFT, y_axis(y), RIGHT, y_axis(y)),
                text(LEFT - 6, y_axis(y) + 4, label, "end")]
    for x, label in borders:
        if x_axis.low < x < x_axis.high:
            out += [line("border", x_axis(x), TOP, x_axis(x), BOTTOM),
                    text(x_axis(x) - 4, BOTTOM - 5, label, "end", "note")]
    last = -math.inf
    for x, label in x_ticks:
        out.append(line("grid", x_axis(x), BOTTOM, x_axis(x), BOTTOM + 4))
        if x_axis(x) - last >= LEAST_LABEL_DISTANCE:
            out.append(text(x_axis(x), BOTTOM + 17, label))
            last = x_axis(x)
    if limit is not None:
        out.append(line("limit", LEFT, y_axis(limit), RIGHT, y_axis(limit)))
    # Points of one x stand side by side, so that error bars can be told apart.
    apart = min(5.0, 26.0 / max(1, len(all_series)))
    for i, series in enumerate(all_series):
        shift = apart * (i - (len(all_series) - 1) / 2)
        out.append(draw_series(series, lambda x, s=shift: x_axis(x) + s, y_axis, connected))
    out.append("</svg>")
    return "".join(out)


def legend(all_series):
    """One entry for each label, as HTML, so that it flows with the page's width."""
    entries = {series.label: series for series in all_series}
    return '<ul class="legend">' + "".join(
        f'<li><svg viewBox="0 0 34 12" class="{series_class(series)}" aria-hidden="true">'
        f'<path class="line" d="M0 6H34"/><path class="mark" d="{marker(series.style, 17, 6)}"/>'
        f"</svg>{html.escape(label)}</li>" for label, series in entries.items()) + "</ul>"
