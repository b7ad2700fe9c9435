"""The chances of positions: a network's, but where they are known for certain, or better by counting rolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import applies
from ai_functions.policies.backgammon.chances import LOSE_GAMMON, WIN, WIN_GAMMON, lost
from ai_functions.policies.backgammon.features import no_contact
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
    if (races := no_contact(boards)).any() and table.races is not None:
        chances[races] = _raced(chances[races], table.race_wins(boards[races]))
    bears = applies(boards)
    if bears.any():
        chances[bears] = 0
        chances[bears, WIN] = table.wins(boards[bears])
    over = ~(boards < 0).any(axis=1)
    if over.any():
        chances[over] = lost(points_lost(boards[over]))
    return chances, bears | over


def _raced(chances: NDArray[np.float32], wins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the network's chances of gammons with known chances to win: no gammon is won oftener than the game."""
    found = chances.copy()
    found[:, WIN] = wins
    found[:, WIN_GAMMON] = np.minimum(found[:, WIN_GAMMON], wins)
    found[:, LOSE_GAMMON] = np.minimum(found[:, LOSE_GAMMON], 1 - wins)
    return found


def points_lost(boards: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return what whoever is on roll has lost, 1, 2 or 3: the other side has borne everything off."""
    behind = (boards[:, BAR - HOME :] > 0).any(axis=1)
    gammon = np.maximum(boards, 0).sum(axis=1) == CHECKERS
    return np.where(gammon, np.where(behind, 3, 2), 1)
