"""Which placements agree with the answers, each looked at alone: where every search for whole fleets begins."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_array, board_geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from games.battleship.fleet import Variant
    from games.battleship.observation import ShootObservation


@lru_cache(maxsize=8)
def reach_of(variant: Variant) -> NDArray[np.float32]:
    """Return shape (placements, cells): 1 where no other ship may lie."""
    geometry = board_geometry(variant)
    if not variant.no_touch:
        return geometry.cover
    down, right = np.abs(geometry.row[:, None] - geometry.row), np.abs(geometry.column[:, None] - geometry.column)
    near = np.maximum(down, right) <= 1
    return np.asarray(geometry.cover @ near.astype(np.float32) > 0, np.float32)


def possible_placements(observation: ShootObservation) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which placements agree with the answers, each looked at alone, and the hits that sank nothing.

    A sunk ship took the shot that sank it and hits before it; a ship afloat has a cell that was not hit.  Where
    ships keep apart, no other ship was hit beside it.
    """
    variant, geometry = observation.variant, board_geometry(observation.variant)
    history = observation.history
    water, hits, sinking = (
        board_array(board, variant).astype(np.float32) for board in (history.misses, history.hits, history.sinking)
    )
    possible = np.zeros(len(geometry.placements), np.bool_)
    gone = geometry.cover @ np.stack([water + sinking, hits], axis=1)
    for ship, name in enumerate(variant.names):
        own = slice(geometry.first[ship], geometry.first[ship + 1])
        if name in history.sunk:
            last, before = history.sunk[name]
            struck = geometry.cover[own] @ board_array(before, variant).astype(np.float32)
            possible[own] = (geometry.cover[own, last.bit_length() - 1] > 0) & (struck + 1 == geometry.length[own])
        else:
            possible[own] = (gone[own, 0] == 0) & (gone[own, 1] < geometry.length[own])
    if variant.no_touch:
        possible &= (reach_of(variant) - geometry.cover) @ (hits + sinking) == 0
    return possible, hits
