"""The mark of the arcade: a lambda in a sonar ring.  Drawn, not shipped."""

from __future__ import annotations

import pygame

from client.ui import theme
from client.ui.canvas import OVERSAMPLING, Canvas, Pen


def paint_mark(pen: Pen, size: float) -> None:
    """Paint the mark into a square of ``size`` logical pixels."""
    unit = size / 100
    pen.circle(theme.DEEP, 50 * unit, 50 * unit, 48 * unit)
    pen.circle(theme.EDGE, 50 * unit, 50 * unit, 33 * unit, 1.6 * unit)
    pen.circle(theme.SIGNAL, 50 * unit, 50 * unit, 48 * unit, 4.5 * unit)
    for start, end in (((36, 24), (66, 78)), ((49, 47), (33, 78)), ((31, 24), (37, 24))):
        pen.stroke(theme.FOAM, [(start[0] * unit, start[1] * unit), (end[0] * unit, end[1] * unit)], 8.5 * unit)
    pen.circle(theme.CORAL, 70 * unit, 31 * unit, 6 * unit)


def draw_mark(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw the mark with its top left corner at a point."""
    canvas.blit(canvas.sprite(("mark", size), size, size, lambda pen: paint_mark(pen, size)), x, y)


def draw_icon(pixels: int) -> pygame.Surface:
    """Return the window's icon."""
    large = pygame.Surface((pixels * OVERSAMPLING, pixels * OVERSAMPLING), pygame.SRCALPHA)
    paint_mark(Pen(large, OVERSAMPLING), pixels)
    return pygame.transform.smoothscale(large, (pixels, pixels))
