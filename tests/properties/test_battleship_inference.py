"""Whole-fleet inference against the plainest way there is: look at every fleet, or draw fleets until some agree."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import infer, touches
from games.battleship import rules
from games.battleship.fleet import (
    STANDARD,
    Cell,
    Placement,
    Variant,
    random_placement,
)
from games.core import ObservationError
from tests.battleship_positions import all_fleets, answers, some_cells
from training.games.battleship.benchmark import sink
from training.games.battleship.players.textbook import LADDER

FEW = (("liner", 8), ("ferry", 3), ("tug", 3))
SMALL, APART = Variant(8, FEW), Variant(8, FEW, no_touch=True)


def half_hits(variant: Variant, fleet: Placement, count: int, random: Random) -> list[Cell]:
    """Return shots half of which hit, so that ships sink and touch."""
    return some_cells(variant, fleet, count // 2, count - count // 2, random)


@pytest.mark.parametrize("variant", [SMALL, APART], ids=["touching", "apart"])
def test_inference_is_exact_where_every_fleet_can_be_looked_at(variant: Variant) -> None:
    every = all_fleets(variant)
    boards = [one.board(variant) for one in every]
    random = Random(4)
    for _ in range(6):
        fleet = random.choice(every)
        shots = answers(variant, fleet, half_hits(variant, fleet, 8, random))
        if len(rules.ShootObservation(variant, shots).afloat) == 0:
            continue
        cells = [shot.cell for shot in shots]
        missed = sum(variant.bit(shot.cell) for shot in shots if shot.result == "miss")
        struck = sum(variant.bit(shot.cell) for shot in shots if shot.result != "miss")
        near = [one for one, board in zip(every, boards, strict=True) if not board & missed and not struck & ~board]
        agreeing = [one for one in near if answers(variant, one, cells) == shots]
        expected = np.zeros(variant.size**2)
        for one in agreeing:
            board = one.board(variant)
            expected += [board >> cell & 1 for cell in range(variant.size**2)]
        fleets = infer(rules.ShootObservation(variant, shots), pairs=10_000_000)
        assert fleets.exact
        assert fleets.evidence == len(agreeing)
        geometry = board_geometry(variant)
        assert fleets.placement @ geometry.cover == pytest.approx(expected / len(agreeing))


def test_counting_comes_near_to_looking_at_every_fleet() -> None:
    """Ships not met are counted, not laid; a liner across the whole board is hard to count beside."""
    variant = SMALL
    random = Random(9)
    for _ in range(8):
        fleet = random_placement(variant, random)
        shots = answers(variant, fleet, half_hits(variant, fleet, 6, random))
        observation = rules.ShootObservation(variant, shots)
        counted, listed = infer(observation, pairs=0), infer(observation, pairs=10_000_000)
        assert listed.exact
        assert np.abs((counted.placement - listed.placement) @ board_geometry(variant).cover).max() < 0.12
        assert counted.evidence == pytest.approx(listed.evidence, rel=0.15)


def test_counted_fleets_agree_with_rejection_sampling() -> None:
    """Four misses and a hit: too many fleets to lay.  Plain draws that agree are the reference."""
    fleet = random_placement(STANDARD, Random(12))
    ship = next(iter(STANDARD.cells(fleet.board(STANDARD))))
    water = [cell for cell in STANDARD.cells((1 << 100) - 1) if fleet.ship_at(STANDARD, cell) is None]
    cells = [water[11], water[40], ship, water[60], water[75]]
    shots = answers(STANDARD, fleet, cells)
    random = Random(3)
    agreeing = np.zeros(100)
    count = 0
    missed = sum(STANDARD.bit(shot.cell) for shot in shots if shot.result == "miss")
    for _ in range(40_000):
        board = random_placement(STANDARD, random).board(STANDARD)
        if not board & missed and board & STANDARD.bit(ship):
            agreeing += [board >> cell & 1 for cell in range(100)]
            count += 1
    fleets = infer(rules.ShootObservation(STANDARD, shots))
    chance = fleets.placement @ board_geometry(STANDARD).cover
    assert not fleets.exact
    error = np.sqrt(np.maximum(chance * (1 - chance), 1e-4) / count)
    assert np.abs(chance - agreeing / count).max() < 4.5 * error.max()


def test_the_number_of_fleets_on_an_untouched_sea_is_nearly_right() -> None:
    assert infer(rules.ShootObservation(STANDARD, ())).evidence == pytest.approx(30_093_975_536, rel=0.04)


def test_fleets_whose_ships_touch_count_as_they_are_weighed() -> None:
    every = all_fleets(SMALL)
    near = touches(SMALL)
    number = {(one.ship, one.cell, one.vertical): index for index, one in enumerate(board_geometry(SMALL).placements)}
    weight = []
    for fleet in every:
        rows = [number[one.ship, one.cell, one.vertical] for one in fleet.ships]
        weight.append(0.25 ** (near[np.ix_(rows, rows)].sum() / 2))
    listed = infer(rules.ShootObservation(SMALL, ()), touching=0.25, pairs=10_000_000)
    assert listed.evidence == pytest.approx(sum(weight))
    counted = infer(rules.ShootObservation(SMALL, ()), touching=0.25, pairs=0)
    assert counted.evidence == pytest.approx(sum(weight), rel=0.1)
    assert np.abs((counted.placement - listed.placement) @ board_geometry(SMALL).cover).max() < 0.06


def test_a_prior_counts_as_it_weighs() -> None:
    """A liner that counts twice across must lie across twice as often as down: the board is the same both ways."""
    observation = rules.ShootObservation(SMALL, ())
    geometry = board_geometry(SMALL)
    across = np.array([not placement.vertical for placement in geometry.placements])
    weight = np.where(across & (geometry.ship == 0), 2.0, 1.0)
    fleets = infer(observation, weight, pairs=10_000_000)
    assert fleets.exact
    chance = fleets.placement
    assert chance[across & (geometry.ship == 0)].sum() == pytest.approx(2 / 3, abs=1e-6)


def test_no_fleet_is_said_to_fit_where_none_does() -> None:
    shots = tuple(rules.Report(rules.parse_action(text).cell, "miss") for text in ("B1", "A2"))
    hit = (rules.Report(Cell(0, 0), "hit"),)
    with pytest.raises(ObservationError, match="no fleet fits"):
        infer(rules.ShootObservation(STANDARD, shots + hit))


def test_whole_games_are_inferred_to_their_end() -> None:
    """Greedy play on the chances sinks every fleet, and no answer on the way is called impossible."""

    greedy = LADDER["posterior"]
    needed = [len(sink(greedy, random_placement(STANDARD, Random(seed)), seed)) for seed in range(8)]
    assert np.mean(needed) < 55
