"""How many rolls a side needs to bear off: a table over all positions of up to fifteen checkers in the home board.

``python -m training.games.backgammon.bear_off`` makes it.  Each side plays the turn that lowers its own expected number
of rolls, whatever the other side does, as is usual for tables of one side.  Where both have at most FEW checkers left
the file has besides what it adds to play to win, by the exact solution for two sides.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.races import MOST_ROLLS as MOST_IN_RACES
from ai_functions.policies.backgammon.races import RACES, Races
from games.backgammon.kernel import BAR, CHECKERS, HOME

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TABLE = "bear_off.npz"
POSITIONS = comb(CHECKERS + HOME, HOME)
MOST_ROLLS = 32
SCALE = 65535
FEW = 6
"""Checkers of a side up to which two sides are solved."""
FEW_POSITIONS = comb(FEW + HOME, HOME)
"""They come first among all positions."""
BOTH_SCALE = 2000
_CHOOSE = np.array([[comb(total, point) for total in range(CHECKERS + HOME)] for point in range(1, HOME + 1)])


def position_index(homes: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the number (0 to POSITIONS - 1) of each home board: shape (boards, 6), checkers on the 1- to 6-point."""
    sums = np.cumsum(homes, axis=1, dtype=np.int64) + np.arange(HOME)
    return np.asarray(_CHOOSE[np.arange(HOME), sums].sum(axis=1), np.int64)


def gets_home_first(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how likely whoever is on roll needs no more rolls, from how likely each number is: shapes (..., rolls)."""
    not_before = np.cumsum(theirs[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((mine * not_before).sum(axis=-1), np.float32)


class BearOff:
    """The table in a file, read when it is first needed.  Raises OSError where there is none."""

    def __init__(self, path: Path) -> None:
        path.stat()
        self._path = path

    @cached_property
    def chances(self) -> NDArray[np.float32]:
        """Shape (POSITIONS, MOST_ROLLS): how likely it is that exactly so many rolls are needed."""
        with np.load(self._path) as stored:
            first, flat = stored["first"].astype(np.int64), stored["chances"]
            ends = np.cumsum(stored["count"].astype(np.int64))
        begins = np.concatenate(([0], ends[:-1]))
        chances = np.zeros((POSITIONS, MOST_ROLLS), np.float32)
        rows = np.repeat(np.arange(POSITIONS), ends - begins)
        columns = np.arange(len(flat)) - np.repeat(begins - first, ends - begins)
        chances[rows, columns] = flat.astype(np.float32) / SCALE
        found: NDArray[np.float32] = chances / chances.sum(axis=1, keepdims=True)
        return found

    @cached_property
    def _both(self) -> NDArray[np.int8]:
        """Shape (FEW_POSITIONS, FEW_POSITIONS): what to add, in parts of BOTH_SCALE, for who is on roll, the other."""
        with np.load(self._path) as stored:  # folders of earlier versions have nothing to add
            return np.asarray(stored.get("both", np.zeros((FEW_POSITIONS, FEW_POSITIONS), np.int8)), np.int8)

    @cached_property
    def races(self) -> Races | None:
        """What is known of checkers that are not at home; None in folders made before there was any of that."""
        beside = self._path.with_name(RACES)
        return Races(beside) if beside.exists() else None

    def wins(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return how likely whoever is on roll gets home first: for boards of which ``applies`` is true."""
        mine = position_index(boards[:, 1 : HOME + 1])
        theirs = position_index(-boards[:, BAR - 1 : BAR - 1 - HOME : -1])
        found = gets_home_first(self.chances[mine], self.chances[theirs])
        few = (mine < FEW_POSITIONS) & (theirs < FEW_POSITIONS)
        if few.any():
            found[few] += self._both[mine[few], theirs[few]] / np.float32(BOTH_SCALE)
        return found

    def race_wins(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return how likely whoever is on roll gets home first: for boards without contact.  Needs ``races``."""
        mine = self.rolls(np.maximum(boards, 0))
        theirs = self.rolls(np.maximum(-boards[:, ::-1], 0))
        return gets_home_first(mine, theirs)

    def rolls(self, sides: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return how likely each side needs exactly so many rolls, shape (sides, MOST_IN_RACES)."""
        found = np.zeros((len(sides), MOST_IN_RACES), np.float32)
        home = sides[:, HOME + 1 :].sum(axis=1) == 0
        found[home, :MOST_ROLLS] = self.chances[position_index(sides[home, 1 : HOME + 1])]
        if self.races is not None and not home.all():
            found[~home] = self.races.chances(sides[~home])
        return found


def applies(boards: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return for which boards the table tells everything: both sides are at home and have borne something off."""
    mine, theirs = np.maximum(boards, 0), np.maximum(-boards, 0)
    home = (mine[:, HOME + 1 :].sum(axis=1) == 0) & (theirs[:, : BAR - HOME].sum(axis=1) == 0)
    return np.asarray(home & (mine.sum(axis=1) < CHECKERS) & (theirs.sum(axis=1) < CHECKERS))


@lru_cache
def bear_off(folder: Path) -> BearOff:
    """Return the table in an opponent's folder."""
    return BearOff(folder / TABLE)
