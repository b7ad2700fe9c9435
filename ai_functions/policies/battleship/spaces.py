"""Battleship as arrays: planes of the board; a cell is shot at, and a fleet is laid ship by ship.

Choices of a board of n x n: 0 to n² - 1 shoot at a cell, row by row; n² + cell lays the next ship of the fleet with its
leftmost cell there, 2 n² + cell with its topmost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from games.battleship.fleet import (
    Cell,
    Placement,
    ShipPlacement,
    Variant,
    placement_board,
    reserved,
    ship_placements,
)
from games.battleship.notation import CALLED, HIT, MISS, SUNK, Shot
from games.battleship.observation import PlaceObservation
from games.core import ObservationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Chosen
    from games.battleship.observation import Observation
    from games.core import Json

PLANES = (MISS, HIT, SUNK, CALLED, "last shot", "laid", "shooting", "length of the next ship")
"""Then one for each ship of the fleet: 1 everywhere while the enemy's floats."""


class BoardSpace:
    """See ``ai_functions.policies.spaces.Space``.  Observations have the shape (planes, rows, columns)."""

    low, high = 0.0, 1.0

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self._cells = variant.size**2
        self.actions = 3 * self._cells
        self.shape = (len(PLANES) + len(variant.fleet), variant.size, variant.size)

    def encode(self, observation: Observation, chosen: Chosen) -> NDArray[np.float32]:
        """Return the planes.  Raises ObservationError for another variant than the space's."""
        if observation.variant != self.variant:
            raise ObservationError("variant", f"the board is not that of {self.variant.to_json() or 'the usual game'}")
        found = np.zeros(self.shape, np.float32)
        if isinstance(observation, PlaceObservation):
            ships = self._ships(chosen)
            for cell in self.variant.cells(Placement(ships).board(self.variant)):
                found[PLANES.index("laid"), cell.row, cell.column] = 1
            if len(ships) < len(self.variant.fleet):
                found[PLANES.index("length of the next ship")] = self.variant.fleet[len(ships)][1] / self.variant.size
            found[len(PLANES) :] = 1
            return found
        for report in observation.shots:
            found[PLANES.index(report.result), report.cell.row, report.cell.column] = 1
        if observation.shots:
            last = observation.shots[-1].cell
            found[PLANES.index("last shot"), last.row, last.column] = 1
        found[PLANES.index("shooting")] = 1
        for number, name in enumerate(self.variant.names):
            found[len(PLANES) + number] = name in observation.afloat
        return found

    def mask(self, observation: Observation, chosen: Chosen) -> NDArray[np.int8]:
        """Return 1 for cells not shot at, or for where the next ship may lie so that all others find room."""
        found = np.zeros(self.actions, np.int8)
        if isinstance(observation, PlaceObservation):
            for ship in self._room(self._ships(chosen)):
                found[self._number(ship)] = 1
            return found
        found[: self._cells] = 1
        for report in observation.shots:
            found[report.cell.row * self.variant.size + report.cell.column] = 0
        return found

    def action(self, observation: Observation, chosen: Chosen) -> Any | None:
        """Return the shot, or the fleet once it is whole."""
        if isinstance(observation, PlaceObservation):
            ships = self._ships(chosen)
            return Placement(ships) if len(ships) == len(self.variant.fleet) else None
        return Shot(self._cell(chosen[0])) if chosen else None

    def _cell(self, number: int) -> Cell:
        row, column = divmod(number % self._cells, self.variant.size)
        return Cell(column, row)

    def _number(self, ship: ShipPlacement) -> int:
        return self._cells * (1 + ship.vertical) + ship.cell.row * self.variant.size + ship.cell.column

    def _ships(self, chosen: Chosen) -> tuple[ShipPlacement, ...]:
        return tuple(
            ShipPlacement(name, self._cell(choice), vertical=choice >= 2 * self._cells)
            for name, choice in zip(self.variant.names, chosen, strict=False)
        )

    def _room(self, ships: tuple[ShipPlacement, ...]) -> Iterator[ShipPlacement]:
        """Yield where the next ship may lie.

        The others must find room when they are packed greedily, as the whole fleet does (``Variant.from_json``): so
        there is always a place, and only on boards that are nearly full some fleets cannot be laid.
        """
        taken = 0
        for ship in ships:
            taken |= reserved(self.variant, placement_board(self.variant, ship))
        name, *others = self.variant.names[len(ships) :]
        for ship in ship_placements(self.variant, name):
            board = placement_board(self.variant, ship)
            if not board & taken and self._fit(others, taken | reserved(self.variant, board)):
                yield ship

    def _fit(self, names: list[str], taken: int) -> bool:
        for name in sorted(names, key=self.variant.length, reverse=True):
            for ship in ship_placements(self.variant, name):
                board = placement_board(self.variant, ship)
                if not board & taken:
                    taken |= reserved(self.variant, board)
                    break
            else:
                return False
        return True


def space(options: Mapping[str, Json]) -> BoardSpace:
    """Return the space of the variant that ``options`` mean.  Raises GameError."""
    return BoardSpace(Variant.from_json(options))
