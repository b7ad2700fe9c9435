"""The gate lets through what is as good, and not what is worse: the study of docs/training.md, in small.

Errors of shares over these few cases are wide; the study has two thousand a row.
"""

from __future__ import annotations

import numpy as np
import pytest

from training.contracts import benchmark_for, level_for
from training.evaluation.gate import Table
from training.evaluation.study import FOLDERS, Bank, Manifest, passes_with_aim, passes_without_aim, row

CASES = 50


@pytest.fixture(scope="module")
def hard() -> Bank:
    """As battleship_hard's tasks are: deviation 9, of which chance explains nine tenths of the variance."""
    random = np.random.default_rng(1)
    controls = random.normal(size=(1000, 12))
    values = 50 + controls @ np.full(12, 2.5) + random.normal(0, 3.2, 1000)
    return Bank(
        benchmark_for("battleship"),
        level_for(Manifest.load(FOLDERS / "battleship_hard")),
        Table({"shots": values}, controls),
    )


def share(found: list[tuple[bool, int]]) -> float:
    return sum(passed for passed, _ in found) / len(found)


def test_a_level_as_good_passes_after_its_dial_was_searched(hard: Bank):
    random = np.random.default_rng(2)
    assert share([passes_with_aim(hard, 0.0, 0.0, random) for _ in range(CASES)]) >= 0.9


@pytest.mark.parametrize(("off", "worse"), [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0)])
def test_a_level_off_its_band_or_whose_model_is_worse_is_refused(hard: Bank, off: float, worse: float):
    random = np.random.default_rng(3)
    assert share([passes_with_aim(hard, off, worse, random) for _ in range(CASES)]) <= 0.06  # 2 % expected, seeded


def test_an_opponent_without_an_aim_passes_if_it_is_as_good_alone(hard: Bank):
    random = np.random.default_rng(4)
    assert share([passes_without_aim(hard, 0.0, random) for _ in range(CASES)]) >= 0.9
    assert share([passes_without_aim(hard, -1.0, random) for _ in range(CASES)]) >= 0.97
    assert share([passes_without_aim(hard, 1.0, random) for _ in range(CASES)]) <= 0.06


def test_a_row_tells_the_share_and_the_tasks():
    assert row("model", [(True, 100), (True, 300), (False, 200), (True, 200)]) == [
        "model",
        "75.0 ± 21.7 %",
        "200",
        "300",
    ]
