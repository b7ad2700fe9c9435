"""The luck of the dice is taken out of games: it favours nobody on average, and what is left scatters less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from ai_functions.policies.backgammon.replies import WEIGHTS
from games.backgammon.turns import OPENING
from training.games.backgammon.games_played import network_in
from training.games.backgammon.looked_ahead import DICE
from training.games.backgammon.network import Network
from training.games.backgammon.side_by_side import SIDE_BY_SIDE, chooser_of, play_games
from training.games.backgammon.without_luck import Luck

GAMES = 24
HARD = Path(ai_functions.__file__).parent / "backgammon_hard"


@pytest.fixture(scope="module")
def table() -> BearOff:
    return BearOff(HARD / TABLE)


def ended(luck: Luck, dice: np.ndarray, *, first: bool, side: int) -> np.ndarray:
    games = np.arange(len(dice))
    luck.ended.clear()
    luck.thrown(games, np.repeat(np.array([OPENING], np.int8), len(dice), axis=0), dice, first=first, side=side)
    luck.over(games)
    return np.array(luck.ended)


def test_the_luck_of_all_rolls_is_nothing_however_wrong_the_judge_is(table: BearOff) -> None:
    network = Network.fresh(4, 1)
    network.weights[2] *= 30
    luck = Luck(network, table, len(DICE))
    found = ended(luck, DICE, first=False, side=0)
    assert np.abs(found).max() > 1e-3
    np.testing.assert_allclose(WEIGHTS @ found, 0, atol=1e-6)
    np.testing.assert_allclose(ended(luck, DICE[:, ::-1], first=False, side=1), -found, atol=1e-6)
    begun = ended(luck, DICE, first=True, side=0) + ended(luck, DICE, first=True, side=1)
    np.testing.assert_allclose(begun, 0, atol=1e-6)


def test_games_scatter_less_without_luck_and_mean_the_same(table: BearOff) -> None:
    luck = Luck(network_in(HARD), table, SIDE_BY_SIDE)
    hard = chooser_of(HARD)
    won = play_games(hard, hard, GAMES, 1, luck).astype(float)
    points, wins = won - np.array(luck.ended)[:, 0], (won > 0) - np.array(luck.ended)[:, 1]
    assert points.shape == won.shape
    assert points.std() < 0.5 * won.std()
    assert wins.std() < 0.5 * (won > 0).std()
    assert abs(points.mean()) < 4 * points.std() / GAMES**0.5
    assert abs(wins.mean() - 0.5) < 4 * wins.std() / GAMES**0.5
    assert (play_games(hard, hard, GAMES, 1) == won).all(), "who takes note of luck changes nothing"
