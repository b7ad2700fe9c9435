"""From the engine's cells to ``Scenes``: many games' screens at once, without an ``Observation`` for each.

A test holds it equal to ``scene_of(observe(state))``: only what the screen shows is read here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.pacman.batch import LEFT, NEVER, Asked, Scenes, corners
from ai_functions.policies.pacman.paths import TILE_PIXELS, Paths, paths_of
from games.pacman import cells as c
from games.pacman.ghost_ai import CENTRE_X, CENTRE_Y, HOUSE_SPEED
from games.pacman.levels import LAST_LEVEL, LEVEL_NUMBERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from games.pacman.maze import Maze

_OFFSETS = c.GHOST + np.arange(4) * c.GHOST_CELLS


@lru_cache(maxsize=8)
def screens_of(maze: Maze) -> Screens:
    """Return the reader of ``maze``'s screens."""
    return Screens(maze)


class Screens:
    """Reads screens of one maze out of cells."""

    def __init__(self, maze: Maze) -> None:
        self.maze = maze
        self.paths: Paths = paths_of(maze)
        self.table = np.array(maze.table, dtype=np.int64)
        tiles = np.array(maze.dot_tiles, dtype=np.int64)
        self._dot_tiles = self.paths.number[tiles].astype(np.int64)
        self._energizer = np.isin(tiles, list(maze.energizer_tiles))
        index = np.arange(len(tiles))
        self._word, self._bit = c.DOT_CELLS + index // c.DOT_BITS, index % c.DOT_BITS
        levels = self.table[c.LEVELS : c.LEVELS + LAST_LEVEL * LEVEL_NUMBERS]
        self._levels = levels.reshape(LAST_LEVEL, LEVEL_NUMBERS)
        records = self.table[c.TILE_TABLE :].reshape(-1, c.TILE_CELLS)
        self._choices = records[:, c.CHOICES : c.CHOICES + 4]
        self._corners = corners(maze.table)

    def scenes(self, s: NDArray[np.int64]) -> Scenes:
        """Return the screens of the games whose cells are the rows of ``s``."""
        paths, level = self.paths, self._levels[np.minimum(s[:, c.LEVEL], LAST_LEVEL) - 1]
        fright = s[:, c.FRIGHT_LEFT]
        left = s[:, c.DOTS_LEFT]
        elroy = np.where(left <= level[:, c.L_ELROY2_DOTS], 2, (left <= level[:, c.L_ELROY1_DOTS]).astype(np.int64))
        elroy = np.where(s[:, c.ELROY_HELD] != 0, 0, elroy)
        speed = np.repeat(level[:, c.L_GHOST, None], 4, axis=1)
        speed[:, 0] = np.choose(elroy, [level[:, c.L_GHOST], level[:, c.L_ELROY1], level[:, c.L_ELROY2]])
        state, lead, delay = self._places(s, speed)
        dots = np.zeros((len(s), paths.count), dtype=bool)
        there = (s[:, self._word] >> self._bit) & 1 == 1
        dots[:, self._dot_tiles] = there
        energizers = np.zeros_like(dots)
        energizers[:, self._dot_tiles[self._energizer]] = there[:, self._energizer]
        heading = s[:, c.PAC_DIR]
        return Scenes(
            pac_tile=paths.number[s[:, c.PAC_TILE]].astype(np.int64),
            pac_past=-_ahead(s[:, c.PAC_X], s[:, c.PAC_Y], heading),
            pac_heading=heading,
            pac_speed=np.where(fright > 0, level[:, c.L_PAC_FRIGHT], level[:, c.L_PAC]).astype(np.float32),
            ghost_state=state,
            ghost_lead=lead,
            ghost_speed=speed.astype(np.float32),
            ghost_delay=delay,
            dots=dots,
            energizers=energizers,
            fright=fright.astype(np.float32),
            scatter=s[:, c.MODE] % 2 == 0,
            elroy=elroy,
            corners=self._corners,
        )

    def asked(self, s: NDArray[np.int64], scene: NDArray[np.int64], ghost: NDArray[np.int64]) -> Asked:
        """Return decisions that are due: ghosts that stand before the centre of a junction."""
        offset = c.GHOST + ghost * c.GHOST_CELLS
        tile, heading = s[scene, offset + c.TILE_OF], s[scene, offset + c.DIR]
        return Asked(scene, ghost, self.paths.number[tile].astype(np.int64), heading, self.exits(tile, heading))

    def exits(self, tile: NDArray[np.int64], heading: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return what a hunting ghost may choose on each tile (row * width + column), arriving with each heading."""
        found: NDArray[np.bool_] = (self._choices[tile, heading][:, None] >> np.arange(4)) & 1 == 1
        return found

    def _places(
        self, s: NDArray[np.int64], speed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        paths, table = self.paths, self.table
        x, y, heading = s[:, _OFFSETS + c.X], s[:, _OFFSETS + c.Y], s[:, _OFFSETS + c.DIR]
        doing, frightened = s[:, _OFFSETS + c.STATE], s[:, _OFFSETS + c.FRIGHT] != 0
        tile = paths.number[s[:, _OFFSETS + c.TILE_OF]].astype(np.int64)
        left = _ahead(x, y, heading)
        onward = paths.onward[tile, heading].astype(np.int64)
        here = tile * 4 + heading
        state = np.where(left >= 0, here, np.where(onward >= 0, onward, here))
        lead = np.where(left >= 0, left, np.where(onward >= 0, paths.onward_pixels[tile, heading] + left, 0))
        turning = s[:, _OFFSETS + c.REVERSE] != 0
        state = np.where(turning, tile * 4 + (heading ^ 2), state)
        lead = np.where(turning, TILE_PIXELS + left, lead).astype(np.float32)
        delay = np.where(frightened, s[:, c.FRIGHT_LEFT, None], 0).astype(np.float32)
        roaming = doing == c.ROAMING
        leaving = doing == c.LEAVING
        door = int(paths.number[table[c.DOOR_TILE]]) * 4 + LEFT
        way_out = (np.abs(x - table[c.DOOR_X]) + np.abs(y - table[c.DOOR_Y])) * speed / HOUSE_SPEED
        state = np.where(roaming, state, door)
        lead = np.where(roaming, lead, np.where(leaving, way_out, 0)).astype(np.float32)
        delay = np.where(roaming, delay, np.where(leaving, 0, NEVER)).astype(np.float32)
        return state, lead, delay


def _ahead(x: NDArray[np.int64], y: NDArray[np.int64], heading: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pixels ahead to the centre of the tile around (x, y); negative past it."""
    across, down = x % TILE_PIXELS - CENTRE_X, y % TILE_PIXELS - CENTRE_Y
    return np.where(heading % 2 == 0, np.where(heading == 0, down, -down), np.where(heading == 1, across, -across))
