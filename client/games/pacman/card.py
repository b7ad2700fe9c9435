"""Pac-Man's card in the menu: a hunt along a corridor, in our own drawing."""

from __future__ import annotations

from functools import partial
from math import cos, pi, sin, tau
from typing import TYPE_CHECKING

from client.ui import theme

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas, Pen, Point

MEASURED = {"dots": "a bot got {:.0f} dots past it"}
"""What a measure says to a person."""
SUN: theme.Colour = (255, 214, 72)
FLOOR: theme.Colour = (7, 9, 26)
WALL: theme.Colour = (70, 104, 232)
TEAM: tuple[theme.Colour, ...] = ((255, 92, 92), (255, 158, 214), (96, 224, 255), (255, 178, 92))
CORRIDOR = 30.0
"""Half of its width, where there is room."""


def draw_card(canvas: Canvas, box: Box, now: float) -> None:
    """Draw the picture into a box, as it is ``now`` seconds after the first."""
    left, top, width, height = box
    canvas.rect(FLOOR, box)
    middle = top + height / 2
    half = min(CORRIDOR, height / 2 - 7)
    for y in (middle - half, middle + half):
        canvas.line(WALL, (left, y), (left + width, y), 2)
        canvas.line(
            theme.mix(WALL, FLOOR, 0.6),
            (left, y + (6 if y > middle else -6)),
            (left + width, y + (6 if y > middle else -6)),
            1.2,
        )
    span = width + 300
    place = left - 60 + (now * 70) % span
    for index in range(int(width / 26) + 1):
        x = left + 16 + index * 26
        if x > place + 8:
            canvas.circle(theme.mix(SUN, theme.FOAM, 0.55), x, middle, 3)
    gape = abs(sin(now * 9)) * 0.72
    canvas.blit_centred(
        canvas.sprite(("sun", round(gape, 1)), 40, 40, lambda pen: _paint_sun(pen, round(gape, 1))), place, middle
    )
    for index, colour in enumerate(TEAM):
        bob = 1.5 * sin(now * 7 + index)
        ghost = canvas.sprite(("vignette-ghost", index), 36, 40, partial(_paint_ghost, colour=colour))
        canvas.blit_centred(ghost, place - 62 - 44 * index, middle + bob)


def _paint_sun(pen: Pen, gape: float) -> None:
    """Paint the hero, looking right, with the mouth open by ``gape`` radians to each side."""
    rim: list[Point] = [(20.0, 20.0)]
    rim += [
        (20 + 18 * cos(turn), 20 + 18 * sin(turn))
        for turn in (gape + step * (tau - 2 * gape) / 60 for step in range(61))
    ]
    pen.polygon(SUN, rim)


def _paint_ghost(pen: Pen, colour: theme.Colour) -> None:
    crown: list[Point] = [(18 - 15 * cos(step * pi / 30), 18 - 15 * sin(step * pi / 30)) for step in range(31)]
    hem: list[Point] = [(33 - step * 30 / 36, 33 + 2.6 * cos(step * tau / 12)) for step in range(37)]
    pen.polygon(colour, crown + hem)
    for x in (13, 24):
        pen.circle(theme.FOAM, x, 17, 4.6)
        pen.circle((24, 40, 110), x + 1.8, 17, 2.4)
