"""What chance gave to a game of shots, so that what skill gave can be told from a fifteenth of the games.

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
LUCKS = _SHIPS + SHIPS * _SHIP
"""Numbers that say what chance gave: by which ships were sunk, while hunting and while chasing; and by ship."""
_RIDGE = 1e-4
"""Keeps kinds of luck that hardly ever met apart from those like them."""


@compiled
def add_luck(table: Table, sight: Sight, met: float, cell: int, luck: Chances) -> None:
    """Add to ``luck``, shape (LUCKS,), what chance is about to give to a shot at ``cell``."""
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
        told = luck[_CHASED + sunk * _CHASING :]
        told[0] += hits
        told[1] += hits * phase
        told[2] += sinks
        told[3] += sinks * phase
    else:
        told = luck[sunk * _HUNTING :]
        told[0] += hits
        told[1] += hits * phase
        told[2] += hits * phase * phase
        told[3] += hits * (left - met)
        told[4] += hits * chance
        told[5] += hits * room
    told = luck[_NEWLY:]
    told[0] += finds
    told[1] += finds * phase
    told[2] += finds * chance
    told[3] += finds * room
    told[4] += hits * chance * phase
    told[5] += hits * room * phase
    for one in range(SHIPS):
        told = luck[_SHIPS + one * _SHIP :]
        hits_it = (ship == one) - sight.ship[one, cell]
        told[0] += hits_it
        told[1] += hits_it * phase
        told[2] += hits_it * left
        told[3] += hits_it * chance
        told[4] += hits_it * phase * phase


def broad(luck: Chances) -> Chances:
    """Return the kinds of ``luck``, shape (LUCKS,), added up over which ships were sunk: a few dozen numbers."""
    hunting = luck[:_CHASED].reshape(_SUNK, _HUNTING).sum(axis=0)
    chasing = luck[_CHASED:_NEWLY].reshape(_SUNK, _CHASING).sum(axis=0)
    return np.concatenate([hunting, chasing, luck[_NEWLY:]])


class Luck:
    """How many shots each kind of luck saves, learned from more and more games."""

    def __init__(self) -> None:
        self._squares = np.zeros((LUCKS, LUCKS))
        self._shots = np.zeros(LUCKS)

    def learn(self, luck: NDArray[np.float64], needed: NDArray[np.float64]) -> None:
        """Learn from games of one player: shapes (games, LUCKS) and (games,)."""
        centred = luck - luck.mean(axis=0)
        self._squares += centred.T @ centred
        self._shots += centred.T @ (needed - needed.mean())

    def worth(self) -> NDArray[np.float64]:
        """Return shape (LUCKS,): shots for one more of each."""
        scale = np.sqrt(np.diagonal(self._squares))
        scale = np.where(scale > 0, scale, 1)
        ridge = _RIDGE * np.eye(LUCKS)
        return np.asarray(np.linalg.solve(self._squares / np.outer(scale, scale) + ridge, self._shots / scale) / scale)
