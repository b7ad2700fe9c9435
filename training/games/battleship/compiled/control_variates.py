"""Control variates of a game of shots: with them a fifteenth of the games tells two shooters apart.

Before each shot its chances are known: that it hits, which ship, that it sinks one, that it finds a new one.  What
happened less what was to be expected has the mean 0 whoever shoots, and so has it times anything known before the shot.
Sums of that over a game are control variates: how many shots they are worth is learned from games by least squares, and
taken off.  Poker's programs are compared so (Burch, Schmid, Moravcik, Morrill and Bowling 2018, "AIVAT: A New Variance
Reduction Technique for Agent Evaluation in Imperfect Information Games").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.posterior import CHASING
from training.games.battleship.compiled.table import CELLS, FIRST, LENGTH, SHIPS, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.battleship.compiled.inference import Sight
    from training.games.battleship.compiled.table import Chances, Table

_SUNK = 2**SHIPS
_HUNTING, _CHASING, _NEW, _SHIP = 6, 4, 6, 5
_CHASED = _SUNK * _HUNTING
_NEWLY = _CHASED + _SUNK * _CHASING
_SHIPS = _NEWLY + _NEW
VARIATES = _SHIPS + SHIPS * _SHIP
"""How many there are: by which ships were sunk, while hunting and while chasing; and by ship."""
_RIDGE = 1e-4
"""Keeps the regression stable where a variate was hardly ever met."""


@compiled
def add_variates(table: Table, sight: Sight, met: float, cell: int, variates: Chances) -> None:
    """Add a shot at ``cell`` to ``variates``, shape (VARIATES,), before it is fired."""
    ship = table.at[cell]
    chance, room, sunk = 0.0, 0.0, 0
    for one in range(SHIPS):
        chance += sight.ship[one, cell]
        if table.sunk[one]:
            sunk += 1 << one
        else:
            room += np.log(table.room[one] + 1)
    phase = table.totals[0] / CELLS
    hits = (ship >= 0) - chance
    sinks = (ship >= 0 and table.left[ship] == 1) - sight.sinks[cell]
    finds = (ship >= 0 and table.left[ship] == LENGTH[FIRST[ship]]) - (chance - sight.met[cell])
    left = SHIPS - table.totals[2]
    if met > CHASING:
        group = variates[_CHASED + sunk * _CHASING :]
        group[0] += hits
        group[1] += hits * phase
        group[2] += sinks
        group[3] += sinks * phase
    else:
        group = variates[sunk * _HUNTING :]
        group[0] += hits
        group[1] += hits * phase
        group[2] += hits * phase * phase
        group[3] += hits * (left - met)
        group[4] += hits * chance
        group[5] += hits * room
    group = variates[_NEWLY:]
    group[0] += finds
    group[1] += finds * phase
    group[2] += finds * chance
    group[3] += finds * room
    group[4] += hits * chance * phase
    group[5] += hits * room * phase
    for one in range(SHIPS):
        group = variates[_SHIPS + one * _SHIP :]
        hits_it = (ship == one) - sight.ship[one, cell]
        group[0] += hits_it
        group[1] += hits_it * phase
        group[2] += hits_it * left
        group[3] += hits_it * chance
        group[4] += hits_it * phase * phase


def broad(variates: Chances) -> Chances:
    """Return ``variates``, shape (VARIATES,), added up over which ships were sunk: a few dozen numbers."""
    hunting = variates[:_CHASED].reshape(_SUNK, _HUNTING).sum(axis=0)
    chasing = variates[_CHASED:_NEWLY].reshape(_SUNK, _CHASING).sum(axis=0)
    return np.concatenate([hunting, chasing, variates[_NEWLY:]])


class VariateRegression:
    """How many shots one more of each variate is worth, by least squares over the games learned from."""

    def __init__(self) -> None:
        self._squares = np.zeros((VARIATES, VARIATES))
        self._shots = np.zeros(VARIATES)

    def learn(self, variates: NDArray[np.float64], needed: NDArray[np.float64]) -> None:
        """Learn from games of one player: shapes (games, VARIATES) and (games,)."""
        centred = variates - variates.mean(axis=0)
        self._squares += centred.T @ centred
        self._shots += centred.T @ (needed - needed.mean())

    def worth(self) -> NDArray[np.float64]:
        """Return shape (VARIATES,): shots for one more of each."""
        scale = np.sqrt(np.diagonal(self._squares))
        scale = np.where(scale > 0, scale, 1)
        ridge = _RIDGE * np.eye(VARIATES)
        return np.asarray(np.linalg.solve(self._squares / np.outer(scale, scale) + ridge, self._shots / scale) / scale)
