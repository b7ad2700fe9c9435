"""Battleship's rules, on boards drawn as ASCII."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from games.battleship import rules
from games.battleship.fleet import (
    STANDARD,
    Cell,
    Placement,
    ShipPlacement,
    Variant,
    VariantError,
    check_placement,
    placement_boards,
    random_placement,
)
from games.core import GameError, IllegalActionError, NotationError

CORNER = "carrier:A1h battleship:A2h cruiser:A3h submarine:A4h destroyer:A5h"


def shoot(state: Any, *texts: Any):
    """Play shots in turn and return the last state with the events of the last shot."""
    events = ()
    for text in texts:
        state, events = rules.step(state, {state.turn: rules.parse_action(text)})
    return state, events


def begin(fleet: Any = CORNER, **options: Any):
    placed = rules.parse_action(fleet)
    return rules.step(rules.start(options, Random(0)), {"one": placed, "two": placed})[0]


def test_both_players_place_at_once_and_then_one_shoots():
    state = rules.start({}, Random(0))
    assert rules.to_act(state) == ("one", "two")
    state = begin()
    assert rules.to_act(state) == ("one",)
    assert rules.to_act(shoot(state, "J10")[0]) == ("two",)


def test_a_fleet_is_drawn_as_its_owner_and_as_its_enemy_see_it():
    state, _ = shoot(begin(), "A5", "J10", "B5", "A1", "C5", "J9")
    assert (
        rules.board(state, "two")
        == """\
one's fleet as two knows it
   A B C D E F G H I J
 1 x . . . . . . . . .
 2 . . . . . . . . . .
 3 . . . . . . . . . .
 4 . . . . . . . . . .
 5 . . . . . . . . . .
 6 . . . . . . . . . .
 7 . . . . . . . . . .
 8 . . . . . . . . . .
 9 . . . . . . . . . *
10 . . . . . . . . . *

two's fleet
   A B C D E F G H I J
 1 C C C C C . . . . .
 2 B B B B . . . . . .
 3 R R R . . . . . . .
 4 S S S . . . . . . .
 5 d d * . . . . . . .
 6 . . . . . . . . . .
 7 . . . . . . . . . .
 8 . . . . . . . . . .
 9 . . . . . . . . . .
10 . . . . . . . . . ."""
    )


def test_the_shooter_hears_the_sunk_ships_name_and_nothing_of_its_outline():
    state, events = shoot(begin(), "A5", "J10", "B5")
    assert [(event.kind, event.detail) for event in events] == [("sunk", {"cell": "B5", "ship": "destroyer"})]
    heard = rules.encode_observation(rules.observe(state, "one"))
    assert heard == {
        "phase": "shoot",
        "shots": [["A5", "hit"], ["B5", "sunk", "destroyer"]],
        "afloat": ["carrier", "battleship", "cruiser", "submarine"],
    }


def test_who_sinks_the_last_ship_wins_and_nobody_acts_any_more():
    fleet = begin().fleets[0].board(STANDARD)
    hits = [rules.print_action(rules.Shot(cell)) for cell in STANDARD.cells(fleet)]
    water = [
        rules.print_action(rules.Shot(Cell(column, 9 - index // 10))) for index, column in enumerate([*range(10)] * 2)
    ]
    state = begin()
    for mine, theirs in zip(hits, water, strict=False):
        assert rules.outcome(state) is None
        state, events = shoot(state, mine)
        if rules.outcome(state) is None:
            state, _ = shoot(state, theirs)
    assert events[-1].kind == "won"
    result = rules.outcome(state)
    assert (result.winner, dict(result.scores)) == ("one", {"one": 17, "two": 16})
    assert rules.to_act(state) == ()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("A1", "A1 has been shot at already"),
        ("K1", "K1 is off the board of 10x10"),
        ("A11", "A11 is off the board of 10x10"),
        (CORNER, "the fleets lie already"),
    ],
)
def test_an_illegal_shot_is_refused_and_quoted(action: Any, words: Any):
    state, _ = shoot(begin(), "A1", "A1")
    with pytest.raises(IllegalActionError, match=words):
        rules.check(state, "one", rules.parse_action(action))


@pytest.mark.parametrize(
    ("fleet", "words"),
    [
        (CORNER.replace("A5h", "A4h"), "the destroyer overlaps another ship"),
        (CORNER.replace("A1h", "G1h"), "leaves the board"),
        (CORNER.removesuffix(" destroyer:A5h"), "the fleet is carrier, battleship"),
        (CORNER.replace("destroyer", "canoe"), "places carrier, battleship, cruiser, submarine, canoe"),
    ],
)
def test_an_illegal_placement_is_refused(fleet: Any, words: Any):
    with pytest.raises(IllegalActionError, match=words):
        rules.check(rules.start({}, Random(0)), "one", rules.parse_action(fleet))


@pytest.mark.parametrize("text", ["Z99", "b7", "B0", "B16", "", "carrier:A1", "carrier:A1x", "A1h:carrier"])
def test_text_that_is_no_action_is_refused(text: Any):
    with pytest.raises(NotationError):
        rules.parse_action(text)


def test_ships_that_may_not_touch_may_not_touch_at_corners_either():
    apart = Variant(no_touch=True)
    spread = "carrier:A1h battleship:A3h cruiser:A5h submarine:A7h destroyer:A9h"
    check_placement(apart, rules.parse_action(spread))
    check_placement(STANDARD, rules.parse_action(spread.replace("A9h", "D8h")))
    with pytest.raises(GameError, match="the destroyer touches another ship"):
        check_placement(apart, rules.parse_action(spread.replace("A9h", "D8h")))


def test_a_salvo_is_answered_after_its_last_shot_and_shrinks_with_the_fleet():
    state, events = shoot(begin(salvo=True), "A5", "B5", "J1", "J2")
    assert events[0].kind == "called"
    assert rules.encode_observation(rules.observe(state, "one"))["shots"][0] == ["A5", "called"]
    assert rules.to_act(state) == ("one",)
    state, events = shoot(state, "J3")
    assert [event.kind for event in events] == ["hit", "sunk", "miss", "miss", "miss"]
    state, _ = shoot(state, "J1", "J2", "J3", "J4")
    assert rules.to_act(state) == ("one",)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"size": 7}, "size"),
        ({"size": 16}, "size"),
        ({"size": True}, "size"),
        ({"sise": 9}, "sise"),
        ({"fleet": {}}, "fleet"),
        ({"fleet": {"carrier": 11}}, "fleet.carrier"),
        ({"fleet": {"Carrier!": 3}}, "fleet.Carrier!"),
        ({"size": 8, "fleet": dict.fromkeys("abcdefgh", 8), "no_touch": True}, "fleet"),
        ({"salvo": 1}, "salvo"),
    ],
)
def test_options_that_name_no_variant_are_refused_by_name(options: Any, field: Any):
    with pytest.raises(VariantError) as caught:
        rules.start(options, Random(0))
    assert caught.value.field == field


def test_a_ship_alone_has_as_many_placements_as_counting_says():
    assert {name: len(placement_boards(STANDARD, name)) for name in STANDARD.names} == {
        "carrier": 120, "battleship": 140, "cruiser": 160, "submarine": 160, "destroyer": 180,
    }  # fmt: skip


def test_there_are_30_093_975_536_fleets():
    """Known from the literature (Alemi 2011, "The Linear Theory of Battleship"); counted here pair by pair."""

    def cover(ship: Any):
        boards = placement_boards(STANDARD, ship)
        return np.array([[board >> cell & 1 for cell in range(100)] for board in boards], np.float32)

    carrier, battleship, three, two = (cover(name) for name in ("carrier", "battleship", "cruiser", "destroyer"))
    apart = three @ three.T == 0
    blocks = (three @ two.T > 0).astype(np.float32)
    total = 0
    for large in carrier[:60]:  # lying across; as many lie down, by symmetry
        for pair in large + battleship[battleship @ large == 0]:
            free3, free2 = three @ pair == 0, two @ pair == 0
            blocked = blocks[np.ix_(free3, free2)]
            alone = blocked.sum(axis=1)
            ways = free2.sum() - alone[:, None] - alone[None, :] + blocked @ blocked.T
            total += 2 * int(ways[apart[np.ix_(free3, free3)]].sum(dtype=np.float64))
    assert total == 30_093_975_536


def test_a_random_fleet_is_uniform_over_whole_fleets():
    """On 8x8 with two ships of 8 cells all 8*7*2 = 112 parallel pairs must come equally often."""
    variant = Variant(8, (("long", 8), ("thin", 8)))
    random = Random(5)
    counts: dict[Placement, int] = {}
    for _ in range(112 * 100):
        drawn = random_placement(variant, random)
        counts[drawn] = counts.get(drawn, 0) + 1
    assert len(counts) == 112
    chi_square = sum((count - 100) ** 2 / 100 for count in counts.values())
    assert chi_square < 160  # 111 degrees of freedom: mean 111, standard deviation 15


def test_a_full_board_still_gets_a_fleet():
    variant = Variant(8, tuple((f"ship{index}", 8) for index in range(8)))
    check_placement(variant, random_placement(variant, Random(1)))


def test_a_placement_says_where_a_ship_lies():
    placement = rules.parse_action(CORNER)
    assert placement.ships[0] == ShipPlacement("carrier", Cell(0, 0), vertical=False)
    assert placement.ship_at(STANDARD, Cell(4, 0)) == "carrier"
    assert placement.ship_at(STANDARD, Cell(5, 0)) is None
