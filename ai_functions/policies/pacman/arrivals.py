"""Who is where first: what a team of ghosts sees before any column is made of it, and what Pac-Man's bots run by.

Times are ticks.  A tile belongs to whoever reaches its centre first; what Pac-Man can *run* to is less than what he is
nearest to (``escape``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.pacman.batch import CYCLE, NEVER
from ai_functions.policies.pacman.paths import TILE_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths

LONG = 999.0
"""Ticks beyond which nothing makes a difference any more."""
SLIP, LEISURE, SURE = 8.0, 30.0, 60.0
"""Ticks of lead: with SLIP he gets past a ghost that comes to the same tile, since it catches from edge to edge."""
SHUT = -300.0
"""The lead along a way that does not exist."""


@dataclass(frozen=True, slots=True)
class Race:
    """Who is where first, in ticks: everything that the team's columns are read from."""

    decision: NDArray[np.int64]
    """Of each row; shape (rows,)."""
    exit: NDArray[np.int64]
    scene: NDArray[np.int64]
    pacman: NDArray[np.float32]
    """Shape (scenes, tiles)."""
    ghosts: NDArray[np.float32]
    """Each ghost at its best; shape (scenes, 4, tiles)."""
    others: NDArray[np.float32]
    """The first of the ghosts that are not asked; shape (decisions, tiles)."""
    own: NDArray[np.float32]
    """The ghost that is asked, after it took the exit; shape (rows, tiles)."""
    until: NDArray[np.float32]
    """Until the exit is taken; shape (decisions,)."""


def race(paths: Paths, scenes: Scenes, asked: Asked) -> Race:
    """Return who is where first for every exit of every decision."""
    decision, exit_ = np.nonzero(asked.exits)
    scene = asked.scene[decision]
    ghost = asked.ghost[decision]
    ghosts = ghost_ticks(paths, scenes)
    state = scenes.ghost_state[asked.scene, asked.ghost]
    rate = CYCLE / scenes.ghost_speed[asked.scene, asked.ghost]
    lead = scenes.ghost_lead[asked.scene, asked.ghost] + paths.hunt[state, asked.junction]
    junction = asked.junction[decision]
    pixels = lead[decision] + paths.onward_pixels[junction, exit_]
    own = pixels[:, None] + paths.hunt[paths.onward[junction, exit_]]
    own *= rate[decision][:, None]
    np.maximum(own, scenes.ghost_delay[scene, ghost][:, None], out=own)
    return Race(
        decision=decision,
        exit=exit_,
        scene=scene,
        pacman=pacman_ticks(paths, scenes),
        ghosts=ghosts,
        others=_others(ghosts, asked),
        own=own,
        until=(lead * rate).astype(np.float32),
    )


def pacman_ticks(paths: Paths, scenes: Scenes) -> NDArray[np.float32]:
    """Return when Pac-Man can be on each tile's centre; shape (scenes, tiles)."""
    past = np.abs(scenes.pac_past)
    toward = np.where(scenes.pac_past > 0, scenes.pac_heading, scenes.pac_heading ^ 2)
    beyond = paths.next[scenes.pac_tile, toward]
    back = paths.walk[scenes.pac_tile] + past[:, None]
    on = paths.walk[beyond] + (TILE_PIXELS - past)[:, None]
    pixels = np.where((beyond >= 0)[:, None], np.minimum(back, on), back)
    return (pixels * (CYCLE / scenes.pac_speed)[:, None]).astype(np.float32)


def ghost_ticks(paths: Paths, scenes: Scenes) -> NDArray[np.float32]:
    """Return when each ghost can catch Pac-Man on each tile, at its best; shape (scenes, 4, tiles)."""
    ticks = scenes.ghost_lead[:, :, None] + paths.hunt[scenes.ghost_state]
    ticks *= (CYCLE / scenes.ghost_speed)[:, :, None]
    np.maximum(ticks, scenes.ghost_delay[:, :, None], out=ticks)
    return ticks.astype(np.float32, copy=False)


def _others(ghosts: NDArray[np.float32], asked: Asked) -> NDArray[np.float32]:
    found = np.full((len(asked.scene), ghosts.shape[2]), NEVER, dtype=np.float32)
    for ghost in range(4):
        rows = np.flatnonzero(asked.ghost != ghost)
        found[rows] = np.minimum(found[rows], ghosts[asked.scene[rows], ghost])
    return found


def escape(
    paths: Paths, pac_tile: NDArray[np.int64], lead: NDArray[np.float32], scene: NDArray[np.int64], margin: float
) -> NDArray[np.bool_]:
    """Return the tiles that Pac-Man reaches with more than ``margin`` ticks of lead there and all the way.

    ``pac_tile`` is by scene; ``lead`` and what is returned have a row for each of ``scene``: shape (rows, tiles).

    A tile behind a ghost that comes at him is none of them, though the ghost itself would be there later than he.
    Ways are followed from their ends by doubling: a tile is out of reach if the tile before it is, or the one two,
    four, eight… before it.
    """
    first = np.arange(len(lead), dtype=np.int32)[:, None] * paths.count
    barred = lead <= margin
    barred[np.arange(len(lead)), pac_tile[scene]] = False
    before = paths.toward[pac_tile].astype(np.int32)
    each = np.arange(len(before), dtype=np.int32)[:, None] * paths.count
    for _ in range(paths.doublings):
        barred |= barred.take(before[scene] + first)
        before = before.take(before + each)
    return ~barred


def ways_out(paths: Paths, scenes: Scenes, lead: NDArray[np.float32], scene: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return Pac-Man's least lead on each of his four ways to the next junction; SHUT through walls."""
    tiles = paths.corridor[scenes.pac_tile][scene]
    count, _, longest = tiles.shape
    along = np.take_along_axis(lead, tiles.reshape(count, 4 * longest).astype(np.int64), axis=1)
    least = along.reshape(count, 4, longest).min(axis=2)
    return np.where(paths.next[scenes.pac_tile][scene] >= 0, np.clip(least, SHUT, LONG), SHUT)
