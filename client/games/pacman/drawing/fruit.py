"""The eight kinds of fruit, drawn in a square of two tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui import theme
from games.pacman.levels import fruit_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.ui.canvas import Canvas, Pen, Point
    from client.ui.theme import Colour

SIZE = 2.0
RED: Colour = (236, 56, 72)
LEAF: Colour = (92, 206, 104)
STEM: Colour = (150, 104, 62)
PEACH: Colour = (255, 164, 96)
APPLE: Colour = (226, 44, 52)
GRAPE: Colour = (160, 104, 240)
HULL: Colour = (198, 214, 236)
BRASS: Colour = (250, 204, 84)
ICE: Colour = (132, 214, 255)


def draw_fruit(canvas: Canvas, centre: Point, tile: float, level: int) -> None:
    """Draw the fruit of ``level``."""
    name = fruit_name(level)
    size = SIZE * tile
    sprite = canvas.sprite(("fruit", name, tile), size, size, lambda pen: PAINTERS[name](_Brush(pen, tile)))
    canvas.blit_centred(sprite, *centre)


class _Brush:
    """A pen whose unit is a tile, with the origin in the middle."""

    def __init__(self, pen: Pen, tile: float) -> None:
        self.pen = pen
        self.tile = tile

    def at(self, x: float, y: float) -> Point:
        return (x + SIZE / 2) * self.tile, (y + SIZE / 2) * self.tile

    def ball(self, colour: Colour, x: float, y: float, radius: float) -> None:
        """A shaded ball with a highlight."""
        self.pen.circle((*theme.mix(colour, theme.ABYSS, 0.35), 255), *self.at(x, y), radius * self.tile)
        self.pen.circle((*colour, 255), *self.at(x - radius * 0.08, y - radius * 0.10), radius * 0.86 * self.tile)
        glint = theme.mix(colour, theme.FOAM, 0.7)
        self.pen.circle((*glint, 255), *self.at(x - radius * 0.34, y - radius * 0.36), radius * 0.2 * self.tile)

    def line(self, colour: Colour, points: list[Point], width: float) -> None:
        self.pen.stroke((*colour, 255), [self.at(*point) for point in points], width * self.tile)

    def shape(self, colour: Colour, points: list[Point]) -> None:
        self.pen.polygon((*colour, 255), [self.at(*point) for point in points])

    def box(self, colour: Colour, left: float, top: float, width: float, height: float, radius: float = 0.08) -> None:
        x, y = self.at(left, top)
        self.pen.rect((*colour, 255), (x, y, width * self.tile, height * self.tile), radius * self.tile)


def _cherry(brush: _Brush) -> None:
    brush.line(STEM, [(-0.34, 0.2), (-0.1, -0.35), (0.42, -0.72)], 0.1)
    brush.line(STEM, [(0.34, 0.32), (0.3, -0.2), (0.42, -0.72)], 0.1)
    brush.shape(LEAF, [(0.4, -0.72), (-0.02, -0.86), (-0.3, -0.6), (0.05, -0.5)])
    brush.ball(RED, -0.38, 0.3, 0.36)
    brush.ball(RED, 0.36, 0.42, 0.36)


def _strawberry(brush: _Brush) -> None:
    brush.ball(RED, -0.22, -0.1, 0.44)
    brush.ball(RED, 0.22, -0.1, 0.44)
    brush.shape(RED, [(-0.62, 0.02), (0.62, 0.02), (0.3, 0.55), (0.0, 0.82), (-0.3, 0.55)])
    for x, y in ((-0.34, 0.05), (0.0, -0.05), (0.34, 0.05), (-0.17, 0.32), (0.17, 0.32), (0, 0.56)):
        brush.pen.circle((255, 232, 150, 255), *brush.at(x, y), 0.055 * brush.tile)
    brush.shape(
        LEAF, [(-0.55, -0.45), (-0.2, -0.6), (0, -0.82), (0.2, -0.6), (0.55, -0.45), (0.2, -0.32), (-0.2, -0.32)]
    )


def _peach(brush: _Brush) -> None:
    brush.ball(PEACH, 0, 0.12, 0.66)
    brush.line(theme.mix(PEACH, RED, 0.5), [(0.05, -0.46), (0.16, -0.1), (0.1, 0.3)], 0.07)
    brush.line(STEM, [(0.02, -0.46), (0.06, -0.74)], 0.1)
    brush.shape(LEAF, [(0.06, -0.66), (0.4, -0.88), (0.72, -0.7), (0.4, -0.54)])


def _apple(brush: _Brush) -> None:
    brush.ball(APPLE, -0.18, 0.16, 0.56)
    brush.ball(APPLE, 0.18, 0.16, 0.56)
    brush.pen.circle((*theme.mix(APPLE, theme.FOAM, 0.7), 255), *brush.at(-0.36, -0.06), 0.1 * brush.tile)
    brush.line(STEM, [(0, -0.3), (0.08, -0.76)], 0.11)
    brush.shape(LEAF, [(0.06, -0.6), (0.34, -0.86), (0.66, -0.78), (0.4, -0.52)])


def _grapes(brush: _Brush) -> None:
    brush.line(STEM, [(0, -0.4), (0.06, -0.84)], 0.11)
    brush.shape(LEAF, [(0.06, -0.72), (-0.3, -0.88), (-0.6, -0.66), (-0.24, -0.52)])
    for x, y in ((-0.42, -0.26), (0, -0.3), (0.42, -0.26), (-0.22, 0.08), (0.22, 0.08), (0, 0.42), (0, 0.7)):
        brush.ball(GRAPE, x, y, 0.25)


def _flagship(brush: _Brush) -> None:
    brush.shape(ICE, [(0, -0.86), (0.26, -0.3), (0.26, 0.36), (-0.26, 0.36), (-0.26, -0.3)])
    brush.shape(HULL, [(0, -0.86), (0.12, -0.3), (0.12, 0.36), (-0.12, 0.36), (-0.12, -0.3)])
    brush.shape(RED, [(-0.26, -0.06), (-0.72, 0.44), (-0.26, 0.36)])
    brush.shape(RED, [(0.26, -0.06), (0.72, 0.44), (0.26, 0.36)])
    brush.shape(BRASS, [(-0.18, 0.4), (0.18, 0.4), (0, 0.86)])
    brush.pen.circle((24, 40, 92, 255), *brush.at(0, -0.2), 0.12 * brush.tile)


def _bell(brush: _Brush) -> None:
    brush.pen.circle((*theme.mix(BRASS, STEM, 0.5), 255), *brush.at(0, 0.62), 0.18 * brush.tile)
    brush.ball(BRASS, 0, -0.24, 0.46)
    brush.shape(BRASS, [(-0.46, -0.24), (0.46, -0.24), (0.52, 0.28), (0.74, 0.54), (-0.74, 0.54), (-0.52, 0.28)])
    brush.box(theme.mix(BRASS, STEM, 0.4), -0.74, 0.46, 1.48, 0.14)
    brush.line(theme.mix(BRASS, theme.FOAM, 0.6), [(-0.3, -0.3), (-0.34, 0.26)], 0.08)
    brush.box(STEM, -0.1, -0.86, 0.2, 0.2)


def _key(brush: _Brush) -> None:
    brush.pen.circle((*ICE, 255), *brush.at(0, -0.42), 0.42 * brush.tile)
    brush.pen.circle((*theme.mix(ICE, theme.ABYSS, 0.75), 255), *brush.at(0, -0.46), 0.17 * brush.tile)
    brush.box(ICE, -0.11, -0.1, 0.22, 0.94, 0.05)
    brush.box(ICE, 0.05, 0.3, 0.3, 0.16, 0.04)
    brush.box(ICE, 0.05, 0.6, 0.38, 0.16, 0.04)


PAINTERS: dict[str, Callable[[_Brush], None]] = {
    "cherry": _cherry,
    "strawberry": _strawberry,
    "peach": _peach,
    "apple": _apple,
    "grapes": _grapes,
    "flagship": _flagship,
    "bell": _bell,
    "key": _key,
}
