"""Which placements agree with the answers, each looked at alone: where every search for whole fleets begins."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_geometry
from games.battleship.notation import HIT, MISS, SUNK

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

    A sunk ship took the shot that sank it and hits heard before it; a ship afloat has a cell that was not hit.  Where
    ships keep apart, no other ship was hit beside it.
    """
    variant, geometry = observation.variant, board_geometry(observation.variant)
    size = variant.size
    water, hits, sinking = (np.zeros(size**2, np.float32) for _ in range(3))
    possible = np.zeros(len(geometry.placements), np.bool_)
    for report in observation.shots:
        cell = report.cell.row * size + report.cell.column
        if report.result == MISS:
            water[cell] = 1
        elif report.result == HIT:
            hits[cell] = 1
        elif report.result == SUNK:
            sinking[cell] = 1
            ship = variant.names.index(str(report.ship))
            own = slice(geometry.first[ship], geometry.first[ship + 1])
            struck = geometry.cover[own] @ hits
            possible[own] = (geometry.cover[own, cell] > 0) & (struck + 1 == geometry.length[own])
    gone = geometry.cover @ np.stack([water + sinking, hits], axis=1)
    for ship, name in enumerate(variant.names):
        if name in observation.afloat:
            own = slice(geometry.first[ship], geometry.first[ship + 1])
            possible[own] = (gone[own, 0] == 0) & (gone[own, 1] < geometry.length[own])
    if variant.no_touch:
        possible &= (reach_of(variant) - geometry.cover) @ (hits + sinking) == 0
    return possible, hits
