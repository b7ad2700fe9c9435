"""A worse model cannot pass, and as good a one can."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from training.contracts import LESS, MORE, Benchmark, Dial, Level
from training.evaluation.control_variates import less_chance
from training.evaluation.evaluate import Task, task_seeds
from training.evaluation.gate import FIRST_LOOK, Table, foretells, in_band, not_worse, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.evaluation.verdict import Answer

MOST = 6400


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("the gate is given who plays, and measures nothing itself")


SHOTS = Benchmark(never, {"shots": LESS, "misses": LESS}, margin=1.0, band=1.0, seats=("one", "two"))
POINTS = Benchmark(never, {"points": MORE}, margin=1.0, band=1.0, seats=("ghosts",))
LEVEL = Level(Dial("temperature", 0.1, 10, raises=True), "log loss", never, margin=0.05)


def player(mean: float, salt: int, spread: float = 6.0) -> Callable[[Sequence[int]], list[Task]]:
    """Somebody whose tasks are as hard for everyone, and whose own chance is ``spread``."""

    def play(seeds: Sequence[int]) -> list[Task]:
        values = [mean + Random(seed).gauss(0, 8) + Random(seed ^ salt).gauss(0, spread) for seed in seeds]
        return [Task({"shots": value, "misses": value - 17, "points": value}, np.zeros(0)) for value in values]

    return play


def against(new: float, old: float, seed: int = 1, benchmark: Benchmark = SHOTS) -> tuple[Answer, Table, Table]:
    rows = dict.fromkeys(benchmark.measures)

    def only(play: Callable[[Sequence[int]], list[Task]]) -> Callable[[Sequence[int]], list[Task]]:
        return lambda seeds: [Task({name: task.row[name] for name in rows}, task.controls) for task in play(seeds)]

    return not_worse(benchmark, only(player(new, 11)), only(player(old, 12)), task_seeds("test", seed), MOST)


def test_a_better_model_passes_early():
    answer, mine, theirs = against(44, 50)
    assert answer.passed
    assert len(mine.controls) == FIRST_LOOK
    found = verdict([answer], mine, theirs)
    assert found.passed
    assert found.differences["shots"].high < 0
    assert found.games == FIRST_LOOK


def test_a_worse_model_is_refused_and_told_why():
    answer, *_ = against(53, 50)
    assert not answer.passed
    assert "shots: worse by +" in answer.reason
    assert "worse by 1 shots or more is refused" in answer.reason


def test_more_is_stronger_where_the_benchmark_says_so():
    assert against(53, 50, benchmark=POINTS)[0].passed
    assert not against(47, 50, benchmark=POINTS)[0].passed


def test_the_same_model_passes_at_once():
    answer, mine, theirs = not_worse(SHOTS, player(50, 11), player(50, 11), task_seeds("test", 1), MOST)
    assert answer.passed
    assert verdict([answer], mine, theirs).differences["shots"].p == 1.0


def test_a_level_at_its_aim_passes_and_one_off_its_band_does_not():
    assert in_band(SHOTS, 50, player(50.2, 1), count(), MOST)[0].passed
    for mean in (48.9, 51.1):
        answer, table = in_band(SHOTS, 50, player(mean, 1), count(), MOST)
        assert not answer.passed
        assert "within 1 of the aim of 50 was asked for" in answer.reason
        assert "--aim" in answer.reason
        assert "--games N" in answer.reason
        assert table.estimates()["shots"].mean == pytest.approx(mean, abs=0.6)


def test_a_level_far_off_is_refused_at_the_first_look():
    answer, table = in_band(SHOTS, 50, player(40, 1), count(), MOST)
    assert not answer.passed
    assert len(table.controls) == FIRST_LOOK


def losses(gap: float, matches: int = 40, spread: float = 0.02, seed: int = 1) -> np.ndarray:
    """What two models lose on matches: some are hard for both."""
    random = np.random.default_rng(seed)
    match = random.normal(2.5, 0.3, matches)
    return np.stack([match + gap + random.normal(0, spread, matches), match], axis=1)


def test_a_model_that_foretells_as_well_passes_and_one_worse_by_the_margin_does_not():
    assert foretells(LEVEL, losses(0.0)).passed
    assert foretells(LEVEL, losses(-0.2)).passed
    refused = foretells(LEVEL, losses(0.06))
    assert not refused.passed
    assert "log loss: 2." in refused.reason
    assert "on 40 games held out; +0.0571 ± 0.0024; it must be shown to be less than +0.05" in refused.reason
    assert sum(foretells(LEVEL, losses(LEVEL.margin, seed=seed)).passed for seed in range(200)) <= 11  # 4 expected


def test_too_few_games_to_foretell_are_told():
    answer = foretells(LEVEL, losses(0.0, matches=2))
    assert not answer.passed
    assert "only 2 games are held out" in answer.reason


def test_a_verdict_tells_what_was_refused():
    good, bad = foretells(LEVEL, losses(0.0)), foretells(LEVEL, losses(0.2))
    assert verdict([good]).passed
    found = verdict([good, bad])
    assert not found.passed
    assert found.reason == bad.reason
    assert [answer["passed"] for answer in found.to_json()["answers"]] == [True, False]  # type: ignore[union-attr,index,call-overload]


def test_the_gate_never_plays_a_game_that_was_trained_on():
    first = [seed for seed, _ in zip(task_seeds("gate", 1), range(50), strict=False)]
    avoided = frozenset(first[::2])
    later = [seed for seed, _ in zip(task_seeds("gate", 1, avoided), range(25), strict=False)]
    assert later == first[1::2]


def test_a_verdict_is_json_for_the_card():
    data = verdict([against(44, 50)[0]], *against(44, 50)[1:]).to_json()
    assert data["passed"] is True
    assert set(data["candidate"]) == {"shots", "misses"}  # type: ignore[arg-type]
    assert np.isfinite(data["differences"]["shots"]["standard_error"])  # type: ignore[index,call-overload]


def test_the_same_numbers_give_the_same_verdict():
    (one, mine, theirs), (other, *_) = against(50, 50, 3), against(50, 50, 3)
    assert one == other
    assert verdict([one], mine, theirs) == verdict([other], mine, theirs)


def test_what_chance_gave_is_taken_off_the_measure_that_decides_alone():
    random = np.random.default_rng(1)
    controls = random.normal(0, 6, (200, 1))
    values = 50 + controls[:, 0] + random.normal(0, 1, 200)
    table = Table({"shots": values, "misses": values - 17}, controls)
    assert np.array_equal(table.first(), less_chance(values, controls))
    estimates = table.estimates()
    assert estimates["shots"].standard_error < 0.3 * estimates["misses"].standard_error
