"""The compiled shooter that tuning plays scores cells as the served one does."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ai_functions.features.battleship_berths import berth_numbers
from ai_functions.features.battleship_expert import NEARLY
from ai_functions.features.battleship_posterior import WORTH_COLUMNS, believe, make_prior, worth_rows
from games.battleship.fleet import STANDARD, Cell, random_placement
from games.battleship.notation import HIT, MISS, SUNK, Report
from games.battleship.observation import ShootObservation
from training.recipes.battleship.compiled import play_all, scores
from training.recipes.battleship.compiled_chances import MISSED, STRUCK, new_table, shoot
from training.recipes.battleship.tuning import symmetric


def test_both_score_alike_from_the_first_shot_to_the_last() -> None:
    weights = np.random.default_rng(4).normal(0, 0.3, WORTH_COLUMNS)
    weights[0] = 1
    uniform = make_prior(STANDARD, "uniform", 1.0, None)
    for seed in range(4):
        table = new_table(np.array(berth_numbers(random_placement(STANDARD, Random(seed)))))
        shots: list[Report] = []
        while table.totals[2] < len(STANDARD.fleet):
            cells, worth = scores(table, weights, NEARLY)
            observation = ShootObservation(STANDARD, tuple(shots))
            served = worth_rows(observation, believe(observation, (uniform,), 0), cells) @ weights
            assert served == pytest.approx(worth, abs=1e-4)
            cell = int(cells[np.argmax(worth)])
            sunk = int(table.totals[2])
            shoot(table, cell)
            where = Cell(cell % STANDARD.size, cell // STANDARD.size)
            if table.state[cell] in (MISSED, STRUCK):
                shots.append(Report(where, MISS if table.state[cell] == MISSED else HIT))
            else:
                shots.append(Report(where, SUNK, STANDARD.names[table.order[sunk]]))


def test_a_fleet_is_turned_and_mirrored_in_eight_ways() -> None:
    fleets = np.array([berth_numbers(random_placement(STANDARD, Random(1)))])
    ways = symmetric(fleets)
    assert len({tuple(way) for way in ways.tolist()}) == 8
    assert ways[0].tolist() == fleets[0].tolist()


def test_the_same_seed_plays_the_same_games() -> None:
    fleets = np.array([berth_numbers(random_placement(STANDARD, Random(seed))) for seed in range(20)])
    greedy = np.eye(WORTH_COLUMNS)[0]
    first, again, other = (play_all(fleets, greedy, NEARLY, 0.02, seed) for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
    assert 35 < first.mean() < 55
