"""Ghosts that nobody trained: teams to learn from, and to compare with.

``patrol`` is how people play ghosts who do not think of each other: each keeps to its own quarter and runs at Pac-Man
when he comes near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ai_functions.policies.pacman.features import TEAM, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths


class TeamBot(Protocol):
    """Someone in the ghosts' seat."""

    def __call__(self, paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
        """Return an exit (0 to 3, or ARCADE) for each decision."""


ARCADE = -1
"""Instead of an exit: let the ghost take the arcade's."""
SIGHT = 48
"""Pixels of way within which a patrolling ghost notices Pac-Man."""


def random_ghosts(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Take any exit."""
    del paths, scenes
    rows = (np.flatnonzero(exits).tolist() for exits in asked.exits)
    return np.array([randoms[scene].choice(exits) for scene, exits in zip(asked.scene, rows, strict=True)])


def arcade(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Leave it to the arcade's rules."""
    del paths, scenes, randoms
    return np.full(len(asked.scene), ARCADE)


def shortest(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Take the shortest way to Pac-Man."""
    del randoms
    target = scenes.pac_tile[asked.scene]
    pixels = paths.hunt[paths.onward[asked.junction], target[:, None]]
    best: NDArray[np.int64] = np.where(asked.exits, pixels, 1 << 14).argmin(axis=1)
    return best


def patrol(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Run at Pac-Man when he is within SIGHT of the junction; else make for one's own corner, as the crow flies."""
    chase = shortest(paths, scenes, asked, randoms)
    onto = paths.next[asked.junction]
    corner = scenes.corners[asked.ghost][:, None]
    across, down = paths.column[onto] - corner[:, :, 0], paths.row[onto] - corner[:, :, 1]
    home = np.where(asked.exits, across**2 + down**2, 1 << 30).argmin(axis=1)
    near = paths.walk[asked.junction, scenes.pac_tile[asked.scene]] <= SIGHT
    return np.where(near, chase, home)


def surround(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Take the exit that leaves Pac-Man few tiles that he reaches first, near to him and apart from the others."""
    del randoms
    table, found = rows(paths, scenes, asked, "team")
    worth = sum(weight * table[:, TEAM.index(name)] for name, weight in _SURROUND.items())
    scores = np.full(asked.exits.shape, np.inf)
    scores[found.decision, found.exit] = worth
    best: NDArray[np.int64] = scores.argmin(axis=1)
    return best


def by_ghost(teams: Sequence[TeamBot]) -> TeamBot:
    """Return the team in which each ghost is moved by its own of four teams: functions that hunt together."""

    def choose(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
        found = np.zeros(len(asked.scene), dtype=np.int64)
        for ghost, team in enumerate(teams):
            mine = np.flatnonzero(asked.ghost == ghost)
            if len(mine):
                found[mine] = team(paths, scenes, asked.only(mine), randoms)
        return found

    return choose


_SURROUND = {"area": 1.0, "to_pacman": 0.5, "spread": -0.2}
"""What is looked at, and how much a tick or a tile of it counts; less is better."""
