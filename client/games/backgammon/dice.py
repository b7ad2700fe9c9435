"""Draws dice and the cube.  Each picture is a function of its age: nothing is stored."""

from __future__ import annotations

from math import sin, tau
from typing import TYPE_CHECKING

import pygame

from client.games.backgammon.geometry import DIE, cube_middle, dice_middle
from client.ui import theme

if TYPE_CHECKING:
    from client.ui.canvas import Canvas, Pen
    from games.backgammon.turns import Dice

PIPS = {
    1: ((1, 1),),
    2: ((0, 0), (2, 2)),
    3: ((0, 0), (1, 1), (2, 2)),
    4: ((0, 0), (0, 2), (2, 0), (2, 2)),
    5: ((0, 0), (0, 2), (1, 1), (2, 0), (2, 2)),
    6: ((0, 0), (0, 1), (0, 2), (2, 0), (2, 1), (2, 2)),
}
PITCH = 50.0
TURN_STEP = 15
"""Degrees: turned dice are kept in so few pictures."""
ROLL_IN = 150.0
"""How far a die rolls."""
LIGHT: theme.Colour = (238, 246, 255)
DARK: theme.Colour = (30, 46, 76)
USED = 0.32


def draw_dice(
    canvas: Canvas, dice: Dice, *, mine: bool, opening: bool, left: tuple[int, ...] | None, age: float, still: bool
) -> None:
    """Draw a roll.  ``left``: the dice not played yet (None: all); ``age``: how much of the throw has passed."""
    if opening:
        larger, smaller = dice
        shown = [(larger, mine, dice_middle(mine=mine)), (smaller, not mine, dice_middle(mine=not mine))]
    else:
        faces = list(dice) if dice[0] != dice[1] else list(dice) * (2 if left is not None else 1)
        x, y = dice_middle(mine=mine)
        shift = (len(faces) - 1) / 2
        shown = [(face, mine, (x + (index - shift) * PITCH, y)) for index, face in enumerate(faces)]
    rest = list(left) if left is not None else [face for face, _, _ in shown]
    for index, (face, whose, (x, y)) in enumerate(shown):
        used = face not in rest
        if not used:
            rest.remove(face)
        draw_die(canvas, face, (x, y), index, mine=whose, age=1.0 if still else age, used=used)


def draw_cube(canvas: Canvas, value: int, owner: bool | None, offered: bool | None) -> None:  # noqa: FBT001 - sides
    """Draw the cube near its owner's tray; one that is ``offered`` lies on the other side's half of the board."""
    x, y = cube_middle(owner)
    if offered is not None:
        x, y = dice_middle(mine=not offered)
        value *= 2
        canvas.glow(theme.AMBER, x, y, 60, 0.8)
    face = str(64 if value == 1 else value)
    canvas.blit_centred(canvas.sprite(("cube", DIE), DIE, DIE, _paint_cube), x, y)
    style = theme.Style("bold", 17 if len(face) < 2 else 15)  # noqa: PLR2004 - digits
    canvas.text(face, x, y - style.size * 0.58, style, theme.ABYSS, align="centre")


def draw_die(
    canvas: Canvas, face: int, place: tuple[float, float], index: int, *, mine: bool, age: float, used: bool
) -> None:
    """Draw one die around ``place``: on its way there while ``age`` is below 1, faint once it is ``used``."""
    x, y = place
    if age < 1:
        away = (1 - age) ** 2
        x += (ROLL_IN if mine else -ROLL_IN) * away
        y -= abs(sin(age * tau * 1.25)) * 46 * away
        turned = round((1 - age) * (620 + 130 * index) / TURN_STEP) * TURN_STEP % 360
        seen = 1 + (face + round(age * 11) + index) % 6 if age < 0.7 else face  # noqa: PLR2004 - then it settles
        canvas.blit_centred(_turned(canvas, seen, turned, mine=mine), x, y)
        return
    canvas.blit_centred(_sprite(canvas, face, mine=mine), x, y, USED if used else 1.0, ("die", face, mine))


def _sprite(canvas: Canvas, face: int, *, mine: bool) -> pygame.Surface:
    return canvas.sprite(("die", face, mine), DIE, DIE, lambda pen: _paint_die(pen, face, mine=mine))


def _turned(canvas: Canvas, face: int, degrees: int, *, mine: bool) -> pygame.Surface:
    def make() -> pygame.Surface:
        return pygame.transform.rotozoom(_sprite(canvas, face, mine=mine), degrees, 1.0)

    return canvas.keep(("turned", face, degrees, mine), make)


def _paint_die(pen: Pen, face: int, *, mine: bool) -> None:
    body, ink, edge = (LIGHT, theme.ABYSS, theme.MIST) if mine else (DARK, LIGHT, theme.STEEL)
    pen.rect((*edge, 255), (0.5, 0.5, DIE - 1, DIE - 1), 8)
    pen.rect((*body, 255), (2, 2, DIE - 4, DIE - 4), 7)
    pen.rect((*theme.mix(body, theme.FOAM, 0.5), 255), (4, 3, DIE - 8, 3), 2)
    for column, row in PIPS[face]:
        pen.circle((*ink, 255), DIE / 2 + (column - 1) * 10.5, DIE / 2 + (row - 1) * 10.5, 3.7)


def _paint_cube(pen: Pen) -> None:
    pen.rect((*theme.AMBER, 255), (0.5, 0.5, DIE - 1, DIE - 1), 6)
    pen.rect((*theme.mix(theme.AMBER, theme.FOAM, 0.55), 255), (3, 3, DIE - 6, DIE - 6), 5)
