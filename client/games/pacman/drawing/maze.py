"""The maze's picture: glowing walls worked out from its drawing, painted once, with the dots that are left on top.

The walls' outline is a level line of the blurred plan, so every corner is round and the line is smooth at any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import pygame

from client.ui import theme
from games.pacman.maze import CORRIDORS, DOOR, INSIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from client.ui.canvas import Box, Canvas, Pen, Point
    from client.ui.theme import Colour
    from games.pacman.maze import Maze

MARGIN = 1
"""Tiles around the maze that are painted too: the outer wall's glow."""
WALLS: tuple[Colour, ...] = ((58, 128, 255), (150, 108, 255), (38, 196, 170), (255, 122, 168), (236, 168, 70))
"""The walls' colour, a level each, over and over."""
DONE: Colour = (226, 238, 255)
"""The walls' colour when a board is cleared, in turns with their own."""
DOT: Colour = (255, 222, 178)
DOOR_COLOUR: Colour = (255, 176, 204)
OPENING = 0.20
"""How far, in tiles, corridors look wider than they are."""
ROUNDING = 0.30
"""Reach of the blur, in tiles: the radius of the corners."""
LINE, GLOW, DEPTH = 0.055, 0.26, 0.5
"""In tiles: half the line's width, the reach of its light in the corridors, and of its tint in the walls."""
STEPS = np.linspace(-1.0, 2.0, 1500, dtype=np.float32)
"""Distances, in tiles, that are told apart."""


def wall_colour(level: int) -> Colour:
    """Return the colour of the walls on ``level`` (from 1)."""
    return WALLS[(level - 1) % len(WALLS)]


def place(maze: Maze, room: Box) -> Box:
    """Return the largest box of the maze's proportions in the middle of ``room``."""
    tile = min(room[2] / maze.width, room[3] / maze.height)
    width, height = tile * maze.width, tile * maze.height
    return room[0] + (room[2] - width) / 2, room[1] + (room[3] - height) / 2, width, height


@dataclass(slots=True)
class _Painting:
    """What is on the painted surface, and what it was painted for."""

    look: tuple[float, Colour]
    plain: pygame.Surface
    surface: pygame.Surface
    dots: frozenset[int] = frozenset()


class MazePicture:
    """A maze in ``box`` with its dots.  Eaten dots are painted over one by one, so a frame costs a single copy."""

    def __init__(self, maze: Maze, box: Box) -> None:
        self.maze = maze
        self.box = box
        self.tile = box[2] / maze.width
        self._painting: _Painting | None = None
        self._steps: tuple[float, NDArray[np.uint16]] | None = None
        """Pixels a tile, and each pixel's distance to the walls' outline: another colour takes a look-up only."""

    def centre(self, number: int) -> Point:
        """Return the logical point in the middle of tile ``number``."""
        column, row = self.maze.tile(number)
        return self.box[0] + (column + 0.5) * self.tile, self.box[1] + (row + 0.5) * self.tile

    def draw(
        self, canvas: Canvas, colour: Colour, dots: frozenset[int], stale: Sequence[pygame.Rect] | None = None
    ) -> None:
        """Draw the walls in ``colour`` and the dots on these tiles.

        ``stale`` are the pixels that have to be drawn anew since the last time, where the rest still stands there.
        """
        look = (canvas.scale, colour)
        painting = self._painting
        if painting is None or painting.look != look:
            stale = None
            plain = canvas.keep(("maze", self.maze, colour, self.box), lambda: self._walls(canvas, colour))
            painting = self._painting = _Painting(look, plain, plain.copy())
        for number in painting.dots - dots:
            area = self._area(canvas, number)
            painting.surface.blit(painting.plain, area, area)
        for number in dots - painting.dots:
            dot = self._dot(canvas)
            where = dot.get_rect(center=self._area(canvas, number).center)
            painting.surface.blit(dot, where, special_flags=pygame.BLEND_PREMULTIPLIED)
        left, top = corner = self._corner(canvas)
        if stale is None:
            canvas.surface.blit(painting.surface, corner)
        else:
            changed = [self._area(canvas, number).move(left, top) for number in painting.dots ^ dots]
            for area in (*stale, *changed):
                canvas.surface.blit(painting.surface, area, area.move(-left, -top))
        painting.dots = dots

    def area(self, canvas: Canvas) -> pygame.Rect:
        """Return the pixels of the window that are painted with every picture."""
        outside = MARGIN * self.tile
        left, top, width, height = self.box
        return canvas.area((left - outside, top - outside, width + 2 * outside, height + 2 * outside))

    def _corner(self, canvas: Canvas) -> tuple[int, int]:
        return canvas.at(self.box[0] - MARGIN * self.tile, self.box[1] - MARGIN * self.tile)

    def _area(self, canvas: Canvas, number: int) -> pygame.Rect:
        """Return the pixels of tile ``number`` on the painted surface."""
        x, y = self.centre(number)
        left, top = self._corner(canvas)
        return canvas.area((x - self.tile / 2, y - self.tile / 2, self.tile, self.tile)).move(-left, -top)

    def _dot(self, canvas: Canvas) -> pygame.Surface:
        size = self.tile * 0.4

        def paint(pen: Pen) -> None:
            pen.circle(DOT, size / 2, size / 2, self.tile * 0.12)

        return canvas.sprite(("dot", self.tile), size, size, paint)

    def _walls(self, canvas: Canvas, colour: Colour) -> pygame.Surface:
        """Return the walls alone, on the scene's ground."""
        pixels = self.tile * canvas.scale
        if self._steps is None or self._steps[0] != pixels:
            self._steps = pixels, _in_steps(_distance(_plan(self.maze), pixels))
        steps = self._steps[1]
        surface = pygame.Surface(steps.shape)
        pygame.surfarray.blit_array(surface, _shade(colour)[steps])
        for y, row in enumerate(self.maze.rows):
            if DOOR in row:
                left = (row.index(DOOR) + MARGIN) * pixels
                high = max(2, round(pixels / 5))
                bar = (round(left), round((y + MARGIN + 0.38) * pixels), round(row.count(DOOR) * pixels), high)
                pygame.draw.rect(surface, DOOR_COLOUR, bar, border_radius=high // 2)
        return surface


def _plan(maze: Maze) -> NDArray[np.float32]:
    """Return 1 where it is open and 0 where a wall is, a number a tile (column, row), with a margin that is open."""
    plan = np.ones((maze.width + 2 * MARGIN, maze.height + 2 * MARGIN), np.float32)
    for y, row in enumerate(maze.rows):
        for x, mark in enumerate(row):
            plan[x + MARGIN, y + MARGIN] = mark in CORRIDORS + DOOR + INSIDE
    return plan


def _distance(plan: NDArray[np.float32], pixels: float) -> NDArray[np.float32]:
    """Return each pixel's distance to the walls' outline in tiles, positive inside the walls.

    It changes so smoothly that every second pixel of every second row is worked out and the others lie between.
    """
    coarse = pixels / 2
    mask = plan[np.ix_(_tiles(plan.shape[0], coarse), _tiles(plan.shape[1], coarse))]
    if min(mask.shape) < 2:  # noqa: PLR2004 - no outline lies within a single pixel
        return np.zeros([max(1, round(tiles * pixels)) for tiles in plan.shape], np.float32)
    wide = _blur(mask, ROUNDING * coarse)
    # A straight wall's edge lies where the blur is a half; a little less lies within the wall, which widens the way.
    level = 0.5 - OPENING / (2 * ROUNDING) * 0.75
    across, down = np.gradient(wide)
    steep = np.sqrt(across**2 + down**2)
    distance = (level - wide) / np.maximum(steep, 0.25 / (ROUNDING * coarse)) / coarse
    fine = _doubled(_doubled(distance.astype(np.float32)).T).T
    return fine[: round(plan.shape[0] * pixels), : round(plan.shape[1] * pixels)]


def _doubled(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``field`` with two rows for each of its own, a quarter of the way to either neighbour."""
    twice = np.repeat(field, 2, axis=0)
    slope = (field[1:] - field[:-1]) / 4
    twice[2::2] -= slope
    twice[1:-1:2] += slope
    return twice


def _tiles(count: int, pixels: float) -> NDArray[np.intp]:
    """Return in which tile each pixel of ``count`` tiles lies."""
    return np.minimum(((np.arange(ceil(count * pixels)) + 0.5) / pixels).astype(np.intp), count - 1)


def _blur(field: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
    """Return ``field`` blurred by three boxes, which is close to a bell curve."""
    reach = max(1, round(radius * 0.75))
    for _ in range(3):
        for axis in (0, 1):
            padded = np.pad(field, [(reach + 1, reach) if axis == a else (0, 0) for a in (0, 1)], mode="edge")
            total = np.cumsum(padded, axis=axis, dtype=np.float64)
            upper = np.take(total, range(2 * reach + 1, total.shape[axis]), axis=axis)
            lower = np.take(total, range(total.shape[axis] - 2 * reach - 1), axis=axis)
            field = ((upper - lower) / (2 * reach + 1)).astype(np.float32)
    return field


def _in_steps(distance: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return distances as indices into STEPS."""
    steps: NDArray[np.uint16] = np.searchsorted(STEPS, distance).astype(np.uint16)
    return steps


def _shade(colour: Colour) -> NDArray[np.uint8]:
    """Return the colour of a pixel for each distance in STEPS, and for what lies beyond."""
    distance = np.append(STEPS, STEPS[-1])
    ground = np.array(theme.ABYSS, np.float32)
    ink = np.array(colour, np.float32)
    hot = np.array(theme.mix(colour, theme.FOAM, 0.45), np.float32)
    away = np.abs(distance)
    line = np.clip((LINE - away) / 0.03 + 0.5, 0, 1)
    halo = np.exp(-((away / GLOW) ** 2)) * np.where(distance > 0, 0.50, 0.34)
    body = np.where(distance > 0, 0.05 + 0.13 * np.exp(-distance / DEPTH), 0.0) * np.clip(distance / 0.06, 0, 1)
    light = ground + (halo + body)[:, None] * ink
    light += line[:, None] * (hot - light)
    shaded: NDArray[np.uint8] = np.clip(light, 0, 255).astype(np.uint8)
    return shaded
