"""Ghosts that nobody trained: teams to learn from, and to compare with.

``patrol`` is how people play ghosts who do not think of each other: each keeps to its own quarter and runs at Pac-Man
when he comes near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.pacman import race

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.features.pacman_paths import Paths
    from ai_functions.features.pacman_scene import Asked, Scenes

SIGHT = 64
"""Pixels of way within which a patrolling ghost notices Pac-Man."""


def random_ghosts(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Take any exit."""
    del paths, scenes
    rows = (np.flatnonzero(exits).tolist() for exits in asked.exits)
    return np.array([randoms[scene].choice(exits) for scene, exits in zip(asked.scene, rows, strict=True)])


def arcade(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Leave it to the arcade's rules."""
    del paths, scenes, randoms
    return np.full(len(asked.scene), -1)


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


def area(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Take the exit that leaves Pac-Man the fewest tiles that he reaches first; of equal ones the nearer to him."""
    del randoms
    found = race(paths, scenes, asked)
    lead = np.minimum(found.own, found.others[found.decision]) - found.pacman[found.scene]
    each = np.arange(len(found.scene))
    near = found.own[each, scenes.pac_tile[found.scene]]
    table = np.full(asked.exits.shape, np.inf)
    table[found.decision, found.exit] = (lead > 0).sum(axis=1) + near / 1e5
    best: NDArray[np.int64] = table.argmin(axis=1)
    return best
