"""Backgammon's card in the menu: points over the water, checkers, and two dice that roll past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.backgammon.board import LIGHT, draw_checker
from client.games.backgammon.dice import draw_die
from client.ui import theme
from client.ui.sea import draw_water

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas

MEASURED = {"points": "{:+.2f} points against a beginner"}
"""What a measure says to a person."""
POINT, SIZE = 33.0, 25.0
PILES = ((0, True, 2), (1, False, 1), (3, False, 3), (8, True, 2), (9, False, 2), (11, True, 1))
"""Point from the left, whose, how many."""
ROUND_S, ROLL_S = 4.0, 0.9
ROLLS = ((3, 1), (6, 5), (4, 2), (6, 4), (5, 3), (2, 1))


def draw_card(canvas: Canvas, box: Box, now: float) -> None:
    """Draw the picture into a box, as it is ``now`` seconds after the first."""
    left, top, width, height = box
    draw_water(canvas, box, now, LIGHT)
    bottom = top + height
    for index in range(int(width // POINT) + 1):
        x = left + index * POINT
        shade = theme.mix(theme.SEA, LIGHT, 0.3) if index % 2 else theme.mix(theme.DEEP, theme.SEA, 0.7)
        canvas.polygon(shade, [(x + 2, bottom), (x + POINT - 2, bottom), (x + POINT / 2, top + height * 0.18)])
    for index, mine, count in PILES:
        if index * POINT + POINT <= width:
            for level in range(min(count, int(height // SIZE))):
                where = left + (index + 0.5) * POINT, bottom - SIZE * (level + 0.5) - 1
                draw_checker(canvas, where, mine=mine, bold=False, size=SIZE)
    age = min(1.0, now % ROUND_S / ROLL_S)
    for index, face in enumerate(ROLLS[int(now / ROUND_S) % len(ROLLS)]):
        place = left + width * 0.5 + (index - 0.5) * 54, top + height * 0.36
        draw_die(canvas, face, place, index, mine=True, age=age, used=False)
