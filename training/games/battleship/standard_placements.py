"""Where the placements of the standard fleet lie, and where the eight symmetries of the board put them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_geometry
from games.battleship.fleet import STANDARD

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class PlacementArrays:
    """Where the placements of the standard fleet lie; shapes (PLACEMENTS,)."""

    upright: NDArray[np.bool_]
    ship: NDArray[np.int64]
    left: NDArray[np.int64]
    top: NDArray[np.int64]
    right: NDArray[np.int64]
    bottom: NDArray[np.int64]

    @property
    def across(self) -> NDArray[np.int64]:
        """The column of an upright ship, the row of one that lies."""
        return np.where(self.upright, self.left, self.top)

    @property
    def edge(self) -> NDArray[np.bool_]:
        """Whether the whole ship lies along the edge."""
        return np.isin(self.across, (0, STANDARD.size - 1))


@lru_cache(maxsize=1)
def placement_arrays() -> PlacementArrays:
    """Return where the placements lie."""
    geometry = board_geometry(STANDARD)
    upright = np.array([placement.vertical for placement in geometry.placements])
    left = np.array([placement.cell.column for placement in geometry.placements])
    top = np.array([placement.cell.row for placement in geometry.placements])
    reach = geometry.length.astype(np.int64) - 1
    return PlacementArrays(upright, geometry.ship, left, top, left + reach * ~upright, top + reach * upright)


def symmetric(fleets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the eight ways each fleet may be turned and mirrored, shape (8 x fleets, ships): numbers of placements."""
    geometry = board_geometry(STANDARD)
    boards = geometry.cover.reshape(-1, STANDARD.size, STANDARD.size)
    number = {
        (int(ship), cover.tobytes()): index
        for index, (ship, cover) in enumerate(zip(geometry.ship, geometry.cover, strict=True))
    }
    ways = []
    for turns in range(4):
        for mirrored in (False, True):
            turned = np.rot90(boards, turns, axes=(1, 2))
            if mirrored:
                turned = turned[:, :, ::-1]
            flat = np.ascontiguousarray(turned.reshape(len(boards), -1))
            to = np.array([number[int(ship), cover.tobytes()] for ship, cover in zip(geometry.ship, flat, strict=True)])
            ways.append(to[fleets])
    return np.concatenate(ways)
