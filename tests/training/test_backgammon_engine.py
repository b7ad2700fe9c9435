"""Backgammon's compiled engine plays the rules' own source, and what is written twice is equal."""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np
import pytest

from ai_functions.policies.backgammon.bear_off import BOTH_SCALE, MOST_ROLLS, BearOff, applies, position_index
from ai_functions.policies.backgammon.chances import points, turned
from ai_functions.policies.backgammon.features import COLUMNS, FEATURES, features, no_contact
from ai_functions.policies.backgammon.replies import ROLLS
from ai_functions.runtime.model import width
from games.backgammon import rules
from games.backgammon.kernel import BAR, CELLS
from games.backgammon.turns import OPENING, flipped, legal_turns, positions_after
from training.games.backgammon.bear_off import make
from training.games.backgammon.compiled import Expander, random_games
from training.games.backgammon.fast_features import fast_features
from training.games.backgammon.self_play import returns


def positions(seed: int, count: int) -> list[tuple[tuple[int, ...], tuple[int, int]]]:
    """Return positions and rolls of random games: openings, bars, bear-offs."""
    found = []
    while len(found) < count:
        random = Random(seed + len(found))
        state = rules.start({}, random)
        while not rules.outcome(state):
            view = state.view
            assert view.dice is not None
            found.append((view.board, view.dice))
            state, _ = rules.step(state, {state.turn: rules.sample_action(view, random)})
    return found[:count]


PLAYED = positions(1, 600)
BOARDS = np.array([board for board, _ in PLAYED], np.int8)


def test_the_compiled_engine_leads_where_the_rules_lead() -> None:
    dice = np.array([dice for _, dice in PLAYED], np.int8)
    after, ends = Expander(8)(BOARDS, dice)
    begin = 0
    for (board, roll), end in zip(PLAYED, ends, strict=True):
        found = [flipped(tuple(one)) for one in after[begin:end].tolist()]
        assert found == [one for _, one in legal_turns(board, roll)] == positions_after(board, roll)
        begin = end


def test_the_engine_takes_its_rolls_as_input() -> None:
    draws = np.random.default_rng(1)
    rolls, choices = draws.integers(1, 7, (30_000, 2), np.int8), draws.random(30_000)
    lengths = [np.zeros(1_000, np.int64) for _ in range(3)]
    opening = np.array(OPENING, np.int8)
    games = [random_games(opening, rolls, choices, length) for length in lengths[:2]]
    assert games[0] == games[1] > 200
    assert (lengths[0] == lengths[1]).all()
    random_games(opening, rolls[::-1].copy(), choices, lengths[2])
    assert (lengths[0] != lengths[2]).any()
    assert 80 < lengths[0][: games[0]].mean() < 110


def test_features_are_the_same_where_they_are_compiled() -> None:
    plain, fast = features(BOARDS), fast_features(BOARDS)
    assert plain.shape == (len(BOARDS), COLUMNS)
    assert width(FEATURES) == COLUMNS
    np.testing.assert_allclose(plain, fast, rtol=0, atol=1e-5)
    assert (plain.max(axis=0) > plain.min(axis=0)).mean() > 0.8  # one that never moves tells nothing


def test_features_tell_shots_and_contact() -> None:
    board = np.zeros((2, CELLS), np.int8)
    board[0, 8], board[0, 2] = 2, -1  # six away, nothing in between: 11 rolls and 5-1, 4-2, 3-3, 2-2: 17 of 36
    board[1, 2], board[1, 8] = 2, -1  # they have passed each other
    columns = dict(zip([name for name in FEATURES if "[" not in name], range(100), strict=False))
    assert "own.hits" in columns
    hits = features(board)[:, FEATURES.index("own.hits") - 1 + 96]
    assert hits[0] == pytest.approx(17 / 36)
    assert hits[1] == 0
    assert list(no_contact(board)) == [False, True]
    assert list(features(board)[:, -2]) == [1, 0]


def test_chances_turn_round_and_back() -> None:
    chances = np.array([[0.7, 0.3, 0.1, 0.05, 0.01]], np.float32)
    np.testing.assert_allclose(turned(turned(chances)), chances, atol=1e-7)
    assert points(turned(chances)) == pytest.approx(-points(chances), abs=1e-6)


def test_returns_mix_what_was_thought_and_what_came() -> None:
    thought = np.array([[0.6, 0.2, 0, 0.1, 0], [0.5, 0.1, 0, 0.2, 0]], np.float32)
    end = np.array([0, 0, 0, 1, 0], np.float32)  # whoever would be on roll lost a gammon: the last mover won one
    told = returns(thought, end, 0.5)
    np.testing.assert_allclose(told[1], [1, 1, 0, 0, 0])
    np.testing.assert_allclose(told[0], turned(0.5 * told[1] + 0.5 * thought[1]), atol=1e-6)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> BearOff:
    folder = tmp_path_factory.mktemp("table")
    make([folder])
    return BearOff(folder / "bear_off.npz")


def homes(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int8)


def test_the_bear_off_table_is_right_where_one_can_count(table: BearOff) -> None:
    rolls = table.chances[
        position_index(homes([1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 0], [3] + [0] * 5))
    ]
    np.testing.assert_allclose(rolls[0, :2], [0, 1], atol=1e-4)
    np.testing.assert_allclose(rolls[1, :3], [0, 27 / 36, 9 / 36], atol=1e-4)  # misses: all but a 6 of the sums below 6
    np.testing.assert_allclose(rolls[2, :2], [0, 1], atol=1e-4)
    np.testing.assert_allclose(rolls[3, :3], [0, 6 / 36, 30 / 36], atol=1e-4)  # only a double takes three


def test_the_bear_off_table_compares_both_sides(table: BearOff) -> None:
    board = np.zeros((2, CELLS), np.int8)
    board[:, 6] = 1
    board[0, BAR - 1] = -1
    board[1, BAR - 1] = -2
    assert applies(board).all()
    np.testing.assert_allclose(table.wins(board), [0.75, 0.75], atol=1e-4)
    board[0, 7] = 1  # not at home
    assert list(applies(board)) == [False, True]


def test_with_few_checkers_both_sides_play_to_win(table: BearOff) -> None:
    """The table against the rules themselves: every turn of every roll, each side taking what wins most."""

    @cache
    def wins(board: tuple[int, ...]) -> float:
        chance = 0.0
        for one, two, weight in ROLLS:
            after = [flipped(turn[1]) for turn in legal_turns(board, (one, two))]
            chance += weight * max((1 - wins(seen) if min(seen) < 0 < max(seen) else 1.0) for seen in after) / 36
        return chance

    board = np.zeros((2, CELLS), np.int8)
    board[:, [3, 4, 5]] = [1, 1, 2]
    board[:, BAR - 1] = -3
    board[1, 5] = 1
    expected = [wins(tuple(int(place) for place in one)) for one in board]
    np.testing.assert_allclose(table.wins(board), expected, atol=0.6 / BOTH_SCALE)
    counted = table.race_wins(board)
    assert expected[0] > counted[0] + 0.003, "who is behind plays for doubles"


def test_the_bear_off_table_is_whole(table: BearOff) -> None:
    assert table.chances.shape[1] == MOST_ROLLS
    np.testing.assert_allclose(table.chances.sum(axis=1), 1, atol=1e-5)
    mean = table.chances @ np.arange(MOST_ROLLS)
    fifteen = position_index(homes([0, 0, 0, 0, 0, 15], [15, 0, 0, 0, 0, 0]))
    assert 12.2 < mean[fifteen[0]] < 12.4  # some 100 pips of 8.17 a roll: ten are wasted
    assert 6.5 < mean[fifteen[1]] < 7.5
