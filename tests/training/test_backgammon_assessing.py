"""What the coach says of a turn, a cube decision and a roll, where it can be counted by hand."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import ai_functions
from ai_functions.runtime.coach import ANNOTATION, annotate
from ai_functions.runtime.loader import Loaded, load_opponent
from games.backgammon import rules
from games.backgammon.kernel import BAR, CELLS
from games.backgammon.observation import ANSWER, MOVE, OWN, ROLL, Cube, Observation
from games.backgammon.turns import OPENING, legal_turns, parse_turn
from games.backgammon.variant import Variant
from games.match import Match, play
from games.record import BOT, Participant

if TYPE_CHECKING:
    from ai_functions.runtime.assessment import Assessment

FOLDERS = Path(ai_functions.__file__).parent
MONEY = Variant(cube=True)
ROLLS = [(one, two) for one in range(1, 7) for two in range(1, 7)]
MIDGAME = {6: 4, 8: 3, 13: 4, 24: 2, 5: 2}, {6: 5, 8: 3, 13: 4, 18: 1, 23: 2}
LAST_CHANCE = {4: 1, 3: 1}, {1: 1}
"""Whoever is on roll bears off both checkers now or has lost: with 17 of 36 rolls."""


@pytest.fixture(scope="module")
def hard() -> Loaded:
    return load_opponent(FOLDERS / "backgammon_hard")


def board_of(own: dict[int, int], other: dict[int, int]) -> tuple[int, ...]:
    cells = [0] * CELLS
    for place, count in own.items():
        cells[place] += count
    for place, count in other.items():
        cells[BAR - place] -= count
    return tuple(cells)


def assessed(opponent: Loaded, view: Observation, action: str) -> Assessment:
    assert opponent.assess is not None
    return opponent.assess(view, rules.parse_action(action))


def test_luck_is_what_the_roll_was_worth_more_than_all_of_them(hard: Loaded) -> None:
    board = board_of(*LAST_CHANCE)
    mean = 2 * 17 / 36 - 1
    for dice, equity in (((6, 5), 1), ((2, 2), 1), ((1, 1), -1), ((4, 2), -1), ((4, 3), 1)):
        turn = rules.print_action(legal_turns(board, dice)[0][0])
        assert assessed(hard, Observation(MOVE, board, dice), turn).luck == pytest.approx(equity - mean, abs=1e-3)


@pytest.mark.parametrize("board", [board_of(*MIDGAME), board_of(*LAST_CHANCE), board_of({24: 2, 3: 13}, {6: 10, 5: 5})])
def test_luck_evens_out_over_all_rolls(hard: Loaded, board: tuple[int, ...]) -> None:
    found = []
    for dice in ROLLS:
        view = Observation(MOVE, board, dice)
        found.append(assessed(hard, view, rules.print_action(legal_turns(board, dice)[0][0])).luck)
    assert all(one is not None for one in found)
    assert sum(one or 0.0 for one in found) == pytest.approx(0, abs=1e-6)
    assert max(one or 0.0 for one in found) > 0.1


def test_the_opening_roll_is_lucky_by_who_begins_too(hard: Loaded) -> None:
    views = [Observation(MOVE, OPENING, dice) for dice in ROLLS if dice[0] != dice[1]]
    found = [assessed(hard, view, rules.print_action(legal_turns(OPENING, view.dice)[0][0])).luck for view in views]  # type: ignore[arg-type]
    mean = sum(one or 0.0 for one in found) / len(found)
    assert 0.02 < mean < 0.12, "beginning is worth something, and the other side might have begun"


@pytest.mark.parametrize("name", ["hard", "expert"])
def test_the_best_turn_gives_nothing_away_and_others_do(name: str) -> None:
    opponent = load_opponent(FOLDERS / f"backgammon_{name}")
    view = Observation(MOVE, OPENING, (3, 1))
    best, blunder = assessed(opponent, view, "8/5 6/5"), assessed(opponent, view, "24/20")
    assert best.best == blunder.best == "8/5 6/5"
    assert best.equity == best.best_equity
    assert 0.1 < blunder.best_equity - blunder.equity < 0.5
    assert blunder.best_equity == pytest.approx(best.equity, abs=1e-6)


def test_a_turn_without_a_choice_does_not_count(hard: Loaded) -> None:
    board = board_of({BAR: 1, 6: 5, 8: 3, 13: 5, 24: 1}, {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2})
    passed = assessed(hard, Observation(MOVE, board, (6, 6)), "pass")
    assert not passed.counts
    assert passed.equity == passed.best_equity
    assert assessed(hard, Observation(MOVE, OPENING, (6, 6)), "24/18(2) 13/7(2)").counts


@pytest.mark.parametrize("value", [1, 4])
def test_equities_are_those_of_one_game_whatever_the_cube_shows(hard: Loaded, value: int) -> None:
    board = board_of(*MIDGAME)
    view = Observation(MOVE, board, (4, 1), MONEY, Cube(value, OWN))
    plain = assessed(hard, Observation(MOVE, board, (4, 1)), "24/20 6/5")
    cubed = assessed(hard, view, "24/20 6/5")
    assert cubed.equity == pytest.approx(plain.equity, abs=1e-5)
    assert cubed.luck == pytest.approx(plain.luck, abs=1e-5)


def test_at_the_last_point_of_a_match_gammons_are_worth_nothing(hard: Loaded) -> None:
    view = Observation(MOVE, board_of({6: 2}, {13: 15}), (6, 5), Variant(points=1))
    assert assessed(hard, view, "6/off 6/1").equity <= 1
    assert assessed(hard, Observation(MOVE, view.board, (6, 5)), "6/off 6/1").equity > 1.9


def test_wrong_cube_decisions_cost_points_and_close_ones_count(hard: Loaded) -> None:
    won = board_of({6: 3, 5: 3, 4: 3}, {6: 5, 5: 5, 4: 5})
    lost = tuple(-won[BAR - place] for place in range(CELLS))
    missed = assessed(hard, Observation(ROLL, won, variant=MONEY), "roll")
    assert (missed.best, missed.best_equity, missed.counts) == ("double", 1, True)
    assert missed.equity < 1
    taken = assessed(hard, Observation(ANSWER, lost, variant=MONEY), "take")
    assert (taken.best, taken.best_equity) == ("drop", -1)
    assert taken.equity < -1.5, "a lost game at twice the stake"
    assert taken.luck is None
    opening = assessed(hard, Observation(ROLL, OPENING, variant=MONEY), "roll")
    assert (opening.best, opening.counts) == ("roll", False)
    assert assessed(hard, Observation(ROLL, OPENING, variant=MONEY), "double").counts


@pytest.mark.slow
def test_errors_and_luck_account_for_how_games_ended() -> None:
    """What a side won is its luck less the other's and what that gave away more, but for what the coach misjudges."""
    coach, medium = load_opponent(FOLDERS / "backgammon_expert"), load_opponent(FOLDERS / "backgammon_medium")
    seats = {player: Participant(player, BOT, player) for player in rules.PLAYERS}
    apart, ended = 0.0, 0.0
    for seed in range(10):
        record = play(Match(rules, seats, seed=seed, policy_seed=1), dict.fromkeys(rules.PLAYERS, medium.act))
        told = ANNOTATION.parse(annotate(coach, "1", record), "")
        assert record.outcome is not None
        scores = record.outcome.scores
        won = scores[rules.PLAYERS[0]] - scores[rules.PLAYERS[1]]
        accounted = 0.0
        for note in told["turns"]:
            sign = 1 if note["player"] == rules.PLAYERS[0] else -1
            accounted += sign * ((note["luck"] or 0.0) + note["equity"] - note["best_equity"])
        apart += (accounted - won) ** 2
        ended += won**2
    assert apart < ended / 4


def test_hard_draws_among_turns_that_are_worth_nearly_as_much(hard: Loaded) -> None:
    assert hard.policy is not None
    odds = hard.policy(Observation(MOVE, OPENING, (2, 1)))
    likely = sorted(odds.values())[::-1]
    assert sum(odds.values()) == pytest.approx(1)
    assert likely[0] > likely[1] > 0.1 > likely[8]
    drawn = {rules.print_action(hard.act(Observation(MOVE, OPENING, (2, 1)), Random(seed))) for seed in range(30)}
    assert len(drawn) > 1
    assert parse_turn("8/5 6/5") == hard.act(Observation(MOVE, OPENING, (3, 1)), Random(1)), "this is much the best"
