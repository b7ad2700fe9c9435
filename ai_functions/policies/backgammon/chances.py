"""How a game may end, as five chances, and what that is worth.

Chances are five numbers of whoever is on roll: to win, to win at least a gammon, to win a backgammon, to lose at least
a gammon, to lose a backgammon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCES = ("win", "win_gammon", "win_backgammon", "lose_gammon", "lose_backgammon")
WIN, WIN_GAMMON, WIN_BACKGAMMON, LOSE_GAMMON, LOSE_BACKGAMMON = range(len(CHANCES))
_TURNED = [WIN, LOSE_GAMMON, LOSE_BACKGAMMON, WIN_GAMMON, WIN_BACKGAMMON]


def turned(chances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the chances, shape (..., 5), from the other side."""
    found = chances[..., _TURNED]
    found[..., WIN] = 1 - found[..., WIN]
    return found


def lost(points: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the chances, shape (games, 5), of whoever has just lost so many points: 1, 2 or 3."""
    found = np.zeros((len(points), len(CHANCES)), np.float32)
    found[:, LOSE_GAMMON] = points > 1
    found[:, LOSE_BACKGAMMON] = points > 2  # noqa: PLR2004 - a backgammon is worth three
    return found


def points(chances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the points a game, without a cube, that chances of shape (..., 5) are worth."""
    won = 2 * chances[..., WIN] - 1
    gammons = chances[..., WIN_GAMMON] - chances[..., LOSE_GAMMON]
    backgammons = chances[..., WIN_BACKGAMMON] - chances[..., LOSE_BACKGAMMON]
    return np.asarray(won + gammons + backgammons, np.float32)
