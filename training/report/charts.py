"""Small charts as SVG: colours come from the page's style, so that they follow its light or dark scheme."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil, floor, log, log10
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 360, 240
"""So large that its text is as large as the page's on a telephone 390 pixels wide."""
LEFT, RIGHT, TOP, BOTTOM = 62, 10, 12, 38
TICKS = 4


class Point(NamedTuple):
    """A value with its interval."""

    x: float
    y: float
    low: float
    high: float


class Series(NamedTuple):
    """Points of one colour."""

    colour: str
    """A class of the page's style: ``new``, ``old`` or ``guess``."""
    points: Sequence[Point]


class Axes(NamedTuple):
    """What both axes say."""

    across: str
    up: str
    logarithmic: bool = False
    even: bool = False
    """Whether a line shows where both are equal."""


def chart(series: Sequence[Series], axes: Axes, label: str) -> str:
    """Return a chart with a line through the points of each series, and their intervals."""
    points = [point for one in series for point in one.points]
    scale_x = _scale([point.x for point in points], LEFT, WIDTH - RIGHT, logarithmic=axes.logarithmic)
    heights = [value for point in points for value in (point.low, point.high)]
    if axes.even:
        heights += [point.x for point in points]
    low, high = _roomy(heights)
    scale_y = _Scale(low, high, HEIGHT - BOTTOM, TOP, logarithmic=False)
    parts = []
    for value in _ticks(low, high):
        y = scale_y.at(value)
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    across = sorted({point.x for point in points}) if axes.logarithmic else _ticks(scale_x.low, scale_x.high)
    for value in across:
        x = scale_x.at(value)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value:g}</text>')
    if axes.even:
        first, last = max(low, scale_x.low), min(high, scale_x.high)
        parts.append(_line("even", scale_x.at(first), scale_y.at(first), scale_x.at(last), scale_y.at(last)))
    for one in series:
        parts += _drawn(one, scale_x, scale_y)
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(axes.across)}</text>'
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">{escape(axes.up)}</text>'
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def interval_row(value: float, low: float, high: float, begin: float, end: float, *, bar: bool, colour: str) -> str:
    """Return a line of a table: a value and its interval on the scale from ``begin`` to ``end``, as wide as it can."""

    def at(number: float) -> str:
        return f"{100 * (number - begin) / max(end - begin, 1e-12):.2f}%"

    width = f"{100 * (value - max(begin, 0)) / max(end - begin, 1e-12):.2f}%" if bar and value > 0 else ""
    bars = f'<rect class="bar" x="{at(max(begin, 0))}" y="4" height="12" width="{width}"/>' if width else ""
    return (
        f'<svg class="c-{colour}" aria-hidden="true">{bars}'
        f'<line class="axis" x1="0" x2="100%" y1="10" y2="10"/>'
        f'<line class="whisker" x1="{at(low)}" x2="{at(high)}" y1="10" y2="10"/>'
        f'<circle class="mark" cx="{at(value)}" cy="10" r="4"/></svg>'
    )


def _drawn(one: Series, scale_x: _Scale, scale_y: _Scale) -> list[str]:
    places = [(scale_x.at(point.x), scale_y.at(point.y), point) for point in one.points]
    band = [f"{x:.1f},{scale_y.at(point.high):.1f}" for x, _, point in places]
    band += [f"{x:.1f},{scale_y.at(point.low):.1f}" for x, _, point in reversed(places)]
    parts = [f'<polygon class="band" points="{" ".join(band)}"/>'] if len(places) > 1 else []
    parts.append(f'<polyline class="trace" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)}"/>')
    for x, y, point in places:
        if len(places) == 1:
            parts.append(_line("whisker", x, scale_y.at(point.low), x, scale_y.at(point.high)))
        parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    return [f'<g class="c-{one.colour}">', *parts, "</g>"]


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    first: float
    last: float
    logarithmic: bool

    def at(self, value: float) -> float:
        low, high, here = (self.low, self.high, value)
        if self.logarithmic:
            low, high, here = (float(log(one)) for one in (low, high, here))
        share = 0.5 if high == low else (here - low) / (high - low)
        return self.first + share * (self.last - self.first)


def _scale(values: Sequence[float], first: float, last: float, *, logarithmic: bool) -> _Scale:
    low, high = (min(values), max(values)) if logarithmic else _roomy(values)
    inset = 14 if logarithmic else 0
    return _Scale(low, high, first + inset, last - inset, logarithmic)


def _roomy(values: Sequence[Any]) -> tuple[float, float]:
    low, high = float(min(values)), float(max(values))
    room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    least = 0.0 if low >= 0 and low < room * 4 else low - room
    return least, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between ``low`` and ``high``."""
    rough = (high - low) / TICKS
    power = 10 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{number * step:.6g}") for number in range(first, last + 1)]
