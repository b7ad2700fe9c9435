"""How many rolls a side needs to bear off once the sides have passed each other: mean and variance, by a small network.

``python -m training.games.backgammon.races FOLDER...`` makes it.  Where all checkers are at home the bear-off table
knows the chances of every number of rolls; elsewhere they are taken to be those of a normal distribution.  As in the
table, each side plays the turn that lowers its own expected number of rolls, whatever the other side does.
"""

from __future__ import annotations

from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from games.backgammon.kernel import BAR, CHECKERS, HOME, POINTS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RACES = "races.npz"
MOST_ROLLS = 48
OCCUPIED = 18
"""Points of which the network is told whether anybody stands there."""
COLUMNS = POINTS + OCCUPIED + 3
PIPS_A_ROLL = 49 / 6
LEAST_VARIANCE = 0.05
_PLACES = np.arange(BAR + 1)
_GRID = np.linspace(-8, 8, 1601)
_NORMAL = np.array([0.5 + 0.5 * erf(one / sqrt(2)) for one in _GRID])


def race_rows(sides: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return what the network is told of one side's checkers, shape (sides, 26): by place, from its own home."""
    counts = sides[:, 1:BAR].astype(np.float32)
    rows = np.empty((len(sides), COLUMNS), np.float32)
    rows[:, :POINTS] = counts / 4
    rows[:, POINTS : POINTS + OCCUPIED] = counts[:, :OCCUPIED] > 0
    rows[:, -3] = (sides @ _PLACES) / 60
    rows[:, -2] = counts.sum(axis=1) / CHECKERS
    rows[:, -1] = counts[:, HOME:].sum(axis=1) / 5
    return rows


def pip_rolls(sides: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the rolls that the pips alone take: what the network adds to."""
    return np.asarray((sides @ _PLACES) / PIPS_A_ROLL, np.float64)


class Races:
    """The network in a file.  Raises OSError where there is none."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._weights = [stored[name].astype(np.float32) for name in ("inner", "inner_bias", "outer", "outer_bias")]

    def rolls(self, sides: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and variance of the number of rolls."""
        inner, inner_bias, outer, outer_bias = self._weights
        told = np.maximum(race_rows(sides) @ inner + inner_bias, 0) @ outer + outer_bias
        return pip_rolls(sides) + told[:, 0], np.maximum(told[:, 1], LEAST_VARIANCE).astype(np.float64)

    def chances(self, sides: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return how likely exactly so many rolls are needed, shape (sides, MOST_ROLLS)."""
        mean, variance = self.rolls(sides)
        spread = np.sqrt(np.maximum(variance - 1 / 12, LEAST_VARIANCE / 2))  # whole numbers scatter by so much more
        ends = (np.arange(MOST_ROLLS + 1) - 0.5 - mean[:, None]) / spread[:, None]
        below = np.interp(ends, _GRID, _NORMAL)
        found = np.diff(below, axis=1)
        return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)
