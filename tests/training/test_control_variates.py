"""Taking off what chance gave keeps the mean and takes most of the error away."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

import ai_functions
from ai_functions.runtime.loader import load_opponent
from training.evaluation.control_variates import less_chance
from training.evaluation.evaluate import task_seeds
from training.games.battleship.benchmark import measure, measure_controlled
from training.games.battleship.players.textbook import LADDER

HARD = Path(ai_functions.__file__).parent / "battleship_hard"


def made_up(tasks: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    controls = random.normal(size=(tasks, 8)) * np.arange(1, 9)
    return 50 + controls @ np.linspace(-1, 1, 8) + random.normal(0, 2, tasks), controls


def test_the_mean_stays_and_the_error_shrinks():
    means = []
    for seed in range(40):
        values, controls = made_up(200, seed)
        adjusted = less_chance(values, controls)
        assert adjusted.std() < 0.5 * values.std()
        means.append(adjusted.mean())
    assert abs(np.mean(means) - 50) < 3 * np.std(means) / np.sqrt(len(means))
    assert np.std(means) < 2.5 / np.sqrt(200)


def test_what_explains_nothing_changes_nothing():
    random = np.random.default_rng(1)
    values = random.normal(50, 9, 60)
    assert less_chance(values, random.normal(size=(60, 40))) is values
    assert less_chance(values, np.zeros((60, 0))) is values
    assert less_chance(values[:4], np.ones((4, 3))) is not None


def test_a_battleship_games_control_variates_explain_most_of_it():
    opponent = load_opponent(HARD).act
    played = [measure_controlled(opponent, seed=seed) for seed in islice(task_seeds("controls", 1), 150)]
    shots, controls = np.array([row["shots"] for row, _ in played]), np.array([found for _, found in played])
    assert less_chance(shots, controls).std() < 0.6 * shots.std()
    errors = controls.std(axis=0) / np.sqrt(len(controls))
    assert (np.abs(controls.mean(axis=0)) < 4.5 * errors + 1e-9).all()  # their mean is 0, whoever shoots


def test_the_same_task_measures_the_same_with_and_without_them():
    for player in (LADDER["hunt"], lambda observation, random: LADDER["density"](observation, Random(random.random()))):
        assert measure_controlled(player, seed=5)[0] == measure(player, seed=5)
