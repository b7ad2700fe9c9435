"""A fleet that agrees with everything heard is found if there is one, and only then."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ai_functions.policies.battleship.complete import HitCover, find_fleets, kinds_of
from ai_functions.policies.battleship.features import sea
from ai_functions.policies.battleship.inference import clashes, infer
from ai_functions.policies.battleship.placements import berth_numbers
from ai_functions.policies.battleship.possible import possible_berths
from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.battleship import rules
from games.battleship.consistency import first_contradiction
from games.battleship.fleet import STANDARD, Placement, Variant
from games.battleship.notation import HIT, MISS, Report
from games.battleship.observation import decode_observation
from games.core import ObservationError
from tests.battleship_positions import (
    MANY_WAYS,
    NO_ROOM,
    Position,
    agreeing,
    aimed,
    all_fleets,
    answers,
    any_position,
    late,
    some_cells,
)

EXPERT = Path(__file__).parents[2] / "ai_functions" / "battleship_expert"
TWINS = (("liner", 7), ("ferry", 3), ("barge", 3))
SEAS = {"touching": Variant(8, TWINS), "apart": Variant(8, TWINS, no_touch=True)}
NO_FLEET = "D1 hit, G3 hit, C9 hit, C5 hit, E3 hit, B8 miss, A6 hit, C4 hit, G10 miss, E1 hit, A7 hit, D4 hit"
"""No fleet agrees, which takes a longer search than the one at the edge."""


def check_aimed(seed: int, heard: int) -> None:
    fleet, cells = aimed(seed, heard)
    observation = rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells))
    if observation.afloat:
        Position(observation).check()
        assert first_contradiction(STANDARD, observation.shots) is None


@pytest.mark.parametrize(("seed", "heard"), MANY_WAYS)
def test_hits_with_many_ways_to_explain_them_are_explained(seed: int, heard: int) -> None:
    check_aimed(seed, heard)


@pytest.mark.parametrize("seed", NO_ROOM)
def test_fleets_that_counting_finds_no_room_for_are_laid(seed: int) -> None:
    fleet, cells = late(seed)
    observation = rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells))
    Position(observation).check()
    counted, listed = infer(observation, pairs=0), infer(observation, pairs=10_000_000)
    assert counted.exact
    assert counted.evidence == listed.evidence
    assert counted.berth == pytest.approx(listed.berth)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60))
def test_the_true_fleet_is_never_ruled_out(seed: int, heard: int) -> None:
    check_aimed(seed, heard)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
@example(1510)  # ships crowd each other so that none of some ship's berths seems to be free
def test_the_true_fleet_is_never_ruled_out_in_any_variant(seed: int) -> None:
    position = any_position(seed)
    if position is not None:
        position.check()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(20))
def test_the_true_fleet_is_not_ruled_out_in_a_hundred_thousand_positions(part: int) -> None:
    """Nine in ten are of the standard game, with 5 to 30 aimed shots."""
    for seed in range(part * 5000, (part + 1) * 5000):
        if seed % 10:
            check_aimed(seed, 5 + seed % 26)
        elif (position := any_position(seed)) is not None:
            position.check()


def lying_shots(variant: Variant, fleet: Placement, random: Random) -> tuple[Report, ...]:
    """Return answers of which one or two hits and misses are the other way round."""
    shots = list(answers(variant, fleet, some_cells(variant, fleet, random.randint(3, 12), 12, random)))
    plain = [number for number, shot in enumerate(shots) if shot.ship is None]
    for number in random.sample(plain, min(len(plain), random.randint(0, 2))):
        shots[number] = Report(shots[number].cell, HIT if shots[number].result == MISS else MISS)
    return tuple(shots)


@pytest.mark.parametrize("variant", SEAS.values(), ids=SEAS)
def test_the_search_finds_just_the_fleets_that_agree(variant: Variant) -> None:
    """Against all fleets there are, for answers that may be wrong; two of the ships are alike."""
    every = [(fleet, fleet.board(variant)) for fleet in all_fleets(variant)]
    number = {(one.ship, one.cell, one.vertical): index for index, one in enumerate(sea(variant).berths)}
    random, none, some = Random(5), 0, 0
    for _ in range(14):
        observation = rules.ShootObservation(variant, lying_shots(variant, random.choice(every)[0], random))
        expected = {
            tuple(number[berth.ship, berth.cell, berth.vertical] for berth in fleet.berths)
            for fleet in agreeing(variant, every, observation.shots)
        }
        possible, hits = possible_berths(observation)
        kinds = kinds_of([length for _, length in variant.fleet], [one in observation.afloat for one in variant.names])
        found, complete = find_fleets(sea(variant), clashes(variant), possible, hits, kinds)
        assert len(set(map(tuple, found.tolist()))) == len(found)
        assert set(map(tuple, found.tolist())) <= expected
        assert not complete or len(found) == len(expected)
        assert complete or len(found) == 1000
        none, some = none + (not expected), some + (0 < len(expected) < 1000)
    assert min(none, some) > 2


def test_ships_that_hits_need_are_never_more_than_the_fleet_used() -> None:
    """The bound by which ways to explain the hits are let go holds for the fleet that was shot at."""
    for seed in range(60):
        fleet, cells = aimed(seed, 12 + seed % 12)
        observation = rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells))
        possible, hits = possible_berths(observation)
        kinds = kinds_of(
            [length for _, length in STANDARD.fleet], [one in observation.afloat for one in STANDARD.names]
        )
        struck = {fleet.ship_at(STANDARD, shot.cell) for shot in observation.shots if shot.result == HIT}
        cover = HitCover(sea(STANDARD), possible, hits, kinds)
        free, lies = np.full((1, len(kinds)), len(possible)), [berth_numbers(fleet)]
        (needed,) = cover.needed_by(free)
        assert needed == cover.needed(tuple(np.bincount(kinds).tolist()), (1 << int(hits.sum())) - 1)
        assert needed <= len(struck)
        (left,) = cover.needed_by(np.where([ship in struck for ship in STANDARD.names], free, lies))
        assert left <= len(struck)


def test_answers_that_no_fleet_gives_are_a_problem_that_names_the_shots() -> None:
    shots = [text.split() for text in NO_FLEET.split(", ")]
    observation = {"phase": "shoot", "shots": shots, "afloat": list(STANDARD.names)}
    with pytest.raises(ObservationError, match="no fleet fits all that was heard"):
        infer(decode_observation(observation))
    request = MoveRequest(game="battleship", match_id="m", turn=13, seed=1, observation=observation).to_json()
    with pytest.raises(Problem) as caught:
        move(load_opponent(EXPERT), "1", request, cold=False)
    assert (caught.value.status, caught.value.field) == (422, "observation.shots")
