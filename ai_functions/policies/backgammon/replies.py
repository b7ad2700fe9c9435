"""What a side can reach with each of its 21 rolls, and what it may expect there: what look-ahead, cube and luck need.

A coach that goes through a match comes to the same positions several times: as a turn's that is looked at again, before
the cube decision, as the luck of the roll.  So the last few are remembered.  Each is judged by itself, whatever else is
asked for, so that an answer does not depend on what was asked before.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.backgammon.chances import turned
from ai_functions.policies.backgammon.cube import utility
from games.backgammon.kernel import DICE
from games.backgammon.turns import positions_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.cube import Stakes
    from games.backgammon.turns import Board

ROLLS = tuple((one, two, 1 if one == two else 2) for one, two in combinations_with_replacement(range(1, DICE + 1), 2))
WEIGHTS = np.array([weight for _, _, weight in ROLLS], np.float32) / 36
KEPT = 32
"""Positions that are remembered, of some 11 KB each."""


class Replies(NamedTuple):
    """Where all rolls lead from a position."""

    chances: NDArray[np.float32]
    """After each turn, of the side that is on roll then: shape (turns of all rolls, 5)."""
    begins: NDArray[np.int64]
    """Where those of each of ROLLS begin."""

    def worths(self, stakes: Stakes, value: int) -> NDArray[np.float64]:
        """Return what each turn is worth to the side that makes it, whose stakes these are."""
        return utility(turned(self.chances), stakes, value)

    def best(self, stakes: Stakes, value: int) -> NDArray[np.float64]:
        """Return what each of ROLLS is worth to the side that throws it, played best."""
        return np.asarray(np.maximum.reduceat(self.worths(stakes, value), self.begins), np.float64)

    def mean(self, stakes: Stakes, value: int) -> NDArray[np.float32]:
        """Return the chances, shape (5,), of the side that does not throw, over all rolls, each played best."""
        worths = self.worths(stakes, value)
        ends = [*self.begins[1:], len(worths)]
        chosen = [begin + int(worths[begin:end].argmax()) for begin, end in zip(self.begins, ends, strict=True)]
        return np.asarray(WEIGHTS @ self.chances[chosen], np.float32)


class LookedAt:
    """The replies to positions, by how ``judge`` tells the chances of whoever is on roll: shape (boards, 5)."""

    def __init__(self, judge: Callable[[NDArray[np.int8]], NDArray[np.float32]]) -> None:
        self._judge = judge
        self._known: dict[Board, Replies] = {}

    def __call__(self, board: Board) -> Replies:
        """Return where the turns of whoever is on roll lead."""
        found = self._known.pop(board, None) or self._look(board)
        self._known[board] = found
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return found

    def _look(self, board: Board) -> Replies:
        places = [positions_after(board, roll[:2]) for roll in ROLLS]
        begins = np.cumsum([0, *(len(one) for one in places[:-1])])
        after = -np.array([one for several in places for one in several], np.int8)[:, ::-1]
        return Replies(self._judge(after), begins)
