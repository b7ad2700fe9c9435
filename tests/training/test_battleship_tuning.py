"""The compiled shooter that tuning plays scores cells as the served one does."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ai_functions.policies.battleship.expert import NEARLY
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import infer
from ai_functions.policies.battleship.placements import placement_numbers
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS, believe, make_prior, worth_rows
from games.battleship.fleet import STANDARD, Cell, Placement, random_placement
from games.battleship.notation import HIT, MISS, SUNK, Report
from games.battleship.observation import ShootObservation
from tests.battleship_positions import MANY_WAYS, NO_ROOM, aimed, late
from training.games.battleship.compiled.control_variates import VariateRegression
from training.games.battleship.compiled.games import play_all, think, variates_of
from training.games.battleship.compiled.inference import look
from training.games.battleship.compiled.table import MISSED, STRUCK, new_table, shoot
from training.games.battleship.self_play import observe_shots, self_played_race_part, won_from
from training.games.battleship.standard_placements import symmetric
from training.games.battleship.studies import one_source
from training.games.battleship.tuning import tuned_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def test_both_score_alike_from_the_first_shot_to_the_last() -> None:
    weights = np.random.default_rng(4).normal(0, 0.3, WORTH_COLUMNS)
    weights[0] = 1
    uniform = make_prior(STANDARD, "uniform", 1.0, None)
    for seed in range(4):
        table = new_table(np.array(placement_numbers(random_placement(STANDARD, Random(seed)))))
        shots: list[Report] = []
        while table.totals[2] < len(STANDARD.fleet):
            cells, worth = think(table, weights, NEARLY)[:2]
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


def looked_at(fleet: Placement, cells: Sequence[Cell]) -> tuple[NDArray[np.float64], ShootObservation]:
    """Return the compiled chances of placements after shots at ``cells``, and what was heard."""
    numbers = np.array(placement_numbers(fleet))
    order = np.array([cell.row * STANDARD.size + cell.column for cell in cells])
    table = new_table(numbers)
    for cell in order:
        shoot(table, cell)
    return look(table)[0].placement, observe_shots(numbers, order)


@pytest.mark.parametrize("seed", NO_ROOM)
def test_both_lay_the_fleets_that_counting_finds_no_room_for(seed: int) -> None:
    chances, observation = looked_at(*late(seed))
    afloat = np.array([name in observation.afloat for name in STANDARD.names])[board_geometry(STANDARD).ship]
    assert chances[afloat] == pytest.approx(infer(observation, pairs=0).placement[afloat])


@pytest.mark.parametrize(("seed", "heard"), MANY_WAYS)
def test_hits_are_ships_for_sure_however_many_ways_explain_them(seed: int, heard: int) -> None:
    chances, observation = looked_at(*aimed(seed, heard))
    assert observation.afloat == STANDARD.names
    struck = [shot.cell.row * STANDARD.size + shot.cell.column for shot in observation.shots if shot.result == HIT]
    assert (chances @ board_geometry(STANDARD).cover)[struck] == pytest.approx(np.ones(len(struck)))


def test_a_fleet_is_turned_and_mirrored_in_eight_ways() -> None:
    fleets = np.array([placement_numbers(random_placement(STANDARD, Random(1)))])
    ways = symmetric(fleets)
    assert len({tuple(way) for way in ways.tolist()}) == 8
    assert ways[0].tolist() == fleets[0].tolist()


def test_the_same_seed_plays_the_same_games() -> None:
    fleets = np.array([placement_numbers(random_placement(STANDARD, Random(seed))) for seed in range(20)])
    greedy = np.eye(WORTH_COLUMNS)[0]
    first, again, other = (play_all(fleets, greedy, NEARLY, 0.02, seed).needed for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
    assert 35 < first.mean() < 55


def test_chance_gives_nothing_on_average_and_explains_most_of_a_game() -> None:
    fleets = np.array([placement_numbers(random_placement(STANDARD, Random(seed))) for seed in range(2400)])
    greedy = np.eye(WORTH_COLUMNS)[0]
    games, later = play_all(fleets[:1200], greedy, NEARLY, 0.02, 1), play_all(fleets[1200:], greedy, NEARLY, 0.02, 9000)
    regression = VariateRegression()
    regression.learn(games.variates, games.needed)
    given = later.variates @ regression.worth()
    assert abs(given.mean()) < 4 * given.std() / len(given) ** 0.5
    assert (later.needed - given).std() < 0.3 * later.needed.std()


def test_a_game_is_heard_as_it_was_played() -> None:
    fleets = np.array([placement_numbers(random_placement(STANDARD, Random(seed))) for seed in range(5)])
    games = play_all(fleets, np.eye(WORTH_COLUMNS)[0], NEARLY, 0.02, 1)
    for fleet, order, needed, variates in zip(fleets, games.order, games.needed, games.variates, strict=True):
        assert variates_of(fleet, order[: int(needed)]) == pytest.approx(variates)
        heard = observe_shots(fleet, order[: int(needed)])
        assert not heard.afloat
        assert heard.shots[-1].result == SUNK
        assert observe_shots(fleet, order[: int(needed) - 1]).afloat


def test_a_race_is_won_against_those_who_need_longer() -> None:
    needed = np.array([40.0, 50.0, 30.0, 40.0, 60.0])
    assert won_from(needed, 0, 35) == pytest.approx((0.5 + 1 + 1) / 3)
    assert won_from(needed, 2, 10) == 1
    assert won_from(needed, 4, 59) == 0.5


@pytest.mark.slow
def test_tuning_saves_shots_and_tells_who_wins() -> None:
    fleets = symmetric(np.array([placement_numbers(random_placement(STANDARD, Random(seed))) for seed in range(300)]))
    said: list[str] = []
    worth, measures = tuned_part(fleets, 1, said.append, generations=6)
    assert measures["tuned_shots"] < measures["untuned_shots"] - 0.1
    race, positions = self_played_race_part(worth, fleets, 1, said.append, games=100)
    hopes = 1 / (1 + np.exp(-positions @ race))
    assert 0.4 < hopes.mean() < 0.6
    assert hopes.min() < 0.3
    assert hopes.max() > 0.7
    assert any("generation 5 of 6" in line for line in said)


@pytest.mark.slow
def test_the_trial_of_one_source_for_both_can_be_repeated(capfd: pytest.CaptureFixture[str]) -> None:
    """What docs/decisions/0023 says stands in the way is looked for again: a newer numba may compile it."""
    one_source.main(3)
    lines = capfd.readouterr().out.splitlines()
    assert sum("ms a position" in line for line in lines) == 4
    assert "np.add.reduceat: does not compile" in lines
