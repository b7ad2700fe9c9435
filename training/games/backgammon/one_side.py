"""What the rolls lead to where the sides have passed each other: one side's checkers are all there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.backgammon.replies import ROLLS
from training.games.backgammon.compiled import Expander

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

DICE = np.array([roll[:2] for roll in ROLLS], np.int8)
ODDS = np.array([roll[2] for roll in ROLLS]) / 36
"""Of each of ROLLS."""
AT_ONCE = 256


class Turns(NamedTuple):
    """The positions that the 21 rolls of many positions lead to, roll after roll."""

    after: Boards
    begins: NDArray[np.int64]
    """Where a roll's begin."""

    def owner(self) -> NDArray[np.int64]:
        """Return the number of the roll, counted through all positions, of each turn."""
        return np.repeat(np.arange(len(self.begins)), np.diff(self.begins, append=len(self.after)))

    def best(self, mean: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the turn of each roll after which ``mean`` is least; the first of equals."""
        owner = self.owner()
        least = np.flatnonzero(mean == np.minimum.reduceat(mean, self.begins)[owner])
        return np.asarray(least[np.unique(owner[least], return_index=True)[1]])


def turns_of(sides: Boards) -> Turns:
    """Return where all rolls lead from positions, shape (sides, 26); AT_ONCE of them take some 40 MB."""
    after, ends = Expander(AT_ONCE)(np.repeat(sides, len(DICE), axis=0), np.tile(DICE, (len(sides), 1)))
    return Turns(-after[:, ::-1], np.concatenate(([0], ends[:-1])))


def parts(sides: Boards) -> list[Boards]:
    """Return the positions by AT_ONCE."""
    return [sides[first : first + AT_ONCE] for first in range(0, len(sides), AT_ONCE)]
