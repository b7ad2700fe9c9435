"""What is seen for a moment: points that rise, sparks, and how far an animation has come.  Counted in ticks."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING

from client.ui import theme

if TYPE_CHECKING:
    from client.ui.canvas import Canvas, Point
    from client.ui.theme import Colour

POINTS_TICKS, BURST_TICKS = 66, 28
SPARKS = 12
POINTS = theme.Style("bold", 15)


@dataclass(slots=True)
class _Points:
    words: str
    where: Point
    colour: Colour
    left: int = POINTS_TICKS


@dataclass(slots=True)
class _Burst:
    where: Point
    colour: Colour
    reach: float
    left: int = BURST_TICKS


class Effects:
    """Everything that is under way."""

    def __init__(self) -> None:
        self._points: list[_Points] = []
        self._bursts: list[_Burst] = []

    def points(self, number: int, where: Point, colour: Colour) -> None:
        """Let points rise from ``where``."""
        self._points.append(_Points(str(number), where, colour))

    def burst(self, where: Point, colour: Colour, reach: float) -> None:
        """Let sparks fly from ``where``."""
        self._bursts.append(_Burst(where, colour, reach))

    def clear(self) -> None:
        """End all of it."""
        self._points.clear()
        self._bursts.clear()

    def tick(self) -> None:
        """Let a tick pass."""
        for points in self._points:
            points.left -= 1
        for burst in self._bursts:
            burst.left -= 1
        self._points = [points for points in self._points if points.left > 0]
        self._bursts = [burst for burst in self._bursts if burst.left > 0]

    def draw(self, canvas: Canvas, *, still: bool) -> None:
        """Draw all of it; ``still`` leaves out what only moves."""
        for burst in () if still else self._bursts:
            _draw_burst(canvas, burst)
        for points in self._points:
            gone = 1 - points.left / POINTS_TICKS
            rise = 0.0 if still else 16 * gone
            x, y = points.where
            fade = min(1.0, points.left / 18)
            canvas.text(points.words, x, y - 9 - rise, POINTS, points.colour, align="centre", alpha=fade)


def _draw_burst(canvas: Canvas, burst: _Burst) -> None:
    gone = 1 - burst.left / BURST_TICKS
    out = burst.reach * (1 - (1 - gone) ** 2)
    colour = theme.mix(burst.colour, theme.ABYSS, gone)
    for spark in range(SPARKS):
        angle = 2 * pi * spark / SPARKS
        x, y = burst.where[0] + cos(angle) * out, burst.where[1] + sin(angle) * out
        canvas.circle(colour, x, y, max(0.8, 2.6 * (1 - gone)))
