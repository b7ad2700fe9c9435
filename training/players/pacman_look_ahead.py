"""A Pac-Man who thinks ahead: the player that no ghost was trained on.

He imagines every way over the next three junctions, with all ghosts coming for him by their shortest ways, and takes
the first step of the best one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.features.pacman_paths import FAR, TILE_PIXELS
from ai_functions.features.pacman_scene import CYCLE, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.features.pacman_paths import Paths
    from ai_functions.features.pacman_scene import Scenes

LEGS = 3
"""Corridors of a way: from here to a junction, and on over two more."""
STEPS = 24
"""Tiles of a way that are imagined."""
IMMUNE = 120.0
"""Ticks for which an energizer is trusted to hold the ghosts off."""
_UNKNOWN = 30_000
"""Pixels: farther than FAR."""
DEATH, DEATH_PUT_OFF = -1000.0, 20.0
DOT, LATER, DISTANCE, LEAD = 10.0, 0.97, 1.5, 0.03
"""What counts at the end of a way: dots, less for later ones; tiles to the next dot; pixels to the nearest ghost."""


class _Legs(NamedTuple):
    """What a maze's corridors are to someone who walks them."""

    length: NDArray[np.int64]
    """Tiles; shape (tiles, 4), 0 for a wall."""
    heading: NDArray[np.int64]
    """On arrival at the junction."""
    chase: NDArray[np.int16]
    """The state after a ghost's next step toward a tile; shape (states, tiles)."""


@lru_cache(maxsize=4)
def _legs(paths: Paths) -> _Legs:
    longest = paths.corridor.shape[2]
    changes = paths.corridor[:, :, 1:] != paths.corridor[:, :, :-1]
    length = np.where(paths.next >= 0, changes.sum(axis=2) + 1, 0)
    last = paths.corridor[:, :, -1]
    before = np.take_along_axis(paths.corridor, np.clip(length - 2, 0, longest - 1)[:, :, None], axis=2)[:, :, 0]
    before = np.where(length >= 2, before, np.arange(paths.count)[:, None])  # noqa: PLR2004 - a step needs two tiles
    heading = (paths.next[before] == last[:, :, None]).argmax(axis=2)
    best = np.full((paths.count * 4, paths.count), _UNKNOWN, dtype=np.int16)
    chase = np.zeros((paths.count * 4, paths.count), dtype=np.int16)
    states = np.arange(paths.count * 4)
    for exit_ in range(4):
        onward = np.repeat(paths.onward[:, exit_], 4)
        way = (onward >= 0) & (states % 4 != exit_ ^ 2)
        pixels = np.full_like(best, _UNKNOWN)
        pixels[way] = paths.hunt[onward[way]]
        chase = np.where(pixels < best, onward[:, None], chase)
        best = np.minimum(best, pixels)
    return _Legs(length, heading, chase)


def look_ahead(paths: Paths, scenes: Scenes, randoms: Sequence[Random]) -> NDArray[np.int64]:
    """Return the first direction of the best imagined way, for each scene."""
    del randoms
    ways, lengths, exists = _ways(paths, scenes)
    scores = np.where(exists, _imagine(paths, scenes, ways, lengths), -np.inf)
    found: NDArray[np.int64] = scores.argmax(axis=1) // 4 ** (LEGS - 1)
    return found


def _ways(paths: Paths, scenes: Scenes) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the tiles of every way, shape (scenes, 64, STEPS), how many there are, and which ways exist."""
    legs = _legs(paths)
    choices = np.array([(a, b, c) for a in range(4) for b in range(4) for c in range(4)])
    count = len(scenes.pac_tile)
    here = np.repeat(scenes.pac_tile[:, None], len(choices), axis=1)
    tiles = np.zeros((count, len(choices), STEPS), dtype=np.int64)
    begun = np.zeros((count, len(choices)), dtype=np.int64)
    exists = np.ones((count, len(choices)), dtype=bool)
    heading = np.full_like(here, -1)
    step = np.arange(STEPS)
    for leg in range(LEGS):
        exit_ = np.broadcast_to(choices[:, leg], here.shape)
        exists &= (paths.next[here, exit_] >= 0) & ((heading < 0) | (exit_ != heading ^ 2))
        at = np.clip(step - begun[:, :, None], 0, paths.corridor.shape[2] - 1)
        corridor = np.take_along_axis(paths.corridor[here, exit_], at, axis=2)
        tiles = np.where(step >= begun[:, :, None], corridor, tiles)
        begun += legs.length[here, exit_]
        heading = legs.heading[here, exit_]
        here = paths.junction[here, exit_].astype(np.int64)
    return tiles, begun, exists


def _imagine(paths: Paths, scenes: Scenes, ways: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what every way is worth."""
    legs = _legs(paths)
    scene = np.arange(len(ways))[:, None]
    state = np.repeat(scenes.ghost_state[:, None, :], ways.shape[1], axis=1)
    ahead = np.repeat(scenes.ghost_lead[:, None, :].astype(np.float64), ways.shape[1], axis=1)
    rest = scenes.ghost_delay[:, None, :] * np.ones_like(ahead)
    alive = np.ones(ways.shape[:2], dtype=bool)
    score = np.zeros(ways.shape[:2])
    to_first = TILE_PIXELS - np.abs(scenes.pac_past)
    moved = (to_first / TILE_PIXELS)[:, None]
    ticks = (TILE_PIXELS * CYCLE / scenes.pac_speed)[:, None]
    worth = DOT
    for step in range(ways.shape[2]):
        tile = ways[:, :, step]
        on = step < lengths  # beyond its end a way is not imagined any further
        time = ticks * moved if step == 0 else ticks
        ahead = np.where(
            (rest <= 0) & on[:, :, None], ahead - (time[:, :, None] * scenes.ghost_speed[:, None, :] / CYCLE), ahead
        )
        rest = np.where(on[:, :, None] & (rest < NEVER / 2), np.maximum(rest - time[:, :, None], 0), rest)
        for _ in range(2):
            alive &= ~on | ~((state // 4 == tile[:, :, None]) & (ahead <= TILE_PIXELS / 2) & (rest <= 0)).any(axis=2)
            onward = legs.chase[state, tile[:, :, None]]
            go = (ahead <= 0) & on[:, :, None]
            ahead = np.where(go, ahead + TILE_PIXELS, ahead)
            state = np.where(go, onward, state)
        alive &= ~on | ~((state // 4 == tile[:, :, None]) & (ahead <= TILE_PIXELS / 2) & (rest <= 0)).any(axis=2)
        score += np.where(alive & on, scenes.dots[scene, tile] * worth, 0.0)
        score += np.where(alive, 0.0, -DEATH_PUT_OFF)
        energized = scenes.energizers[scene, tile] & alive
        rest = np.where(energized[:, :, None], np.maximum(rest, IMMUNE), rest)
        worth *= LATER
    end = ways[:, :, -1]
    to_dot = np.where(scenes.dots[:, None, :], paths.walk[end], FAR).min(axis=2) / TILE_PIXELS
    nearest = np.where(rest < NEVER / 2, paths.hunt[state, end[:, :, None]], _UNKNOWN).min(axis=2)
    score += np.where(alive, LEAD * np.minimum(nearest, 150) - DISTANCE * to_dot, DEATH)
    return score
