"""How many rolls a side needs to bear off once the sides have passed each other: the odds of each number, by a network.

``python -m training.games.backgammon.races FOLDER...`` makes it.  Where all checkers are at home the bear-off table
knows those odds.  As in the table, each side plays the turn that lowers its own expected number of rolls, whatever the
other side does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from games.backgammon.kernel import BAR, CHECKERS, HOME, POINTS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RACES = "race_rolls.npz"
PARTS = ("inner", "inner_bias", "outer", "outer_bias")
MOST_ROLLS = 48
COLUMNS = 3 * POINTS + 3 * HOME + CHECKERS + 3
PIPS_A_ROLL = 49 / 6
WASTED, SHARE, REST = 0.9, 0.15, 0.4
"""What the network starts from: rolls more than the pips take, and the variance, as a share of the rolls and a rest."""
_PLACES = np.arange(BAR + 1)
_NUMBERS = np.arange(MOST_ROLLS)


def race_rows(sides: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return what the network is told of one side's checkers, shape (sides, COLUMNS): by place, from its own home.

    How many are left tells how many rolls are needed at least, and whether an odd one costs a roll.
    """
    counts = sides[:, 1:BAR]
    home, left = counts[:, :HOME], counts.sum(axis=1)
    away = counts[:, HOME:].astype(np.float32)
    told = (
        counts / 4,
        counts > 0,
        counts > 1,
        *(home > some for some in (2, 3, 4)),
        left[:, None] == np.arange(1, CHECKERS + 1),
        (sides @ _PLACES)[:, None] / 60,
        away.sum(axis=1, keepdims=True) / 5,
        away @ np.arange(1, POINTS - HOME + 1, dtype=np.float32)[:, None] / 30,
    )
    return np.concatenate(told, axis=1, dtype=np.float32)


def first_guess(sides: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the logarithms that the network adds to, shape (sides, MOST_ROLLS): a normal distribution by the pips."""
    rolls = (sides @ _PLACES) / PIPS_A_ROLL + WASTED
    return np.asarray(-((_NUMBERS - rolls[:, None]) ** 2) / (2 * (SHARE * rolls[:, None] + REST)), np.float32)


def odds(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of each row."""
    found = np.exp(logits - logits.max(axis=1, keepdims=True))
    found /= found.sum(axis=1, keepdims=True)
    return np.asarray(found, np.float32)


class Races:
    """The network in a file.  Raises OSError where there is none."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._weights = [stored[name].astype(np.float32) for name in PARTS]

    def chances(self, sides: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return how likely exactly so many rolls are needed, shape (sides, MOST_ROLLS)."""
        inner, inner_bias, outer, outer_bias = self._weights
        hidden = np.maximum(race_rows(sides) @ inner + inner_bias, 0)
        return odds(hidden @ outer + outer_bias + first_guess(sides))
