"""The cube's model where textbooks say what comes out, and the match equity table where symmetry does."""

from __future__ import annotations

import numpy as np
import pytest

from ai_functions.policies.backgammon.cube import EFFICIENCY, Stakes, decide, pips_say, stakes_of, utility
from ai_functions.policies.backgammon.match_equity import match_equity
from games.backgammon.observation import ANSWER, MIDDLE, MOVE, OTHER, OWN, ROLL, Cube, Observation
from games.backgammon.turns import OPENING
from games.backgammon.variant import Variant

MATCH = Variant(points=5, cube=True, crawford=True)
MONEY = Stakes()


def only_wins(chance: float) -> tuple[float, ...]:
    return (chance, 0.0, 0.0, 0.0, 0.0)


def take_point(stakes: Stakes = MONEY, value: int = 1) -> float:
    """Return the least chance of the side that is doubled with which it takes."""
    chances = np.linspace(0, 1, 2001)
    return float(min(chance for chance in chances if decide(only_wins(1 - chance), stakes, value, MIDDLE).takes))


def test_the_take_point_is_between_a_live_cube_s_and_a_dead_one_s() -> None:
    assert 0.20 < take_point() < 0.25
    assert take_point() == pytest.approx(EFFICIENCY * 0.20 + (1 - EFFICIENCY) * 0.25, abs=0.006)


def test_a_last_cube_is_taken_with_a_quarter() -> None:
    assert take_point(value=32) == pytest.approx(0.25, abs=0.001)  # the cube ends at 64


def test_one_doubles_from_some_seventy_per_cent_and_drops_beyond_the_cash_point() -> None:
    told = {chance: decide(only_wins(chance), MONEY, 1, MIDDLE) for chance in (0.5, 0.6, 0.75, 0.78, 0.85)}
    assert [decision.doubles for decision in told.values()] == [False, False, True, True, True]
    assert [decision.takes for decision in told.values()] == [True, True, True, True, False]


def test_who_may_win_a_gammon_plays_on() -> None:
    too_good = decide((0.95, 0.85, 0.05, 0.0, 0.0), MONEY, 1, MIDDLE)
    assert not too_good.takes
    assert not too_good.doubles


def test_redoubling_needs_more_than_doubling() -> None:
    def least(owner: str) -> float:
        chances = np.linspace(0.5, 1, 501)
        return float(min(chance for chance in chances if decide(only_wins(chance), MONEY, 2, owner).doubles))

    assert least(OWN) > least(MIDDLE)


def test_who_trails_after_crawford_doubles_at_once() -> None:
    trailing = Stakes(3, 1, after_crawford=True)
    assert decide((0.5, 0.13, 0.0, 0.13, 0.0), trailing, 1, MIDDLE).doubles


def test_a_redouble_that_costs_nothing_is_counted_on() -> None:
    """Two points from winning one doubles to 2: the other side, four away, turns it to 4 at once."""
    told = decide(only_wins(0.6), Stakes(2, 4), 1, MIDDLE)
    assert told.take == pytest.approx(0.6)
    assert not told.doubles
    assert decide((0.05, 0.0, 0.0, 0.95, 0.9), Stakes(2, 4), 1, MIDDLE).take < 0.1, "it plays on for the gammon"


def test_nobody_gains_by_a_gammon_that_is_not_needed() -> None:
    worth = utility(np.array([[0.5, 0.5, 0.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.0, 0.0]], np.float32), Stakes(1, 1), 1)
    assert worth[0] == pytest.approx(worth[1]) == pytest.approx(0.5)


def test_money_is_points_and_jacoby_counts_gammons_with_a_turned_cube_alone() -> None:
    chances = np.array([[0.5, 0.5, 0.0, 0.0, 0.0]], np.float32)
    jacoby = Variant(cube=True, jacoby=True)
    plain = stakes_of(Observation(MOVE, OPENING, (3, 1), jacoby))
    turned = stakes_of(Observation(MOVE, OPENING, (3, 1), jacoby, Cube(2, OTHER)))
    assert utility(chances, plain, 1)[0] == pytest.approx(0)
    assert utility(chances, turned, 2)[0] == pytest.approx(1)


@pytest.mark.parametrize("own", range(1, 12))
def test_match_equities_add_up_and_rise(own: int) -> None:
    def equity(one: int, two: int) -> float:
        return match_equity(one, two, crawford=1 in {one, two} and one != two, after=False)

    for other in range(1, 12):
        assert equity(own, other) + equity(other, own) == pytest.approx(1, abs=1e-6)
        assert equity(own, other) >= equity(own + 1, other) - 1e-9
    assert equity(own, own) == pytest.approx(0.5, abs=1e-6)


def test_match_equities_are_near_what_players_know() -> None:
    """From memory of the tables that are in use: 2-away 4-away 67 %, 3-away 5-away 65 %, Crawford 3-away 75 %."""
    assert match_equity(2, 4, crawford=False, after=False) == pytest.approx(0.67, abs=0.01)
    assert match_equity(3, 5, crawford=False, after=False) == pytest.approx(0.65, abs=0.01)
    assert match_equity(1, 3, crawford=True, after=False) == pytest.approx(0.75, abs=0.025)
    assert match_equity(1, 2, crawford=False, after=True) == pytest.approx(0.5, abs=0.025)


def test_the_stakes_follow_from_the_score() -> None:
    assert stakes_of(Observation(MOVE, OPENING, (3, 1), MATCH, score=(3, 1))) == Stakes(2, 4)
    crawford = Observation(MOVE, OPENING, (3, 1), MATCH, score=(4, 1), crawford=True)
    assert stakes_of(crawford) == Stakes(1, 4)
    assert stakes_of(Observation(MOVE, OPENING, (3, 1), MATCH, score=(4, 1))) == Stakes(1, 4, after_crawford=True)


def test_who_counts_pips_takes_when_not_far_behind() -> None:
    behind = list(OPENING)
    behind[6], behind[24] = 0, 7  # 90 pips more
    assert pips_say(Observation(ANSWER, OPENING, variant=MATCH)) == "take"
    assert pips_say(Observation(ANSWER, tuple(behind), variant=MATCH)) == "drop"
    assert pips_say(Observation(ROLL, OPENING, variant=MATCH)) == "roll"
