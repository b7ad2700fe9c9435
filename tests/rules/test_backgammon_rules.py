"""Backgammon's rules, on boards written as places and checkers: what programs get wrong first of all."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from games.backgammon import rules
from games.backgammon.dice import throws
from games.backgammon.kernel import BAR, CELLS, CHECKERS, worth
from games.backgammon.observation import ANSWER, MOVE, OTHER, OWN, ROLL, WAIT, Cube, Observation
from games.backgammon.position import draw_board, parse_position_id, position_id
from games.backgammon.turns import NO_MOVE, OPENING, flipped, legal_turns, print_turn
from games.backgammon.variant import Variant
from games.core import GameError, IllegalActionError, NotationError


def board_of(own: dict[int, int], other: dict[int, int]) -> tuple[int, ...]:
    """Return a board from checkers by place, each side's counted from its own home; 25 is the bar."""
    cells = [0] * CELLS
    for place, count in own.items():
        cells[place] += count
    for place, count in other.items():
        assert cells[BAR - place] <= 0
        cells[BAR - place] -= count
    return tuple(cells)


def turns(own: dict[int, int], other: dict[int, int], *dice: int) -> set[str]:
    return {print_turn(turn) for turn, _ in legal_turns(board_of(own, other), (dice[0], dice[1]))}


def state_of(view: Observation, player: str = "white") -> rules.State:
    return rules.State(view.variant, "00", 0, view, player)


def play(state: rules.State, *texts: str) -> tuple[rules.State, list[str]]:
    kinds: list[str] = []
    for text in texts:
        state, events = rules.step(state, {state.turn: rules.parse_action(text)})
        kinds += [event.kind for event in events]
    return state, kinds


MATCH = Variant(points=5, cube=True, crawford=True)
MONEY = Variant(cube=True)
FAR = {24: 2, 13: 5, 8: 3, 6: 5}


def test_the_opening_position_is_the_books() -> None:
    assert board_of(FAR, FAR) == OPENING == flipped(OPENING)
    assert sum(one for one in OPENING if one > 0) == CHECKERS


def test_the_larger_die_begins_and_an_opening_is_never_a_double() -> None:
    begun = dict.fromkeys(rules.PLAYERS, 0)
    for seed in range(200):
        state = rules.start({}, Random(seed))
        assert state.view.dice is not None
        assert state.view.dice[0] > state.view.dice[1]
        pairs = throws(state.secret, 0)
        assert all(one == two for one, two in pairs[:-1])
        assert (pairs[-1][0] > pairs[-1][1]) == (state.turn == "white")
        begun[state.turn] += 1
    assert min(begun.values()) > 70


def test_every_face_is_thrown_equally_often() -> None:
    counts = dict.fromkeys(range(1, 7), 0)
    for number in range(6_000):
        for face in throws("5eed", number)[0]:
            counts[face] += 1
    chi_squared = sum((count - 2_000) ** 2 / 2_000 for count in counts.values())
    assert chi_squared < 20.5  # one time in a thousand


def test_31_is_played_as_in_the_books() -> None:
    assert "8/5 6/5" in turns(FAR, FAR, 3, 1)
    assert len(turns(FAR, FAR, 3, 1)) == 16


def test_orders_that_end_alike_are_one_turn() -> None:
    assert turns({13: 1}, {1: 1}, 2, 1) == {"13/10"}


def test_a_hit_on_the_way_makes_another_turn() -> None:
    assert turns({24: 1}, {7: 1}, 6, 5) == {"24/18*/13", "24/13"}


def test_both_dice_are_played_if_any_order_allows_both() -> None:
    # 6 first leads to a point from which 5 is closed; 5 first lets 6 follow
    own, other = {13: 1}, {25 - 7: 2, 25 - 2: 2, 25 - 1: 2}
    assert turns(own, other, 6, 5) == {"13/8"}  # the 6 is closed, and 8/2 too
    assert turns({13: 1}, {25 - 7: 2}, 6, 5) == {"13/2"}


def test_of_two_dice_that_only_go_singly_the_larger_is_played() -> None:
    own, other = {13: 1}, {25 - 2: 2}
    assert turns(own, other, 6, 5) == {"13/7"}


def test_the_smaller_die_is_played_where_the_larger_cannot_be() -> None:
    assert turns({13: 1}, {25 - 7: 2, 25 - 2: 2}, 6, 5) == {"13/8"}


def test_a_double_is_four_moves_or_as_many_as_there_are() -> None:
    assert turns({13: 4}, {1: 1}, 2, 2) == {"13/11(4)", "13/9 13/11(2)", "13/9(2)", "13/7 13/11", "13/5"}
    assert turns({13: 1}, {25 - 7: 2}, 2, 2) == {"13/9"}


def test_who_is_on_the_bar_enters_before_anything_else() -> None:
    assert turns({25: 1, 6: 2}, {3: 2}, 3, 5) == {"bar/17", "bar/20 6/3"}
    assert turns({25: 2, 6: 2}, {3: 2}, 3, 5) == {"bar/20"}
    assert turns({25: 1, 6: 2}, {3: 2, 5: 2}, 3, 5) == {"pass"}


def test_a_blot_is_hit_and_two_checkers_are_not() -> None:
    state = state_of(Observation(MOVE, board_of({6: 2, 8: 2}, {25 - 5: 1, 25 - 4: 2}), (3, 1)))
    expected = {"8/5* 6/5*", "8/5* 8/7", "6/3 6/5*", "6/5*/2", "6/2", "8/7 6/3"}
    assert turns({6: 2, 8: 2}, {25 - 5: 1, 25 - 4: 2}, 3, 1) == expected
    after, kinds = play(state, "8/5* 6/5*")
    assert kinds == ["moved", "hit", "rolled"]
    assert after.view.board[BAR] == 1


def test_bearing_off_needs_everybody_at_home() -> None:
    assert turns({6: 1, 7: 1}, {1: 1}, 6, 5) == {"7/1 6/1", "7/2 6/off"}
    assert turns({6: 1, 3: 1}, {1: 1}, 6, 5) == {"6/off 3/off", "6/1 3/off"}


def test_a_larger_number_bears_off_from_the_highest_point_alone() -> None:
    assert turns({4: 1, 2: 1}, {1: 1}, 6, 1) == {"4/off 2/1", "4/off"}
    assert turns({5: 2, 2: 1}, {1: 1}, 4, 4) == {"5/off 5/1 2/off"}


def test_hit_in_the_bear_off_one_starts_again() -> None:
    assert turns({25: 1, 2: 1}, {1: 2}, 6, 1) == {"bar/19 2/1", "bar/18"}


@pytest.mark.parametrize(
    ("other", "points"),
    [({1: 14}, 1), ({24: 15}, 3), ({18: 15}, 2), ({19: 1, 1: 14}, 3), ({25: 1, 1: 14}, 3), ({25: 1, 1: 13}, 1)],
)
def test_a_game_is_worth_a_gammon_or_a_backgammon(other: dict[int, int], points: int) -> None:
    assert worth(list(board_of({}, other))) == points
    state = state_of(Observation(MOVE, board_of({2: 1}, other), (6, 5)))
    after, kinds = play(state, "2/off")
    outcome = rules.outcome(after)
    assert outcome is not None
    assert (outcome.winner, outcome.scores) == ("white", {"white": points, "black": 0})
    assert outcome.reason == rules.KINDS[points]
    assert kinds == ["moved", "game", "won"]


def test_an_offer_is_taken_and_the_cube_changes_hands() -> None:
    state = state_of(Observation(ROLL, OPENING, variant=MONEY))
    offered, _ = play(state, "double")
    assert (offered.turn, offered.view.phase) == ("black", ANSWER)
    taken, kinds = play(offered, "take")
    assert kinds == ["took", "rolled"]
    assert (taken.turn, taken.view.phase, taken.view.cube) == ("white", MOVE, Cube(2, OTHER))
    turn = print_turn(legal_turns(taken.view.board, taken.view.dice)[0][0])
    then, _ = play(taken, turn)
    assert (then.turn, then.view.phase, then.view.cube) == ("black", ROLL, Cube(2, OWN))
    thrown, kinds = play(then, "roll")
    assert kinds == ["rolled"]
    after, _ = play(thrown, print_turn(legal_turns(thrown.view.board, thrown.view.dice)[0][0]))
    assert after.view.phase == MOVE  # white may not double: the dice were thrown at once


def test_a_dropped_double_loses_the_old_value() -> None:
    state = state_of(Observation(ROLL, OPENING, variant=MONEY, cube=Cube(4, OWN)))
    after, kinds = play(state, "double", "drop")
    outcome = rules.outcome(after)
    assert outcome is not None
    assert (outcome.winner, outcome.scores["white"], outcome.reason) == ("white", 4, "double dropped")
    assert kinds == ["doubled", "dropped", "game", "won"]


def test_a_match_goes_on_until_its_points_and_crawford_comes_once() -> None:
    view = Observation(MOVE, board_of({1: 1}, {1: 14}), (6, 5), MATCH, Cube(2, OTHER), (2, 0))
    after, kinds = play(state_of(view), "1/off")
    assert kinds == ["moved", "game", "rolled"]
    score = {after.turn: after.view.score[0]}
    assert score.get("white", after.view.score[1]) == 4
    assert after.view.crawford
    assert after.view.cube == Cube()
    assert after.view.board == OPENING
    then, _ = play(after, print_turn(legal_turns(OPENING, after.view.dice)[0][0]))
    assert then.view.phase == MOVE  # no cube in the Crawford game
    last = state_of(Observation(MOVE, board_of({1: 1}, {1: 14}), (6, 5), MATCH, score=(0, 4), crawford=True))
    post, _ = play(last, "1/off")
    assert not post.view.crawford
    over = Observation(MOVE, board_of({2: 1}, {24: 15}), (6, 5), MATCH, score=(4, 4))
    won, _ = play(state_of(over), "2/off")
    outcome = rules.outcome(won)
    assert outcome is not None
    assert outcome.scores == {"white": 7, "black": 4}


def test_nobody_doubles_who_wins_the_match_without_it() -> None:
    view = Observation(MOVE, OPENING, (3, 1), MATCH, score=(2, 4))
    after, _ = play(state_of(view), "8/5 6/5")
    assert (after.turn, after.view.phase) == ("black", MOVE)  # a point away
    after, _ = play(state_of(replace(view, score=(4, 2))), "8/5 6/5")
    assert (after.turn, after.view.phase) == ("black", ROLL)


def test_jacobys_rule_counts_a_gammon_only_if_the_cube_was_turned() -> None:
    jacoby = Variant(cube=True, jacoby=True)
    for cube, points in ((Cube(), 1), (Cube(2, OWN), 4), (Cube(2, OTHER), 4)):
        state = state_of(Observation(MOVE, board_of({1: 1}, {18: 15}), (6, 5), jacoby, cube))
        outcome = rules.outcome(play(state, "1/off")[0])
        assert outcome is not None
        assert outcome.scores["white"] == points


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8/5", "no legal turn for the roll 3-1"),
        ("8/5 6/4", "no legal turn"),
        ("24/20 24/23", "no legal turn"),
        ("13/10* 6/5", r"hits nobody on 10"),
        ("pass", "can be played, such as"),
        ("roll", "the roll is to be played"),
        ("6/off 8/7", "no legal turn"),
    ],
)
def test_half_and_illegal_turns_are_refused(text: str, why: str) -> None:
    state = state_of(Observation(MOVE, OPENING, (3, 1)))
    with pytest.raises(IllegalActionError, match=why):
        rules.check(state, "white", rules.parse_action(text))


def test_a_hit_is_marked() -> None:
    state = state_of(Observation(MOVE, board_of({8: 1, 6: 1}, {25 - 5: 1}), (3, 1)))
    with pytest.raises(IllegalActionError, match=r"write 5\*"):
        rules.check(state, "white", rules.parse_action("8/5 6/5"))


def test_who_cannot_move_passes() -> None:
    blocked = board_of({25: 1}, {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2})
    state = state_of(Observation(MOVE, blocked, (6, 5)))
    assert rules.legal_actions(state.view) == (NO_MOVE,)
    after, happened = play(state, "pass")
    assert (after.turn, happened[0]) == ("black", "passed")
    with pytest.raises(IllegalActionError, match="write pass"):
        rules.check(state, "white", rules.parse_action("bar/20"))


@pytest.mark.parametrize("text", ["6/5 8/5", "8/5 6/5"])
def test_the_order_in_which_moves_are_typed_does_not_matter(text: str) -> None:
    state = state_of(Observation(MOVE, OPENING, (3, 1)))
    rules.check(state, "white", rules.parse_action(text))
    assert rules.print_action(rules.parse_action(text)) == "8/5 6/5"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("13/11 13/11", "13/11(2)"),
        ("24/18 18/13", "24/13"),
        ("24/18* 18/13", "24/18*/13"),
        ("bar/22", "bar/22"),
        ("13/11*(2) 6/4(2)", "13/11*(2) 6/4(2)"),
        ("6/off 5/off", "6/off 5/off"),
        ("bar/24/20", "bar/20"),
    ],
)
def test_notation_is_written_in_one_way(text: str, written: str) -> None:
    assert rules.print_action(rules.parse_action(text)) == written


@pytest.mark.parametrize(
    "text",
    ["8", "8/", "5/8", "8/5  6/5", "25/20", "8/0", "off/6", "8/bar", "8/5(5)", "8/5*(", "6/5 " * 20, "8/7(4) 6/5"],
)
def test_what_is_no_turn_is_refused(text: str) -> None:
    with pytest.raises(NotationError):
        rules.parse_action(text)


def test_position_ids_are_gnus() -> None:
    assert position_id(OPENING) == "4HPwATDgc/ABMA"
    moved = list(OPENING)
    moved[1], moved[2] = -1, -1  # the other side has played 24/23
    assert position_id(tuple(moved)) == "4HPwASjgc/ABMA"
    assert parse_position_id("4HPwASjgc/ABMA") == tuple(moved)


@pytest.mark.parametrize(
    "text", ["", "4HPwATDgc/ABM", "4HPwATDgc/ABM!", "/" * 14, "4HPwATDgc/ABMA=", "AAAAAAAAAAAAAA", "é" * 14]
)
def test_what_is_no_position_id_is_refused(text: str) -> None:
    if text == "A" * 14:
        assert parse_position_id(text) == (0,) * CELLS
        return
    with pytest.raises(NotationError):
        parse_position_id(text)


def test_the_board_is_drawn() -> None:
    drawn = draw_board(board_of({25: 2, 6: 7, 1: 1}, {25: 1, 20: 2}), ("white", "black")).splitlines()
    assert drawn[0] == "+13-14-15-16-17-18-+---+19-20-21-22-23-24-+"
    assert drawn[1] == "|                  | O |                  | O off 12"
    assert drawn[11] == "|                  | X | X  O           X | X off 5"
    assert drawn[7] == "|                  |   | 7                |"
    assert drawn[13] == "X white: 93 pips   O black: 65 pips"


def test_a_player_sees_its_own_side_and_no_secret() -> None:
    state = rules.start({"points": 3}, Random(4))
    other = next(player for player in rules.PLAYERS if player != state.turn)
    assert rules.observe(state, other).phase == WAIT
    assert rules.observe(state, other).dice is None
    with pytest.raises(GameError, match="nobody is called"):
        rules.observe(state, "green")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"points": -1}, "points"), ({"points": 26}, "points"), ({"points": True}, "points"),
        ({"points": 2.0}, "points"),
        ({"cube": 1}, "cube"), ({"crawford": True}, "crawford"), ({"points": 3, "jacoby": True}, "jacoby"),
        ({"points": 3, "cube": False, "crawford": True}, "crawford"), ({"jacoby": True}, "jacoby"),
        ({"beaver": True}, "beaver"),
    ],
)  # fmt: skip
def test_odd_options_are_refused_by_name(options: dict[str, object], field: str) -> None:
    with pytest.raises(GameError, match=field):
        rules.start(options, Random(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"points": 7},
        {"cube": True},
        {"points": 3, "cube": False},
        {"points": 3, "crawford": False},
        {"cube": True, "jacoby": True},
    ],
)
def test_options_survive_json(options: dict[str, object]) -> None:
    assert Variant.from_json(options).to_json() == options  # type: ignore[arg-type]


def test_the_cube_stops_at_64() -> None:
    view = Observation(MOVE, OPENING, (3, 1), MONEY, Cube(64, OTHER))
    after, _ = play(state_of(view), "8/5 6/5")
    assert after.view.phase == MOVE
    assert after.view.cube == Cube(64, OWN)
