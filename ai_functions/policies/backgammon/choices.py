"""What a person looks at when choosing a turn: the position it leads to, in words that players use, as numbers.

A row is a turn, seen by its mover.  Opponents that play as people of their strength learn which turns people take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.features import COLUMNS as ALL
from ai_functions.policies.backgammon.features import EXTRA, SIDE, features
from games.backgammon.kernel import BAR, HOME, POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OTHER, _MOVER = 0, SIDE
"""Where the columns of either side begin: the other side is on roll after the turn."""
_EXTRA = POINTS * 4 + 2
_SIDES = {
    "mover": (_MOVER, ("hits", "rear_escapes", "prime_of_4", "prime_of_5", "prime_of_6", "points_in_six", "home_points",
                       "anchor", "pips", "piles", "rear")),
    "other": (_OTHER, ("hits", "hit_pips", "rear_escapes", "mean_escapes")),
}  # fmt: skip
_TAKEN = [begin + _EXTRA + EXTRA.index(name) for begin, names in _SIDES.values() for name in names]
_TAKEN += [_OTHER + POINTS * 4, _MOVER + POINTS * 4 + 1, ALL - 2]
CONTACT = (
    *(f"{side}.{name}" for side, (_, names) in _SIDES.items() for name in names),
    "on_bar", "off", "contact", "blots", "blots_at_home", "back", "made[24]",
)  # fmt: skip
FEATURES = (*CONTACT, "race.home", "race.off", "race.wasted")
"""The model's columns, in order: in a race only the last three are filled."""
RACE = 3
COLUMNS = len(CONTACT) - 1 + POINTS + RACE


def choice_rows(after: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return shape (turns, COLUMNS) for the boards, shape (turns, 26), that turns lead to, seen by the mover."""
    seen = features(-after[:, ::-1])
    own = np.maximum(after, 0)
    rows = np.zeros((len(after), COLUMNS), np.float32)
    taken = len(_TAKEN)
    rows[:, :taken] = seen[:, _TAKEN]
    rows[:, taken] = (own[:, 1:BAR] == 1).sum(axis=1)
    rows[:, taken + 1] = (own[:, 1 : HOME + 1] == 1).sum(axis=1)
    rows[:, taken + 2] = own[:, BAR - HOME :].sum(axis=1)
    rows[:, taken + 3 : taken + 3 + POINTS] = own[:, 1:BAR] > 1
    race = seen[:, ALL - 2] == 0
    if race.any():
        rows[race] = 0
        rows[race, COLUMNS - 3] = own[race, HOME + 1 :].astype(np.float32) @ np.arange(1, BAR - HOME + 1) / 10
        rows[race, COLUMNS - 2] = 15 - own[race].sum(axis=1)
        rows[race, COLUMNS - 1] = own[race, 1:3].sum(axis=1)
    return rows
