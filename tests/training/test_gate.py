"""A worse model cannot pass."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from training.contracts import LESS, MORE, Yardstick
from training.evaluation.evaluate import task_seeds
from training.evaluation.gate import LOOKS, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def never(*_: Any, **__: Any) -> Mapping[str, float]:
    raise AssertionError("the gate plays trials, not the yardstick's own measure")


SHOTS = Yardstick(measure=never, measures={"shots": LESS, "misses": LESS}, margin=1.0, seats=("one", "two"))
POINTS = Yardstick(measure=never, measures={"points": MORE}, margin=1.0, seats=("ghosts",))


def shooter(mean: float, salt: int, spread: float = 6.0) -> Callable[[int], Mapping[str, float]]:
    """A trial whose tasks are as hard for everyone, and whose own luck is ``spread``."""

    def trial(seed: int) -> Mapping[str, float]:
        shots = mean + Random(seed).gauss(0, 8) + Random(seed ^ salt).gauss(0, spread)
        return {"shots": shots, "misses": shots - 17, "points": shots}

    return trial


def verdict(new: float, old: float, seed: int = 1, yardstick: Yardstick = SHOTS, aim: float | None = None):
    return judge(yardstick, shooter(new, 11), shooter(old, 12), task_seeds("test", seed), aim=aim)


def test_a_better_model_passes_early():
    found = verdict(44, 50)
    assert found.passed
    assert found.games == LOOKS[0]
    assert "not worse" in found.reason
    assert found.differences["shots"].high < 0


def test_a_worse_model_is_refused_and_told_why():
    found = verdict(53, 50)
    assert not found.passed
    assert "shots: worse: the new model is between +" in found.reason


def test_more_is_stronger_where_the_yardstick_says_so():
    assert verdict(53, 50, yardstick=POINTS).passed
    assert not verdict(47, 50, yardstick=POINTS).passed


def test_the_same_model_passes_at_once():
    found = judge(SHOTS, shooter(50, 11), shooter(50, 11), task_seeds("test", 1))
    assert found.passed
    assert found.games == LOOKS[0]
    assert found.differences["shots"].p == 1.0


def test_a_model_worse_by_the_margin_passes_in_at_most_one_of_forty_cases():
    passed = sum(verdict(51, 50, seed).passed for seed in range(30))
    assert passed <= 3  # 30 / 40 = 0.75 are allowed on average; more than 3 have a chance of 0.7 %


def test_an_equally_strong_model_usually_passes():
    passed = sum(verdict(50, 50, seed).passed for seed in range(12))
    assert passed >= 8


def test_with_an_aim_stronger_is_not_better():
    easy = 66.0
    assert verdict(66, 70, aim=easy).passed
    assert not verdict(50, 66, aim=easy).passed
    assert not verdict(75, 66, aim=easy).passed
    assert "further from the aim of 66" in verdict(50, 66, aim=easy).reason


def test_without_a_model_to_replace_the_candidate_is_measured_and_passes():
    found = judge(SHOTS, shooter(50, 11), None, task_seeds("test", 1))
    assert found.passed
    assert found.games == LOOKS[1]
    assert found.candidate["shots"].n == LOOKS[1]
    assert found.reason == "there is no model to replace"


def test_the_gate_never_plays_a_game_that_was_trained_on():
    first = [seed for seed, _ in zip(task_seeds("gate", 1), range(50), strict=False)]
    avoided = frozenset(first[::2])
    later = [seed for seed, _ in zip(task_seeds("gate", 1, avoided), range(25), strict=False)]
    assert later == first[1::2]


def test_a_verdict_is_json_for_the_card():
    data = verdict(44, 50).to_json()
    assert data["passed"] is True
    assert set(data["candidate"]) == {"shots", "misses"}  # type: ignore[arg-type]
    assert np.isfinite(data["differences"]["shots"]["standard_error"])  # type: ignore[index,call-overload]


@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_the_same_numbers_give_the_same_verdict(margin: float):
    yardstick = Yardstick(measure=never, measures={"shots": LESS}, margin=margin, seats=("one", "two"))
    assert verdict(50, 50, 3, yardstick) == verdict(50, 50, 3, yardstick)
