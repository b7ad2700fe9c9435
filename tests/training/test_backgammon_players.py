"""What backgammon's opponents play where everybody knows the answer, and what they say of it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.backgammon.cube import Stakes
from ai_functions.policies.backgammon.replies import KEPT, LookedAt
from ai_functions.runtime.loader import Loaded, load_opponent
from games.backgammon import rules
from games.backgammon.kernel import BAR, CELLS
from games.backgammon.observation import ANSWER, MOVE, ROLL, WAIT, Cube, Observation
from games.backgammon.turns import OPENING, legal_turns
from games.backgammon.variant import Variant
from games.core import ObservationError

FOLDERS = Path(ai_functions.__file__).parent
MONEY = Variant(cube=True)
STRONG, WEAK = ("hard", "expert"), ("easy", "medium")


def opponent(level: str) -> Loaded:
    return load_opponent(FOLDERS / f"backgammon_{level}")


def board_of(own: dict[int, int], other: dict[int, int]) -> tuple[int, ...]:
    cells = [0] * CELLS
    for place, count in own.items():
        cells[place] += count
    for place, count in other.items():
        cells[BAR - place] -= count
    return tuple(cells)


RACE = board_of({6: 3, 5: 3, 4: 3}, {6: 5, 5: 5, 4: 5})
"""Far ahead, and the other side has no gammon to fear from a checker left behind."""


@pytest.mark.parametrize("level", STRONG)
@pytest.mark.parametrize(
    ("dice", "played"), [((3, 1), "8/5 6/5"), ((4, 2), "8/4 6/4"), ((6, 1), "13/7 8/7"), ((5, 3), "8/3 6/3")]
)
def test_points_are_made_in_the_opening(level: str, dice: tuple[int, int], played: str) -> None:
    action = opponent(level).act(Observation(MOVE, OPENING, dice), Random(1))
    assert rules.print_action(action) == played


PUBLISHED = {
    "2-1": "13/11 6/5 | 24/23 13/11", "3-1": "8/5 6/5", "4-1": "24/23 13/9 | 13/9 6/5", "5-1": "24/23 13/8 | 13/8 6/5",
    "6-1": "13/7 8/7", "3-2": "24/21 13/11 | 13/10 13/11", "4-2": "8/4 6/4", "5-2": "13/8 13/11 | 24/22 13/8",
    "6-2": "24/18 13/11 | 24/16 | 13/5", "4-3": "13/9 13/10 | 24/20 13/10 | 24/21 13/9", "5-3": "8/3 6/3",
    "6-3": "24/18 13/10 | 24/15", "5-4": "24/20 13/8 | 13/8 13/9", "6-4": "24/14 | 24/18 13/9 | 8/2 6/2",
    "6-5": "24/13", "1-1": "8/7(2) 6/5(2)", "2-2": "13/11(2) 6/4(2)", "3-3": "24/21(2) 13/10(2) | 8/5(2) 6/3(2)",
    "4-4": "24/20(2) 13/9(2)", "5-5": "13/3(2)", "6-6": "24/18(2) 13/7(2)",
}  # fmt: skip
"""What rollouts made the openings of tournament players; doubles are what answers a first turn that changes nothing."""


@pytest.mark.parametrize("roll", PUBLISHED)
def test_the_grandmaster_opens_as_is_published(roll: str) -> None:
    one, two = (int(die) for die in roll.split("-"))
    action = opponent("expert").act(Observation(MOVE, OPENING, (one, two)), Random(1))
    accepted = [rules.print_action(rules.parse_action(text)) for text in PUBLISHED[roll].split(" | ")]
    assert rules.print_action(action) in accepted


@pytest.mark.parametrize("level", STRONG)
def test_a_race_that_is_won_is_doubled_and_dropped(level: str) -> None:
    act = opponent(level).act
    assert act(Observation(ROLL, RACE, variant=MONEY), Random(1)) == "double"
    flipped = tuple(-RACE[BAR - place] for place in range(CELLS))
    assert act(Observation(ANSWER, flipped, variant=MONEY), Random(1)) == "drop"
    assert act(Observation(ROLL, OPENING, variant=MONEY), Random(1)) == "roll"
    assert act(Observation(ANSWER, OPENING, variant=MONEY), Random(1)) == "take"


@pytest.mark.parametrize("level", WEAK)
def test_who_counts_pips_never_doubles(level: str) -> None:
    act = opponent(level).act
    assert act(Observation(ROLL, RACE, variant=MONEY, cube=Cube()), Random(1)) == "roll"
    assert act(Observation(ANSWER, OPENING, variant=MONEY), Random(1)) == "take"


@pytest.mark.parametrize("level", WEAK)
def test_weaker_levels_draw_their_turns(level: str) -> None:
    view = Observation(MOVE, OPENING, (6, 2))
    act = opponent(level).act
    assert len({rules.print_action(act(view, Random(seed))) for seed in range(40)}) > 1


@pytest.mark.parametrize("level", [*STRONG, *WEAK])
def test_nobody_answers_while_the_other_side_is_to_act(level: str) -> None:
    with pytest.raises(ObservationError) as caught:
        opponent(level).act(Observation(WAIT, OPENING), Random(1))
    assert caught.value.field == "phase"


@pytest.mark.parametrize("level", [*STRONG, *WEAK])
def test_explanations_tell_the_best_turns_and_why(level: str) -> None:
    explain = opponent(level).explain
    assert explain is not None
    board = board_of({8: 2, 6: 3, 13: 5, 24: 2, 3: 2}, {25 - 5: 1, 6: 5, 8: 3, 13: 4, 24: 2})
    told = explain(Observation(MOVE, board, (3, 1)))
    turns = told["turns"]
    assert isinstance(turns, list)
    assert 1 < len(turns) <= 3
    words = json.dumps(told)
    assert "hits on 5" in words
    if level in STRONG:
        equities = [turn["equity"] for turn in turns]  # type: ignore[index,call-overload]
        assert equities == sorted(equities, reverse=True)
        cube = explain(Observation(ROLL, RACE, variant=MONEY))["cube"]
        assert cube["drop"] == 1  # type: ignore[index,call-overload]


def test_the_last_checker_is_borne_off_at_once() -> None:
    board = board_of({2: 1, 1: 1}, {6: 5, 5: 5})
    for level in STRONG:
        turn = rules.print_action(opponent(level).act(Observation(MOVE, board, (2, 1)), Random(1)))
        assert turn == "2/off 1/off"


def test_cube_decisions_look_as_far_ahead_as_turns() -> None:
    """Both dice must hit from the bar or nothing is left: the rolls tell more than the position."""
    board = board_of({BAR: 1, 6: 3, 5: 3, 4: 3, 3: 3, 2: 2}, {18: 1, 4: 2, 5: 2, 6: 2, 3: 2, 2: 2, 8: 4})
    explain = opponent("expert").explain
    assert explain is not None
    said = explain(Observation(ROLL, board, variant=MONEY))["chances"]
    player = opponent("expert").act.__self__  # type: ignore[attr-defined]
    assert player.look_ahead
    flat = player.chances(np.array([board], np.int8))[0]
    assert said["win"] != pytest.approx(float(flat[0]), abs=1e-4)  # type: ignore[index,call-overload]
    plain = opponent("hard").act.__self__  # type: ignore[attr-defined]
    assert plain.chances_before_roll(board, Stakes(), 1)[0] == plain.chances(np.array([board], np.int8))[0][0]


def test_a_position_that_is_looked_at_again_is_judged_once_and_alike() -> None:
    player = opponent("hard").act.__self__  # type: ignore[attr-defined]
    judged: list[int] = []

    def judge(boards: np.ndarray) -> np.ndarray:
        judged.append(len(boards))
        return player.chances(boards)

    replies = LookedAt(judge)
    boards = [board for _, board in legal_turns(OPENING, (4, 3))]
    first = [replies(board).mean(Stakes(), 1) for board in boards]
    assert len(judged) == len(boards)
    assert (replies(boards[-1]).mean(Stakes(), 1) == first[-1]).all()
    assert len(judged) == len(boards)
    for _ in range(KEPT // len(boards) + 2):
        again = [replies(board).mean(Stakes(), 1) for board in boards]
        assert (np.array(again) == np.array(first)).all()
    many = [board for dice in ((1, 1), (2, 2), (3, 3)) for _, board in legal_turns(OPENING, dice)][: 2 * KEPT]
    for board in many:
        replies(board)
    before = len(judged)
    replies(boards[0])
    assert len(judged) == before + 1, "the last few are remembered, no more"
