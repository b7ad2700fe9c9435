"""The odds of how many rolls a side needs, counted through everything that its rolls lead to.

Nothing is sampled: from a position all 21 rolls are followed, each to the turn after which the mean is least, until all
checkers are at home and the bear-off table says the rest.  Only which turn is least is asked of the races' network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import MOST_ROLLS as MOST_AT_HOME
from ai_functions.policies.backgammon.bear_off import gets_home_first
from ai_functions.policies.backgammon.races import MOST_ROLLS
from games.backgammon.kernel import HOME
from training.games.backgammon.one_side import ODDS, parts, turns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

    Rolls = Callable[[Boards], NDArray[np.float32]]
    """How likely exactly so many rolls are needed, shape (sides, MOST_ROLLS), whoever says so."""

LEAST = 1e-7
"""Positions that are come to more seldom are left out, which all together are less than a thousandth."""


def rolls_counted(side: NDArray[np.int8], rolls: Rolls) -> NDArray[np.float64]:
    """Return how likely exactly so many rolls are needed from one position, shape (MOST_ROLLS,)."""
    found = np.zeros(MOST_ROLLS)
    sides, odds = side[None], np.ones(1)
    for rolled in range(MOST_ROLLS - MOST_AT_HOME):
        home = ~sides[:, HOME + 1 :].any(axis=1)
        if home.any():
            found[rolled : rolled + MOST_AT_HOME] += odds[home] @ rolls(sides[home])[:, :MOST_AT_HOME]
        likely = ~home & (odds > LEAST)
        if not likely.any():
            break
        sides, odds = _after_a_roll(sides[likely], odds[likely], rolls)
    return np.asarray(found / found.sum(), np.float64)


def wins_counted(board: NDArray[np.int8], rolls: Rolls) -> float:
    """Return how likely whoever is on roll gets home first, from a board without contact."""
    mine, theirs = np.maximum(board, 0), np.maximum(-board[::-1], 0)
    both = [rolls_counted(side, rolls).astype(np.float32) for side in (mine, theirs)]
    return float(gets_home_first(*both))


def _after_a_roll(sides: Boards, odds: NDArray[np.float64], rolls: Rolls) -> tuple[Boards, NDArray[np.float64]]:
    """Return the positions after one roll more, each once, and how likely each is."""
    reached = []
    for part in parts(sides):
        turns = turns_of(part)
        reached.append(turns.after[turns.best(rolls(turns.after) @ np.arange(MOST_ROLLS, dtype=np.float32))])
    keys = np.concatenate(reached).view(f"V{sides.shape[1]}").ravel()
    each, number = np.unique(keys, return_inverse=True)
    summed = np.bincount(number, np.outer(odds, ODDS).ravel())
    return np.asarray(each.view(np.int8).reshape(-1, sides.shape[1])), np.asarray(summed, np.float64)
