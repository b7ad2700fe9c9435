"""Battleship's card in the menu: a radar over the water."""

from __future__ import annotations

from math import cos, sin, tau
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.sea import SWEEP_TURN_S, draw_sweep, draw_water

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas

MEASURED = {"shots": "sinks a fleet in {:.0f} shots"}
"""What a measure says to a person."""


def draw_card(canvas: Canvas, box: Box, now: float) -> None:
    """Draw the picture into a box, as it is ``now`` seconds after the first."""
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
