"""Textbook players of Battleship, as ``(observation, random) -> action``, in ``LADDER``, weakest first.

The stronger levels learn from them (``people`` has whom the weaker ones learn from), and levels are compared with
them.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import CELL_FEATURES, board_geometry, cell_rows, settle, tried_cells
from ai_functions.policies.battleship.inference import infer
from games.battleship.fleet import Cell, random_placement
from games.battleship.observation import PlaceObservation
from games.battleship.rules import Shot

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from games.battleship.fleet import ShipPlacement, Variant
    from games.battleship.observation import Observation, ShootObservation
    from games.battleship.rules import Action
    from games.core import Opponent

BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))


def untried_cells(observation: ShootObservation) -> list[Cell]:
    """Return the cells not shot at."""
    tried = {report.cell for report in observation.shots}
    reach = range(observation.variant.size)
    return [cell for row, column in product(reach, reach) if (cell := Cell(column, row)) not in tried]


def _placing(shoot: Callable[[ShootObservation, Random], Cell]) -> Opponent:
    """Make a player of a way to shoot: the fleet is placed uniformly at random."""

    def play(observation: Observation, random: Random) -> Action:
        if isinstance(observation, PlaceObservation):
            return random_placement(observation.variant, random)
        return Shot(shoot(observation, random))

    return play


def _anywhere(observation: ShootObservation, random: Random) -> Cell:
    return random.choice(untried_cells(observation))


def beside_hits(observation: ShootObservation) -> list[Cell]:
    """Return untried cells beside open hits, those in line with two of them alone where there are any."""
    open_hits, _ = settle(observation.variant, observation.shots)
    free = set(untried_cells(observation))
    lines, neighbours = [], []
    for hit, (right, down) in product(sorted(open_hits), BESIDE):
        cell = Cell(hit.column + right, hit.row + down)
        if cell in free:
            neighbours.append(cell)
            if Cell(hit.column - right, hit.row - down) in open_hits:
                lines.append(cell)
    return lines or neighbours


def _hunt_and_target(observation: ShootObservation, random: Random) -> Cell:
    return random.choice(beside_hits(observation) or untried_cells(observation))


def _parity(observation: ShootObservation, random: Random) -> Cell:
    free = untried_cells(observation)
    even = [cell for cell in free if (cell.column + cell.row) % 2 == 0]
    return random.choice(beside_hits(observation) or even or free)


_DENSITY = CELL_FEATURES.index("density")


def _density(observation: ShootObservation, random: Random) -> Cell:
    """Shoot where most placements fit, ten times as many for each open hit; the published density player."""
    rows = cell_rows(observation)
    score = rows[:, _DENSITY] + rows[:, _DENSITY + len(CELL_FEATURES)]
    score[tried_cells(observation)] = -1
    best = np.flatnonzero(score == score.max())
    row, column = divmod(int(random.choice(best.tolist())), observation.variant.size)
    return Cell(column, row)


_FEWEST_PAIRS = 0
_AS_LIKELY = 1e-6


def _posterior(observation: ShootObservation, random: Random) -> Cell:
    """Shoot where most of the whole fleets that agree with the answers have a ship."""
    chance = infer(observation, pairs=_FEWEST_PAIRS).placement @ board_geometry(observation.variant).cover
    chance[tried_cells(observation)] = -1
    best = np.flatnonzero(chance >= chance.max() - _AS_LIKELY)
    row, column = divmod(int(random.choice(best.tolist())), observation.variant.size)
    return Cell(column, row)


LADDER: dict[str, Opponent] = {
    "random": _placing(_anywhere),
    "hunt": _placing(_hunt_and_target),
    "parity": _placing(_parity),
    "density": _placing(_density),
    "posterior": _placing(_posterior),
}


def neighbours(cell: Cell) -> list[Cell]:
    """Return the four cells beside one, off the board too."""
    return [Cell(cell.column + right, cell.row + down) for right, down in BESIDE]


def cells_of(variant: Variant, placement: ShipPlacement) -> set[Cell]:
    """Return the cells of a placement."""
    right, down = (0, 1) if placement.vertical else (1, 0)
    reach = range(variant.length(placement.ship))
    return {Cell(placement.cell.column + step * right, placement.cell.row + step * down) for step in reach}
