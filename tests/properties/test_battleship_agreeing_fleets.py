"""A fleet that agrees with everything heard is found if there is one, and only then."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ai_functions.policies.battleship.complete import MOST_COVERS, MOST_NODES, HitCover, find_fleets, kinds_of
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import clashes, infer
from ai_functions.policies.battleship.placements import placement_numbers
from ai_functions.policies.battleship.possible import possible_placements
from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.battleship import rules
from games.battleship.consistency import first_contradiction
from games.battleship.fleet import STANDARD, Cell, Placement, Variant
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

EXPERT = Path(__file__).parents[2] / "ai_functions" / "battleship_expert"
TWINS = (("liner", 7), ("ferry", 3), ("barge", 3))
VARIANTS = {"touching": Variant(8, TWINS), "apart": Variant(8, TWINS, no_touch=True)}
NO_FLEET = "D1 hit, G3 hit, C9 hit, C5 hit, E3 hit, B8 miss, A6 hit, C4 hit, G10 miss, E1 hit, A7 hit, D4 hit"
"""No fleet agrees, which takes a longer search than the one at the edge."""

TIGHT = Variant(12, tuple((f"ship_{number}", length) for number, length in enumerate((8, 6, 2, 6, 3, 4, 5, 8))))
BLOCK = (".xxx.x", "xxxxxx", "x.xxxx", "xxxxxx", "xxxxxx", "xxxxxx")
"""Hits on a board for ``TIGHT``: no fleet agrees, and the sets of hits that its ships could cover are 421,098."""


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
    assert counted.placement == pytest.approx(listed.placement)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60))
def test_the_true_fleet_is_never_ruled_out(seed: int, heard: int) -> None:
    check_aimed(seed, heard)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
@example(94890)  # the search has to begin anew, or takes more nodes than it may
@example(1510)  # ships crowd each other so that none of some ship's placements seems to be free
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


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_the_search_finds_just_the_fleets_that_agree(variant: Variant) -> None:
    """Against all fleets there are, for answers that may be wrong; two of the ships are alike."""
    every = [(fleet, fleet.board(variant)) for fleet in all_fleets(variant)]
    number = {(one.ship, one.cell, one.vertical): index for index, one in enumerate(board_geometry(variant).placements)}
    random, none, some = Random(5), 0, 0
    for _ in range(14):
        observation = rules.ShootObservation(variant, lying_shots(variant, random.choice(every)[0], random))
        expected = {
            tuple(number[placement.ship, placement.cell, placement.vertical] for placement in fleet.ships)
            for fleet in agreeing(variant, every, observation.shots)
        }
        possible, hits = possible_placements(observation)
        kinds = kinds_of([length for _, length in variant.fleet], [one in observation.afloat for one in variant.names])
        found, complete = find_fleets(board_geometry(variant), clashes(variant), possible, hits, kinds)
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
        possible, hits = possible_placements(observation)
        kinds = kinds_of(
            [length for _, length in STANDARD.fleet], [one in observation.afloat for one in STANDARD.names]
        )
        struck = {fleet.ship_at(STANDARD, shot.cell) for shot in observation.shots if shot.result == HIT}
        cover = HitCover(board_geometry(STANDARD), possible, hits, kinds)
        free, lies = np.full((1, len(kinds)), len(possible)), [placement_numbers(fleet)]
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


def parts(observation: rules.ShootObservation) -> tuple[NDArray[np.bool_], NDArray[np.float32], list[int]]:
    """Return what a search begins with: placements possible alone, hits, and a number for each ship's kind."""
    variant = observation.variant
    possible, hits = possible_placements(observation)
    return (
        possible,
        hits,
        kinds_of([length for _, length in variant.fleet], [o in observation.afloat for o in variant.names]),
    )


def positions() -> Iterator[rules.ShootObservation]:
    """Yield some 650 positions of the standard game and of variants."""
    shot_at = [aimed(*which) for which in MANY_WAYS] + [late(seed) for seed in NO_ROOM]
    shot_at += [aimed(seed, 5 + seed % 26) for seed in range(400)] + [late(seed) for seed in range(200)]
    for fleet, cells in shot_at:
        yield rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells))
    yield from (position.observation for seed in range(40) if (position := any_position(seed)))


def test_no_position_of_a_game_comes_near_the_bounds() -> None:
    for observation in positions():
        if observation.afloat:
            geometry, clash = board_geometry(observation.variant), clashes(observation.variant)
            possible, hits, kinds = parts(observation)
            assert len(find_fleets(geometry, clash, possible, hits, kinds, MOST_NODES // 50)[0])
            cover = HitCover(geometry, possible, hits, kinds)
            cover.needed(tuple(np.bincount(kinds).tolist()), (1 << int(hits.sum())) - 1)
            assert cover.worked_out < MOST_COVERS // 2


def test_what_no_fleet_explains_is_refused_at_the_bounds() -> None:
    cells = [Cell(5 + column, 5 + row) for row, line in enumerate(BLOCK) for column, at in enumerate(line) if at == "x"]
    observation = rules.ShootObservation(TIGHT, tuple(Report(cell, HIT) for cell in cells))
    assert first_contradiction(TIGHT, observation.shots) is None
    possible, hits, kinds = parts(observation)
    cover = HitCover(board_geometry(TIGHT), possible, hits, kinds)
    cover.needed(tuple(np.bincount(kinds).tolist()), (1 << len(cells)) - 1)
    assert cover.worked_out == MOST_COVERS
    found, _ = find_fleets(board_geometry(TIGHT), clashes(TIGHT), possible, hits, kinds)
    assert not len(found)
    with pytest.raises(ObservationError, match="no fleet fits all that was heard"):
        infer(observation)


@pytest.mark.parametrize("most", [0, 10, 300])
def test_a_bounded_cover_never_asks_for_more_ships(most: int) -> None:
    for seed in range(40):
        fleet, cells = aimed(seed, 12 + seed % 12)
        possible, hits, kinds = parts(rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells)))
        ships, every = tuple(np.bincount(kinds).tolist()), (1 << int(hits.sum())) - 1
        bounded = HitCover(board_geometry(STANDARD), possible, hits, kinds, most)
        assert bounded.needed(ships, every) <= HitCover(board_geometry(STANDARD), possible, hits, kinds).needed(
            ships, every
        )
        assert bounded.worked_out <= most


def test_a_search_that_its_bound_stops_is_not_complete() -> None:
    fleet, cells = aimed(3, 20)
    observation = rules.ShootObservation(STANDARD, answers(STANDARD, fleet, cells))
    found, complete = find_fleets(board_geometry(STANDARD), clashes(STANDARD), *parts(observation), nodes=2)
    assert not len(found)
    assert not complete
