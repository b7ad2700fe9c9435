"""Many screens at once, as arrays: what the features of ghosts are computed from.

A function looks at one screen, self-play at hundreds; both go through ``Scenes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.pacman.paths import FAR, TILE_PIXELS
from games.core import ObservationError
from games.pacman.cells import DOOR_TILE, DOOR_X, DOOR_Y, SCATTER
from games.pacman.ghost_ai import CENTRE_X, CENTRE_Y, HOUSE_SPEED
from games.pacman.levels import level
from games.pacman.names import DIRECTIONS, FRIGHTENED, GHOSTS, ROAMING
from games.pacman.observation import TILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.paths import Paths
    from games.pacman.observation import Ghost, Observation

NEVER = FAR
"""Ticks after which something that will not happen happens."""
LEFT = DIRECTIONS.index("left")
CYCLE = 16
"""Speeds are pixels in so many ticks."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """``n`` screens of one maze.  Tiles are the numbers of ``Paths``; times are ticks, distances pixels."""

    pac_tile: NDArray[np.int64]
    pac_past: NDArray[np.int64]
    """Pixels past the tile's centre as he faces, negative before it; shape (n,)."""
    pac_heading: NDArray[np.int64]
    pac_speed: NDArray[np.float32]
    """Pixels in 16 ticks, as are the ghosts'."""
    ghost_state: NDArray[np.int64]
    """The state (see ``Paths``) that a ghost reaches next or is in; shape (n, 4)."""
    ghost_lead: NDArray[np.float32]
    """Pixels to that state, at the ghost's normal speed; shape (n, 4)."""
    ghost_speed: NDArray[np.float32]
    ghost_delay: NDArray[np.float32]
    """Ticks before which a ghost catches nobody; NEVER for one in the house or eaten; shape (n, 4)."""
    dots: NDArray[np.bool_]
    """Energizers included; shape (n, tiles)."""
    energizers: NDArray[np.bool_]
    fright: NDArray[np.float32]
    scatter: NDArray[np.bool_]
    elroy: NDArray[np.int64]
    corners: NDArray[np.int64]
    """Where each ghost scatters to: column and row; shape (4, 2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Decisions to make: a ghost of a scene, the junction it comes to, its heading there, which exits it has."""

    scene: NDArray[np.int64]
    ghost: NDArray[np.int64]
    junction: NDArray[np.int64]
    heading: NDArray[np.int64]
    exits: NDArray[np.bool_]
    """Shape (decisions, 4)."""

    def only(self, which: NDArray[np.int64]) -> Asked:
        """Return some of the decisions."""
        return Asked(self.scene[which], self.ghost[which], self.junction[which], self.heading[which], self.exits[which])


def scene_of(observation: Observation, paths: Paths) -> Scenes:
    """Return the one screen of ``observation``.  Raises ObservationError for an actor in a wall."""
    rules = level(observation.level)
    pacman = observation.pacman
    heading = DIRECTIONS.index(pacman.heading)
    speeds = np.full((1, 4), rules.ghost, dtype=np.float32)
    speeds[0, 0] = (rules.ghost, rules.elroy1, rules.elroy2)[observation.elroy]
    places = [_place(ghost, observation, paths, float(speeds[0, i])) for i, ghost in enumerate(observation.ghosts)]
    table = observation.maze.table
    return Scenes(
        pac_tile=np.array([_tile(pacman.x, pacman.y, paths, "pacman")]),
        pac_past=np.array([-_ahead(pacman.x, pacman.y, heading)]),
        pac_heading=np.array([heading]),
        pac_speed=np.array([rules.pacman_fright if observation.fright else rules.pacman], dtype=np.float32),
        ghost_state=np.array([[place[0] for place in places]]),
        ghost_lead=np.array([[place[1] for place in places]], dtype=np.float32),
        ghost_speed=speeds,
        ghost_delay=np.array([[place[2] for place in places]], dtype=np.float32),
        dots=_mask((*observation.dots, *observation.energizers), paths),
        energizers=_mask(observation.energizers, paths),
        fright=np.array([observation.fright], dtype=np.float32),
        scatter=np.array([observation.mode == "scatter"]),
        elroy=np.array([observation.elroy]),
        corners=corners(table),
    )


def asked_of(observation: Observation, paths: Paths) -> Asked:
    """Return what ``observation`` asks.  Raises ObservationError for a junction in a wall."""
    exits = np.zeros((len(observation.decide), 4), dtype=bool)
    junctions = []
    for index, decision in enumerate(observation.decide):
        column, row = decision.junction
        junctions.append(_number(row * paths.width + column, paths, f"decide[{index}].junction"))
        for exit_ in decision.exits:
            exits[index, DIRECTIONS.index(exit_)] = True
    return Asked(
        scene=np.zeros(len(junctions), dtype=np.int64),
        ghost=np.array([GHOSTS.index(item.ghost) for item in observation.decide], dtype=np.int64),
        junction=np.array(junctions, dtype=np.int64),
        heading=np.array([DIRECTIONS.index(item.heading) for item in observation.decide], dtype=np.int64),
        exits=exits,
    )


def corners(table: Sequence[int]) -> NDArray[np.int64]:
    """Return where each ghost scatters to, shape (4, 2): column and row, perhaps outside the maze."""
    return np.asarray(table[SCATTER : SCATTER + 8], dtype=np.int64).reshape(4, 2)


def _place(ghost: Ghost, observation: Observation, paths: Paths, speed: float) -> tuple[int, float, float]:
    """Return the state that ``ghost`` comes to next, the pixels to it, and the ticks before which it is harmless."""
    table = observation.maze.table
    heading = DIRECTIONS.index(ghost.heading)
    if ghost.state not in {ROAMING, FRIGHTENED}:
        door = int(paths.number[table[DOOR_TILE]]) * 4 + LEFT
        if ghost.state != "leaving":
            return door, 0.0, NEVER
        pixels = abs(ghost.x - table[DOOR_X]) + abs(ghost.y - table[DOOR_Y])
        return door, pixels * speed / HOUSE_SPEED, 0.0
    tile = _tile(ghost.x, ghost.y, paths, f"ghosts.{ghost.name}")
    left = _ahead(ghost.x, ghost.y, heading)
    delay = float(observation.fright) if ghost.state == FRIGHTENED else 0.0
    return (*coming_to(paths, tile, heading, left, reversing=ghost.reversing), delay)


def coming_to(paths: Paths, tile: int, heading: int, left: int, *, reversing: bool) -> tuple[int, float]:
    """Return the state that a ghost comes to next and the pixels to it.

    It is on ``tile``, ``left`` pixels before its centre (negative: past it).  One that is ``reversing`` turns on the
    next tile's edge, so it comes to this tile again.
    """
    if reversing:
        return tile * 4 + (heading ^ 2), float(TILE_PIXELS + left)
    if left >= 0:
        return tile * 4 + heading, float(left)
    onward = int(paths.onward[tile, heading])
    if onward < 0:  # past the centre, facing a wall: no game gets there, but an observation may say so
        return tile * 4 + heading, 0.0
    return onward, float(paths.onward_pixels[tile, heading] + left)


def _ahead(x: int, y: int, heading: int) -> int:
    """Return the pixels ahead to the centre of the tile around (x, y); negative past it."""
    across, down = x % TILE - CENTRE_X, y % TILE - CENTRE_Y
    return (down, across, -down, -across)[heading]


def _tile(x: int, y: int, paths: Paths, field: str) -> int:
    return _number(y // TILE * paths.width + x // TILE, paths, field)


def _number(at: int, paths: Paths, field: str) -> int:
    number = int(paths.number[at]) if 0 <= at < len(paths.number) else -1
    if number < 0:
        raise ObservationError(field, f"there is a wall at column {at % paths.width}, row {at // paths.width}")
    return number


def _mask(tiles: Sequence[int], paths: Paths) -> NDArray[np.bool_]:
    found = np.zeros((1, paths.count), dtype=bool)
    found[0, paths.number[np.array(tiles, dtype=np.int64)]] = True
    return found
