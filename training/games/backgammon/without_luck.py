"""What games would have ended like if the dice had favoured nobody: the same mean, a sixth to a tenth of the games.

The luck of a roll is what it is worth, played best, less the mean over all rolls, by any judge at all: its mean is 0,
whoever plays and however wrong the judge is.  So a game's points less all luck in it have the points' own mean, and the
better the judge, the less they scatter.  Before the first turn chance also tells who begins, and what that is worth to
one side it costs the other: the mean there is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.chances import WIN, points
from ai_functions.policies.backgammon.replies import WEIGHTS
from training.games.backgammon.compiled import Expander
from training.games.backgammon.looked_ahead import DICE
from training.games.backgammon.self_play import best_turns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.bear_off import BearOff
    from training.games.backgammon.compiled import Boards
    from training.games.backgammon.network import Network

_NUMBER = {(int(one), int(two)): at for at, pair in enumerate(DICE) for one, two in (pair, pair[::-1])}


class Luck:
    """The luck in games that are played side by side, for the side that is called 0: in points, and in games won."""

    def __init__(self, network: Network, table: BearOff, games: int) -> None:
        self._network, self._table = network, table
        self._expand = Expander(games * len(DICE))
        self._sums = np.zeros((games, 2))
        self.ended: list[NDArray[np.float64]] = []
        """Of each game that is over."""

    def thrown(
        self, games: NDArray[np.int64], boards: Boards, dice: NDArray[np.int8], *, first: bool, side: int
    ) -> None:
        """Take note of what was thrown in some games by a side, which sees these boards."""
        rolls = np.tile(DICE, (len(boards), 1))
        _, chances, _ = best_turns(
            self._network, self._table, self._expand, np.repeat(boards, len(DICE), axis=0), rolls
        )
        worth = np.stack([-points(chances), 1 - chances[:, WIN]], axis=1).reshape(len(boards), len(DICE), 2)
        number = [_NUMBER[int(one), int(two)] for one, two in dice]
        mean = np.array([0, 0.5]) if first else np.einsum("r,brv->bv", WEIGHTS, worth)
        self._sums[games] += (worth[np.arange(len(boards)), number] - mean) * (1 if side == 0 else -1)

    def over(self, games: NDArray[np.int64]) -> None:
        """Take note that some games are over, and forget them."""
        self.ended += list(self._sums[games].copy())
        self._sums[games] = 0
