"""The small moving pictures on the menu's cards, one for each game; all of our own drawing."""

from __future__ import annotations

from functools import partial
from math import cos, pi, sin, tau
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.sea import SWEEP_TURN_S, draw_sweep, draw_water

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas, Pen, Point

SUN: theme.Colour = (255, 214, 72)
WALL: theme.Colour = (70, 104, 232)
TEAM: tuple[theme.Colour, ...] = ((255, 92, 92), (255, 158, 214), (96, 224, 255), (255, 178, 92))


def draw_vignette(canvas: Canvas, game: str, box: Box, now: float) -> None:
    """Draw the picture of ``game`` into a box; a game without one gets water."""
    before = canvas.surface.get_clip()
    canvas.surface.set_clip(canvas.area(box))
    if game == "pacman":
        _pacman(canvas, box, now)
    else:
        _battleship(canvas, box, now)
    canvas.surface.set_clip(before)


def _battleship(canvas: Canvas, box: Box, now: float) -> None:
    left, top, width, height = box
    draw_water(canvas, box, now, theme.SIGNAL)
    middle = (left + width * 0.5, top + height * 0.5)
    for index in range(1, 6):
        canvas.circle(theme.mix(theme.DEEP, theme.SIGNAL, 0.22), *middle, index * 44, 1)
    square = (middle[0] - width / 2, middle[1] - width / 2, width, width)
    angle = draw_sweep(canvas, square, now, theme.SIGNAL, 1.2)
    for turn, distance in ((0.6, 96), (2.3, 64), (3.9, 120), (5.2, 84)):
        since = ((angle - turn) % tau) / tau * SWEEP_TURN_S
        x, y = middle[0] + distance * cos(turn) * 1.4, middle[1] + distance * sin(turn) * 0.62
        strength = max(0.0, 1 - since / 3.2)
        canvas.glow(theme.SIGNAL, x, y, 22, strength)
        canvas.circle(theme.mix(theme.SIGNAL_DIM, theme.FOAM, strength), x, y, 2.5 + 1.5 * strength)


def _pacman(canvas: Canvas, box: Box, now: float) -> None:
    left, top, width, height = box
    canvas.rect((7, 9, 26), box)
    middle = top + height / 2
    for y in (middle - 30, middle + 30):
        canvas.line(WALL, (left, y), (left + width, y), 2)
        canvas.line(
            theme.mix(WALL, (7, 9, 26), 0.6),
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
