"""Pac-Man and the ghosts, drawn: our own shapes, painted smooth once for each pose and kept.

Every ghost has a crown of its own beside its colour, so that nobody needs the colour to tell them apart: Blinky a
flame, Pinky a bow, Inky a fin, Clyde a cap.
"""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import TYPE_CHECKING

import pygame

from client.ui import theme
from client.ui.canvas import Pen
from games.pacman.names import DIRECTIONS, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.ui.canvas import Canvas, Point
    from client.ui.theme import Colour
    from games.pacman.names import Direction, GhostName

COLOURS = theme.ByPalette(
    usual={"blinky": (255, 82, 82), "pinky": (255, 148, 214), "inky": (70, 222, 240), "clyde": (255, 176, 72)},
    red_green={"blinky": (217, 70, 59), "pinky": (255, 221, 198), "inky": (91, 185, 235), "clyde": (255, 233, 64)},
    blue_yellow={"blinky": (235, 35, 36), "pinky": (255, 115, 190), "inky": (25, 252, 193), "clyde": (178, 188, 25)},
)
FRIGHT: Colour = (52, 66, 190)
FLASH: Colour = (232, 240, 255)
GOLD: Colour = (255, 214, 74)
GOLD_DEEP: Colour = (238, 150, 30)
MOUTH_STEPS = 6
DEATH_STEPS = 24
FOLDED = 0.8
"""Share of the time that Pac-Man takes to fold up; the rest is for the sparks."""
HEMS = 4
GHOST_SIZE, PACMAN_SIZE = 2.3, 2.0
"""Edge of the square that a sprite fills, in tiles; the body is smaller."""
MOUTHS = (4.0, 16.0, 30.0, 42.0, 50.0, 42.0)
"""Half the angle of the open mouth, in degrees, by step."""
_ANGLE = {"right": 0.0, "down": 90.0, "left": 180.0, "up": 270.0}


def draw_pacman(canvas: Canvas, centre: Point, tile: float, heading: Direction, mouth: int) -> None:
    """Draw Pac-Man; ``mouth`` counts MOUTH_STEPS over and over."""
    step = mouth % MOUTH_STEPS
    sprite = canvas.sprite(
        ("pacman", tile, heading, MOUTHS[step]),
        PACMAN_SIZE * tile,
        PACMAN_SIZE * tile,
        lambda pen: _paint_pacman(pen, tile, heading, MOUTHS[step]),
    )
    canvas.glow((120, 88, 20), *centre, tile * 1.6, 0.5)
    canvas.blit_centred(sprite, *centre)


def draw_death(canvas: Canvas, centre: Point, tile: float, share: float) -> None:
    """Draw Pac-Man folding up: ``share`` (0 to 1) is how far it has come."""
    step = round(share / FOLDED * DEATH_STEPS)
    if step < DEATH_STEPS:
        mouth = 20.0 + 160.0 * step / DEATH_STEPS
        sprite = canvas.sprite(
            ("dying", tile, step),
            PACMAN_SIZE * tile,
            PACMAN_SIZE * tile,
            lambda pen: _paint_pacman(pen, tile, "up", mouth, eye=False),
        )
        canvas.blit_centred(sprite, *centre)
    elif share < 1:
        gone = max(0.0, (share - FOLDED) / (1 - FOLDED))
        reach = tile * (0.3 + gone)
        for spark in range(10):
            angle = 2 * pi * spark / 10
            start = centre[0] + cos(angle) * reach * 0.55, centre[1] + sin(angle) * reach * 0.55
            end = centre[0] + cos(angle) * reach, centre[1] + sin(angle) * reach
            canvas.line(theme.mix(GOLD, theme.ABYSS, gone), start, end, 2)


def draw_ghost(  # noqa: PLR0913 - a pose has so many parts
    canvas: Canvas,
    centre: Point,
    tile: float,
    name: GhostName,
    heading: Direction,
    *,
    look: str,
    hem: int,
    rage: int = 0,
) -> None:
    """Draw a ghost.  ``look`` is hunting, frightened, flashing or eyes; ``hem`` counts HEMS over and over.

    ``rage`` (0 to 2) is how far Blinky has sped up: he glows.
    """
    size = GHOST_SIZE * tile
    pose = heading if look in ("hunting", "eyes") else ""
    sprite = canvas.sprite(
        ("ghost", tile, name, pose, look, 0 if look == "eyes" else hem % HEMS),
        size,
        size,
        lambda pen: _paint_ghost(pen, tile, name, heading, look, hem % HEMS),
    )
    if look == "hunting":
        strength = 0.35 + 0.25 * rage
        canvas.glow(theme.mix((0, 0, 0), COLOURS[name], 0.5), *centre, tile * (1.5 + 0.25 * rage), strength)
    canvas.blit_centred(sprite, *centre)


def _paint_pacman(pen: Pen, tile: float, heading: Direction, mouth: float, *, eye: bool = True) -> None:
    """Paint a disc with a mouth that is open by ``mouth`` degrees to either side of ``heading``."""
    middle = PACMAN_SIZE * tile / 2
    radius = tile * 0.82
    facing = _ANGLE[heading]
    if mouth >= 179:  # noqa: PLR2004 - nothing is left
        return
    arc = [facing + mouth + (360 - 2 * mouth) * step / 60 for step in range(61)]
    rim = [(middle + cos(radians(a)) * radius, middle + sin(radians(a)) * radius) for a in arc]
    hinge = (middle - cos(radians(facing)) * radius * 0.12, middle - sin(radians(facing)) * radius * 0.12)
    _filled(pen, [hinge, *rim], GOLD, GOLD_DEEP)
    if eye:
        side = -1 if heading in ("right", "up") else 1
        angle = radians(facing + side * 68)
        x, y = middle + cos(angle) * radius * 0.55, middle + sin(angle) * radius * 0.55
        pen.circle((58, 32, 6, 255), x, y, radius * 0.13)
        pen.circle((255, 250, 230, 255), x + radius * 0.04, y - radius * 0.04, radius * 0.045)


def _paint_ghost(pen: Pen, tile: float, name: GhostName, heading: Direction, look: str, hem: int) -> None:
    middle = GHOST_SIZE * tile / 2
    at = _Plan(middle, middle + tile * 0.10, tile)
    if look != "eyes":
        colour = {"hunting": COLOURS[name], "frightened": FRIGHT, "flashing": FLASH}[look]
        deep = theme.mix(colour, theme.ABYSS, 0.42)
        _CROWNS[name](pen, at, colour)
        _filled(pen, _body(at, hem), colour, deep)
    if look in ("hunting", "eyes"):
        _eyes(pen, at, heading, brow=name == "blinky" and look == "hunting")
    else:
        _fear(pen, at, theme.FOAM if look == "frightened" else theme.CORAL)


class _Plan:
    """Points of a ghost, in tiles from its middle."""

    def __init__(self, x: float, y: float, tile: float) -> None:
        self.x = x
        self.y = y
        self.tile = tile

    def __call__(self, x: float, y: float) -> Point:
        return self.x + x * self.tile, self.y + y * self.tile


def _body(at: _Plan, hem: int) -> list[Point]:
    """Return the outline: a dome, and below it four tongues that wave with ``hem``."""
    dome = [at(-cos(pi * step / 30) * 0.78, -sin(pi * step / 30) * 0.80) for step in range(31)]
    points = dome
    wave = 2 * pi * hem / HEMS
    for step in range(41):
        x = 0.78 - 1.56 * step / 40
        lift = 0.10 * cos(step / 40 * 2 * pi * 3.5 + pi + wave)
        points.append(at(x, 0.70 + lift))
    return points


def _eyes(pen: Pen, at: _Plan, heading: Direction, *, brow: bool) -> None:
    across, down = STEPS[DIRECTIONS.index(heading)]
    for side in (-1, 1):
        x, y = at(side * 0.32 + across * 0.08, -0.18 + down * 0.08)
        wide, high = at.tile * 0.40, at.tile * 0.52
        pen.ellipse((250, 252, 255, 255), (x - wide / 2, y - high / 2, wide, high))
        pupil_x, pupil_y = x + across * at.tile * 0.10, y + down * at.tile * 0.13
        pen.circle((20, 26, 84, 255), pupil_x, pupil_y, at.tile * 0.125)
        pen.circle((255, 255, 255, 255), pupil_x + at.tile * 0.04, pupil_y - at.tile * 0.04, at.tile * 0.04)
        if brow:
            inner, outer = at(side * 0.10, -0.36), at(side * 0.54, -0.56)
            pen.stroke((120, 16, 30, 255), [inner, outer], at.tile * 0.10)


def _fear(pen: Pen, at: _Plan, colour: Colour) -> None:
    for side in (-1, 1):
        pen.circle((*colour, 255), *at(side * 0.28, -0.18), at.tile * 0.12)
    mouth = [at(-0.48 + 0.16 * step, 0.28 + (0.08 if step % 2 else -0.04)) for step in range(7)]
    pen.stroke((*colour, 255), mouth, at.tile * 0.09)


def _flame(pen: Pen, at: _Plan, colour: Colour) -> None:
    pen.polygon(theme.mix(colour, theme.AMBER, 0.35), [at(-0.46, -0.52), at(-0.30, -1.04), at(-0.06, -0.70)])
    pen.polygon(theme.mix(colour, theme.AMBER, 0.35), [at(-0.14, -0.70), at(0.10, -1.20), at(0.30, -0.66)])
    pen.polygon(theme.mix(colour, theme.AMBER, 0.35), [at(0.20, -0.66), at(0.46, -0.96), at(0.52, -0.46)])


def _bow(pen: Pen, at: _Plan, colour: Colour) -> None:
    light = theme.mix(colour, theme.FOAM, 0.35)
    pen.polygon(light, [at(0, -0.84), at(-0.46, -1.10), at(-0.46, -0.62)])
    pen.polygon(light, [at(0, -0.84), at(0.46, -1.10), at(0.46, -0.62)])
    pen.circle(theme.mix(colour, theme.FOAM, 0.6), *at(0, -0.85), at.tile * 0.13)


def _fin(pen: Pen, at: _Plan, colour: Colour) -> None:
    light = theme.mix(colour, theme.FOAM, 0.25)
    pen.polygon(light, [at(-0.34, -0.66), at(-0.10, -0.94), at(0.34, -1.20), at(0.22, -0.92), at(0.30, -0.62)])


def _cap(pen: Pen, at: _Plan, colour: Colour) -> None:
    light = theme.mix(colour, theme.FOAM, 0.25)
    x, y = at(-0.66, -0.74)
    pen.rect(light, (x, y, at.tile * 1.32, at.tile * 0.17), at.tile * 0.08)
    x, y = at(-0.36, -1.06)
    pen.rect(light, (x, y, at.tile * 0.72, at.tile * 0.42), at.tile * 0.12)


_CROWNS: dict[GhostName, Callable[[Pen, _Plan, Colour], None]] = {
    "blinky": _flame,
    "pinky": _bow,
    "inky": _fin,
    "clyde": _cap,
}


def _filled(pen: Pen, points: list[Point], top: Colour, bottom: Colour) -> None:
    """Fill a polygon with a vertical gradient, lit along its upper edge."""
    mask = pygame.Surface(pen.surface.get_size(), pygame.SRCALPHA)
    Pen(mask, pen.scale).polygon((255, 255, 255, 255), points)
    light = pygame.Surface(mask.get_size(), pygame.SRCALPHA)
    ys = [y for _, y in points]
    xs = [x for x, _ in points]
    box = (min(xs) - 1, min(ys) - 1, max(xs) - min(xs) + 2, max(ys) - min(ys) + 2)
    Pen(light, pen.scale).gradient((*theme.mix(top, theme.FOAM, 0.22), 255), (*bottom, 255), box)
    light.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
    pen.surface.blit(light, (0, 0))
