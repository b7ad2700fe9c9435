"""Who wins when both sides bear off their last checkers and play to win, solved exactly.

The table of one side's rolls takes both to lower their expected number of rolls.  Whoever is behind does better by
turns that may, with a double, need fewer: with few checkers left that changes chances by a hundredth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import FEW_POSITIONS, position_index
from games.backgammon.kernel import CELLS, HOME
from training.games.backgammon.compiled import jit
from training.games.backgammon.one_side import ODDS, parts, turns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _fill(order: NDArray[np.int64], after: NDArray[np.int64], begins: NDArray[np.int64], odds: NDArray[np.float64],
          wins: NDArray[np.float64]) -> None:  # fmt: skip
    """Fill in ``wins``: a turn leads to a position earlier in ``order``, so what a pair depends on is there already."""
    rolls = len(odds)
    for last in range(1, len(order)):
        for number in range(2 * last):
            one, two = order[last], order[number // 2 + 1]
            mine, theirs = (one, two) if number % 2 else (two, one)
            chance = 0.0
            for roll in range(rolls):
                best = 0.0
                for turn in range(begins[mine * rolls + roll], begins[mine * rolls + roll + 1]):
                    best = max(best, 1.0 - wins[theirs, after[turn]])
                chance += odds[roll] * best
            wins[mine, theirs] = chance


def solve_both(homes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return how likely who is on roll wins, shape (positions, positions): of whoever is on roll, and of the other.

    ``homes`` are home boards, shape (positions, 6), each in the place that ``position_index`` gives it.  Position 0 has
    no checkers: who is on roll against it has lost, and nobody is on roll with it.
    """
    sides = np.zeros((FEW_POSITIONS, CELLS), np.int8)
    sides[:, 1 : HOME + 1] = homes[:FEW_POSITIONS]
    turns = [turns_of(part) for part in parts(sides)]
    after = np.concatenate([position_index(one.after[:, 1 : HOME + 1]) for one in turns])
    counts = np.concatenate([np.diff(one.begins, append=len(one.after)) for one in turns])
    begins = np.concatenate(([0], np.cumsum(counts)))
    order = np.argsort(sides @ np.arange(CELLS), kind="stable")
    wins = np.zeros((FEW_POSITIONS, FEW_POSITIONS))
    jit(_fill)(order, after, begins, ODDS, wins)
    return wins
