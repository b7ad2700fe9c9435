"""Pac-Man as arrays: planes of the maze; a choice is a direction, for Pac-Man or for one ghost after the other.

Choices are ``DIRECTIONS``.  The ghosts' action takes one for each ghost that is asked, in the order of GHOSTS; the
planes say which ghost is to choose now.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from games.core import ObservationError
from games.pacman.maze import CORRIDORS
from games.pacman.names import DIRECTIONS, GHOSTS, MODES
from games.pacman.observation import TILE
from games.pacman.rules import start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Chosen
    from games.core import Json
    from games.pacman.maze import Maze
    from games.pacman.observation import Ghost, Observation, PacMan

PLANES = (
    "corridor", "dot", "energizer", "pacman", *GHOSTS, "junction", *(f"{ghost} chooses" for ghost in GHOSTS),
    *(f"pacman faces {name}" for name in DIRECTIONS), *(f"chooser faces {name}" for name in DIRECTIONS),
    "fright", "chase", "fruit",
)  # fmt: skip
"""A ghost is 1 where it stands, -1 while it is harmless.  ``junction`` is that of the choice; from there on a plane is
the same number everywhere: ``fright`` the energizer's time left in 6 seconds."""
_FRIGHT_TICKS = 360


class MazeSpace:
    """See ``ai_functions.policies.spaces.Space``.  Observations have the shape (planes, rows, columns)."""

    actions = len(DIRECTIONS)
    low, high = -1.0, 1.0

    def __init__(self, maze: Maze) -> None:
        self._maze = maze
        self.shape = (len(PLANES), maze.height, maze.width)
        self._corridors = np.array([[tile in CORRIDORS for tile in row] for row in maze.rows], np.float32)

    def encode(self, observation: Observation, chosen: Chosen) -> NDArray[np.float32]:
        """Return the planes.  Raises ObservationError for another maze than the space's."""
        if observation.maze != self._maze:
            raise ObservationError("maze", "it is not the maze of this space")
        found = np.zeros(self.shape, np.float32)
        found[0] = self._corridors
        flat = found.reshape(len(PLANES), -1)
        flat[1, list(observation.dots)] = 1
        flat[2, list(observation.energizers)] = 1
        self._put(found, 3, observation.pacman, 1)
        for number, ghost in enumerate(observation.ghosts, start=4):
            self._put(found, number, ghost, 1 if ghost.dangerous else -1)
        self._choice(found, observation, chosen)
        found[PLANES.index(f"pacman faces {observation.pacman.heading}")] = 1
        found[PLANES.index("fright")] = min(observation.fright / _FRIGHT_TICKS, 1)
        found[PLANES.index("chase")] = observation.mode == MODES[1]
        found[PLANES.index("fruit")] = observation.fruit > 0
        return found

    def mask(self, observation: Observation, chosen: Chosen) -> NDArray[np.int8]:
        """Return 1 for every direction; of a ghost, for its exits."""
        if not observation.decide:
            return np.ones(self.actions, np.int8)
        exits = observation.decide[len(chosen)].exits
        return np.array([name in exits for name in DIRECTIONS], np.int8)

    def action(self, observation: Observation, chosen: Chosen) -> Any | None:
        """Return Pac-Man's direction, or the ghosts' exits once each has one."""
        if not observation.decide:
            return DIRECTIONS[chosen[0]] if chosen else None
        if len(chosen) < len(observation.decide):
            return None
        pairs = zip(observation.decide, chosen, strict=False)
        return {item.ghost: DIRECTIONS[choice] for item, choice in pairs}

    def _put(self, found: NDArray[np.float32], plane: int, actor: PacMan | Ghost, value: float) -> None:
        """Mark the tile on which an actor stands; in a tunnel it may be off the maze."""
        row, column = (
            min(max(pixel // TILE, 0), size - 1) for pixel, size in zip((actor.y, actor.x), self.shape[1:], strict=True)
        )
        found[plane, row, column] = value

    def _choice(self, found: NDArray[np.float32], observation: Observation, chosen: Chosen) -> None:
        """Say which ghost is to choose, and where."""
        if len(chosen) < len(observation.decide):
            item = observation.decide[len(chosen)]
            column, row = item.junction
            found[PLANES.index("junction"), row, column] = 1
            found[PLANES.index(f"{item.ghost} chooses")] = 1
            found[PLANES.index(f"chooser faces {item.heading}")] = 1


def space(options: Mapping[str, Json]) -> MazeSpace:
    """Return the space of the maze that ``options`` name.  Raises GameError for odd ones."""
    return MazeSpace(start(options, Random(0)).maze)  # noqa: S311 - a game, not a secret
