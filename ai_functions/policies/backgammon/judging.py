"""The chances of positions: a network's, but where they are known for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import applies
from ai_functions.policies.backgammon.chances import WIN, lost
from games.backgammon.kernel import BAR, CHECKERS, HOME

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.bear_off import BearOff


def judge(
    network: Callable[[NDArray[np.int8]], NDArray[np.float32]], table: BearOff, boards: NDArray[np.int8]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the chances of whoever is on roll, shape (boards, 5), and for which boards they are known for certain.

    That is where the other side has borne everything off, and where the bear-off table tells who wins.
    """
    chances = network(boards)
    bears = applies(boards)
    if bears.any():
        chances[bears] = 0
        chances[bears, WIN] = table.wins(boards[bears])
    over = ~(boards < 0).any(axis=1)
    if over.any():
        chances[over] = lost(points_lost(boards[over]))
    return chances, bears | over


def points_lost(boards: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return what whoever is on roll has lost, 1, 2 or 3: the other side has borne everything off."""
    behind = (boards[:, BAR - HOME :] > 0).any(axis=1)
    gammon = np.maximum(boards, 0).sum(axis=1) == CHECKERS
    return np.where(gammon, np.where(behind, 3, 2), 1)
