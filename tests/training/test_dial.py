"""The dial comes to stand where the level is what it aims at."""

from __future__ import annotations

from itertools import count
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training.contracts import Dial
from training.evaluation.dial import SHARE, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.evaluation.dial import Setting

TEMPERATURE = Dial("temperature", 0.05, 20.0, raises=True)
CURVE = ((0.05, 44.9), (0.5, 47.1), (1.0, 49.5), (1.6, 53.8), (3.0, 61.0), (10.0, 85.0), (20.0, 92.0))


def shots(value: float) -> float:
    """What battleship_hard needs at a temperature, about."""
    return float(np.interp(log(value), np.log([at for at, _ in CURVE]), [level for _, level in CURVE]))


def found(
    level: Callable[[float], float] = shots, *, aim: float = 50, start: float = 1.0, noise: float = 4.0, seed: int = 1,
    dial: Dial = TEMPERATURE, most: int = 6400,
) -> Setting:  # fmt: skip
    random = np.random.default_rng(seed)

    def ask(value: float, seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        return level(value) + random.normal(0, noise, len(seeds)), np.zeros((len(seeds), 0))

    return search(dial, start, aim, 1.0, ask, count(), most)


@pytest.mark.parametrize("start", [0.06, 0.5, 1.0, 4.0, 19.0])
def test_the_level_is_known_to_a_fifth_of_the_band_wherever_it_starts(start: float):
    off = []
    for seed in range(12):
        setting = found(start=start, seed=seed)
        assert setting.reached
        assert setting.standard_error <= SHARE
        off.append(shots(setting.value) - 50)
    assert np.sqrt(np.mean(np.square(off))) < 1.6 * SHARE  # 12 errors of 0.2: more has a chance of 0.2 %


def test_a_dial_may_turn_the_other_way():
    down = Dial("temperature", 0.05, 20.0, raises=False)
    setting = found(lambda value: 100 - shots(value), aim=45, dial=down, start=0.3)
    assert setting.reached
    assert abs(shots(setting.value) - 55) < 1


def test_an_aim_beyond_the_dials_end_is_told_soon():
    setting = found(aim=40)
    assert not setting.reached
    assert setting.level == pytest.approx(44.9, abs=1.5)
    assert setting.tasks < 1000


def test_where_the_dial_hardly_matters_it_stays():
    setting = found(lambda _: 50.3, start=2.0)
    assert setting.reached
    assert setting.standard_error <= SHARE


def test_too_few_tasks_are_told_by_the_error():
    setting = found(noise=12.0, most=200)
    assert setting.standard_error > SHARE
    assert setting.tasks < 800


def test_what_is_known_from_one_setting_alone_has_the_error_of_its_tasks():
    setting = found(aim=66, start=1.179, noise=9.0, seed=31, most=40)
    assert setting.standard_error < 2


def test_the_same_tasks_give_the_same_setting():
    assert found(seed=3) == found(seed=3)
