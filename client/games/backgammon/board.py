"""Draws the board: points, bar, trays, checkers, and what may be done with them.

The person's checkers are light with a ring, the opponent's dark with a bright rim and a bar across when marks are bold:
a shape goes with every colour.
"""

from __future__ import annotations

from math import pi, sin
from typing import TYPE_CHECKING

from client.games.backgammon.geometry import (
    BAR_LEFT,
    BAR_WIDTH,
    BOTTOM,
    CHECKER,
    FRAME,
    HALF,
    LEFT,
    OFF,
    PILE,
    POINT,
    REACH,
    RIGHT_LEFT,
    SLICE,
    TOP,
    TRAY_HEIGHT,
    TRAY_LEFT,
    TRAY_WIDTH,
    centre,
    column_left,
    column_of,
    is_upper,
    mark_box,
)  # fmt: skip
from client.ui import theme
from client.ui.sea import draw_water
from games.backgammon.kernel import BAR, POINTS
from games.backgammon.turns import borne_off

if TYPE_CHECKING:
    from collections.abc import Iterable

    from client.games.backgammon.geometry import Spot
    from client.ui.canvas import Canvas, Pen, Point
    from client.ui.theme import Colour
    from games.backgammon.turns import Board

LIGHT: Colour = (84, 156, 255)
"""The colour of the light on the board."""
PALE: Colour = (226, 238, 250)
DARK: Colour = (24, 38, 64)
LEAP = 34.0
"""How high a checker is lifted on its way."""
HELD = 1.12
"""How much larger a checker is in the hand."""


def draw_field(canvas: Canvas, now: float, *, still: bool) -> None:
    """Draw frame, water, points with their numbers, bar and trays."""
    canvas.panel(FRAME, theme.DEEP, theme.EDGE, 14, 1.0, 1.6)
    for left in (LEFT, RIGHT_LEFT):
        draw_water(canvas, (left, TOP, HALF, BOTTOM - TOP), now + left, LIGHT, still=still)
    for place in range(1, POINTS + 1):
        _point(canvas, place)
    bar = (BAR_LEFT, TOP - 10, BAR_WIDTH, BOTTOM - TOP + 20)
    canvas.rect(theme.mix(theme.DEEP, theme.PANEL, 0.7), bar, 6)
    canvas.rect(theme.EDGE, bar, 6, 1)
    for top in (TOP, BOTTOM - TRAY_HEIGHT):
        tray = (TRAY_LEFT, top, TRAY_WIDTH, TRAY_HEIGHT)
        canvas.rect(theme.ABYSS, tray, 5)
        canvas.rect(theme.EDGE, tray, 5, 1)


def draw_checkers(canvas: Canvas, board: Board, *, aloft: bool | None, bold: bool) -> None:
    """Draw every checker that stands or has been borne off.

    ``board`` is from the person's side; ``aloft`` tells whose checker is in the air or in the hand: True for the
    person's, None for nobody's.
    """
    for place, count in enumerate(board):
        mine = count > 0
        spot = (mine, place if mine else BAR - place)
        for index in range(abs(count)):
            draw_checker(canvas, centre(spot, index, abs(count)), mine=mine, bold=bold)
        if abs(count) > PILE and place not in {0, BAR}:
            x, y = centre(spot, abs(count) - 1, abs(count))
            style = theme.Style("bold", 15)
            ink = theme.ABYSS if mine else theme.FOAM
            canvas.text(str(abs(count)), x, y - style.size * 0.56, style, ink, align="centre")
    for mine, count in zip((True, False), borne_off(board), strict=True):
        for index in range(count - (aloft is mine)):
            x, y = centre((mine, OFF), index, count)
            slab = (TRAY_LEFT + 4, y - SLICE / 2 + 1, TRAY_WIDTH - 8, SLICE - 2)
            canvas.rect(PALE if mine else DARK, slab, 3)
            canvas.rect(theme.STEEL_DARK if mine else theme.STEEL, slab, 3, 1)


def draw_checker(canvas: Canvas, where: Point, *, mine: bool, bold: bool, size: float = CHECKER) -> None:
    """Draw one checker."""
    key = ("checker", mine, bold, round(size, 1))
    canvas.blit_centred(canvas.sprite(key, size + 4, size + 4, lambda pen: _paint(pen, size, mine, bold)), *where)


def draw_flight(canvas: Canvas, board: Board, source: Spot, target: Spot, age: float, *, bold: bool) -> None:
    """Draw a checker on its way from a spot to another, ``age`` (0 to 1) of the way."""
    share = age * age * (3 - 2 * age)
    start = centre(source, count_on(board, source), count_on(board, source) + 1)
    end = centre(target, count_on(board, target), count_on(board, target) + 1)
    x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    draw_checker(
        canvas, (x, y - LEAP * sin(pi * age) * 0.5), mine=source[0], bold=bold, size=CHECKER * (1 + 0.1 * sin(pi * age))
    )


def draw_sources(canvas: Canvas, board: Board, places: Iterable[int], now: float) -> None:
    """Ring the checkers that may move."""
    width = 2.0 + 0.6 * sin(now * 4)
    for place in places:
        count = board[place]
        if count > 0:
            canvas.circle(theme.SIGNAL, *centre((True, place), count - 1, count), CHECKER / 2 + 1, width)


def draw_landings(canvas: Canvas, board: Board, places: Iterable[int]) -> None:
    """Show where the checker in the hand may go: a lit point, and a ring where it would stand."""
    for place in places:
        box = mark_box(place)
        canvas.tint(theme.SIGNAL, box, 0.16, 4)
        if place == OFF:
            canvas.rect(theme.SIGNAL, box, 5, 2)
            continue
        count = max(0, board[place])
        x, y = centre((True, place), count, count + 1)
        canvas.circle(theme.SIGNAL, x, y, CHECKER / 2 - 2, 2)
        if board[place] < 0:
            canvas.line(theme.CORAL, (x - 7, y - 7), (x + 7, y + 7), 2.5)
            canvas.line(theme.CORAL, (x - 7, y + 7), (x + 7, y - 7), 2.5)


def draw_cursor(canvas: Canvas, place: int, now: float, *, legal: bool) -> None:
    """Frame a place by its corners."""
    left, top, width, height = mark_box(place)
    colour = theme.SIGNAL if legal else theme.MIST
    out = 1.5 + 1.2 * sin(now * 5)
    for across in (0, 1):
        for down in (0, 1):
            x = left + width + out if across else left - out
            y = top + height + out if down else top - out
            canvas.line(colour, (x, y), (x + (-14 if across else 14), y), 2)
            canvas.line(colour, (x, y), (x, y + (-14 if down else 14)), 2)


def count_on(board: Board, spot: Spot) -> int:
    """Return how many checkers stand on a spot; ``board`` is from the person's side."""
    mine, place = spot
    if place == OFF:
        return borne_off(board)[0 if mine else 1] - 1  # the one in the air is counted as off
    return max(0, board[place] if mine else -board[BAR - place])


def _point(canvas: Canvas, place: int) -> None:
    """Draw a triangle, and its number at the edge."""
    left = column_left(column_of(place))
    upper = is_upper(place)
    edge, tip = (TOP, TOP + REACH) if upper else (BOTTOM, BOTTOM - REACH)
    lit = place % 2 == 0

    def paint(pen: Pen) -> None:
        shade = (*theme.mix(theme.SEA, LIGHT, 0.35), 190) if lit else (*theme.mix(theme.DEEP, theme.SEA, 0.55), 215)
        ends = (0.0, REACH) if upper else (REACH, 0.0)
        pen.polygon(shade, [(3, ends[0]), (POINT - 3, ends[0]), (POINT / 2, ends[1])])
        pen.stroke(
            (*theme.mix(theme.SEA, LIGHT, 0.6), 150), [(3, ends[0]), (POINT / 2, ends[1]), (POINT - 3, ends[0])], 1.2
        )

    canvas.blit(canvas.sprite(("point", upper, lit), POINT, REACH, paint), left, min(edge, tip))
    y = TOP - 18 if upper else BOTTOM + 6
    canvas.text(str(place), left + POINT / 2, y, theme.LABEL, theme.HAZE, align="centre")


def _paint(pen: Pen, size: float, mine: bool, bold: bool) -> None:  # noqa: FBT001 - private
    middle, radius = size / 2 + 2, size / 2 - 1
    pen.circle((0, 0, 0, 90), middle, middle + 1.6, radius + 0.6)
    if mine:
        pen.circle((*theme.STEEL, 255), middle, middle, radius)
        pen.circle((*PALE, 255), middle, middle, radius - 1.4)
        pen.circle((*theme.mix(PALE, theme.STEEL, 0.55), 255), middle, middle, radius * 0.66, 1.6)
        pen.circle((*theme.FOAM, 255), middle, middle, radius * 0.6)
        return
    pen.circle((*theme.STEEL, 255), middle, middle, radius)
    pen.circle((*DARK, 255), middle, middle, radius - (3.2 if bold else 2.0))
    pen.circle((*theme.STEEL_DARK, 255), middle, middle, radius * 0.66, 1.6)
    pen.circle((*theme.mix(DARK, theme.EDGE, 0.6), 255), middle, middle, radius * 0.34)
    if bold:
        pen.rect((*theme.FOAM, 255), (middle - radius * 0.55, middle - 2.5, radius * 1.1, 5), 2)
