"""What is learned of one player's fleets: which kernels count, two styles, and the latest habits."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.battleship.expert import BLOCK_COLUMNS, Expert
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import infer
from ai_functions.policies.battleship.placements import PLACEMENT_SCALE, PLACEMENTS
from games.battleship.fleet import STANDARD, Placement, check_placement
from games.battleship.observation import ShootObservation
from training.games.battleship.benchmark import sink
from training.games.battleship.habits.gate import knowing_fleets
from training.games.battleship.habits.gaussian_process import fit_prior
from training.games.battleship.habits.kernels import kernels
from training.games.battleship.habits.prior import blocks_of, touching_weight, weigh
from training.games.battleship.habits.sequence import following
from training.games.battleship.habits.styles import two_styles
from training.games.battleship.habits.weights import aged, numbers_of, uniform_use, used_placements
from training.games.battleship.players.habitual import (
    HABITS,
    Habit,
    Style,
    always,
    draw,
    even,
    placement_arrays,
    play_out,
)
from training.games.battleship.players.strangers import STRANGERS

EXPERT = Path(ai_functions.__file__).parent / "battleship_expert"
UNIFORM: Habit = always(Style(even()))


def fleets_by(habit: Habit, count: int, name: str = "fleets") -> list[Placement]:
    return play_out(habit, count, Random(name))


@pytest.mark.parametrize("name", [*HABITS, *STRANGERS])
def test_a_habit_lays_legal_fleets_that_it_thinks_likelier_than_uniform_ones(name: str) -> None:
    habit = (HABITS | STRANGERS)[name]
    fleets = fleets_by(habit, 4)
    for number, fleet in enumerate(fleets):
        check_placement(STANDARD, fleet)
        numbers = numbers_of([fleet])[0]
        assert any((style.weight[numbers] > style.weight.min() / 2).all() for style in habit(fleets[:number]))


def test_someone_who_never_lays_a_ship_where_one_lay_last_time_does_not() -> None:
    first, second, third = fleets_by(HABITS["never where last time"], 3, "wanderer")
    for fleet in (first, second):
        assert (fleet.board(STANDARD) & third.board(STANDARD)).bit_count() <= 5


def test_kinds_are_covariances_that_say_nothing_of_how_often_a_ship_is_laid() -> None:
    first = board_geometry(STANDARD).first
    for kernel in kernels():
        assert np.allclose(kernel, kernel.T, atol=1e-4)
        assert np.linalg.eigvalsh(kernel.astype(np.float64)).min() > -1e-2
        assert np.abs(np.add.reduceat(kernel, first[:-1], axis=0)).max() < 1e-2
        assert kernel.diagonal().mean() == pytest.approx(1, abs=1e-3)


def test_without_fleets_the_prior_is_uniform() -> None:
    assert not any(block.any() for block in blocks_of([], 1))
    assert {block.shape for block in blocks_of([], 1)} == {(BLOCK_COLUMNS,)}


def test_upright_ships_are_seen_to_be_that_and_nothing_else() -> None:
    """Ten fleets of one who lays ships upright: upright placements weigh about alike, wherever they are."""
    scores = learned(fleets_by(HABITS["upright"], 10))
    upright = placement_arrays().upright
    assert scores[upright].min() > scores[~upright].max()
    assert scores[upright].std() < (scores[upright].mean() - scores[~upright].mean()) / 5


def test_of_fleets_without_habits_next_to_nothing_is_learned() -> None:
    assert np.abs(learned(fleets_by(UNIFORM, 10))).max() < 0.5


def learned(fleets: list[Placement]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    usual = uniform_use(1) * len(fleets)
    return fit_prior(used_placements(numbers_of(fleets), np.ones(len(fleets))), usual).scores


def test_weights_make_whole_fleets_use_placements_as_wanted() -> None:
    scores = learned(fleets_by(HABITS["edges"], 10))
    wanted = uniform_use(1) * np.exp(scores)
    weight = np.exp(weigh(scores, uniform_use(1)))
    found = infer(ShootObservation(STANDARD, ()), weight).placement
    unfitted = infer(ShootObservation(STANDARD, ()), np.exp(scores)).placement
    assert np.abs(found - wanted).sum() < 0.5 * np.abs(unfitted - wanted).sum()


def test_two_styles_are_told_apart_and_one_is_not_taken_for_two() -> None:
    mixed = fleets_by(HABITS["edges"], 6) + fleets_by(HABITS["middle"], 4)
    styles = found_styles(mixed)
    assert styles is not None
    (_, commoner), (_, rarer) = styles
    assert commoner.tolist() == [1.0] * 6 + [0.0] * 4
    assert rarer.tolist() == [0.0] * 6 + [1.0] * 4
    assert found_styles(fleets_by(HABITS["edges"], 10)) is None
    assert found_styles(mixed[:3]) is None


def found_styles(fleets: list[Placement]) -> Any:
    numbers, usual = numbers_of(fleets), uniform_use(1)
    whole = fit_prior(used_placements(numbers, np.ones(len(fleets))), usual * len(fleets))
    return two_styles(numbers, usual, whole)


def test_how_often_ships_touch_is_learned_beside_where_they_lie() -> None:
    def weight(name: str) -> float:
        return touching_weight(numbers_of(fleets_by(HABITS[name], 10)), np.ones(10), even(), 1)

    assert weight("apart") < -0.5
    assert weight("clustered") > 0.5


def test_the_next_fleet_of_someone_who_avoids_the_last_one_is_looked_for_elsewhere() -> None:
    fleets = fleets_by(HABITS["never where last time"], 12)
    taken = board_geometry(STANDARD).cover[numbers_of(fleets)[-1]].sum(axis=0)
    crossing = board_geometry(STANDARD).cover @ taken > 0
    scores = following(numbers_of(fleets), uniform_use(1))
    assert scores[~crossing].mean() - scores[crossing].mean() > 1


@pytest.mark.parametrize("name", ["one fleet", "about as last time"])
def test_the_next_fleet_of_someone_who_moves_little_is_looked_for_there(name: str) -> None:
    *seen, following_one = fleets_by(HABITS[name], 10)
    scores = following(numbers_of(seen), uniform_use(1))
    assert scores[numbers_of([following_one])[0]].mean() > np.quantile(scores, 0.95)


def test_one_fleet_is_enough_to_follow() -> None:
    numbers = numbers_of(fleets_by(UNIFORM, 1))
    scores = following(numbers, uniform_use(1))
    assert set(np.argsort(scores)[-5:]) == set(numbers[0])


def test_corners_are_alike_whichever_they_are() -> None:
    """Ten fleets whose destroyer lies in the corner at the left top: other corners gain too, the middle does not."""
    at, usual = placement_arrays(), uniform_use(1)
    destroyer = at.ship == at.ship.max()
    home = destroyer & (at.right <= 1) & (at.bottom <= 1)
    away = destroyer & (at.left >= 8) & (at.top >= 8)
    inland = destroyer & (at.left >= 3) & (at.right <= 6) & (at.top >= 3) & (at.bottom <= 6)
    scores = fit_prior(np.where(destroyer, 10 * home / home.sum(), 10 * usual), 10 * usual).scores
    assert scores[home].mean() > scores[away].mean() > scores[inland].mean() + 0.5


def test_older_fleets_count_less() -> None:
    assert aged(3, 1).tolist() == [0.25, 0.5, 1.0]


def test_new_habits_outweigh_old_ones_among_the_latest() -> None:
    blocks = blocks_of(fleets_by(HABITS["edges"], 20) + fleets_by(HABITS["middle"], 8), 1)
    edge = placement_arrays().edge

    def touching(block: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        scores = block[-PLACEMENTS - 1 : -1] * PLACEMENT_SCALE
        return float(scores[edge].mean() - scores[~edge].mean())

    usual, recent, _ = blocks
    assert touching(usual) > 0 > touching(recent)


@pytest.mark.parametrize(("name", "least"), [("edges", 8), ("three fleets", 12)])
def test_ten_games_of_a_habitual_player_save_shots(name: str, least: float) -> None:
    seen = fleets_by(HABITS[name], 10)
    expert = Expert(EXPERT)
    known = knowing_fleets(expert, seen, 1)
    fleets = [draw(HABITS[name](seen), Random(seed)) for seed in range(8)]
    saved = [len(sink(expert.act, fleet, 1)) - len(sink(known.act, fleet, 1)) for fleet in fleets]
    assert np.mean(saved) > least
