"""The figures of the bench are ticks that were played, by the time they took; how fast is not a test's business."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import count

import pytest

from training.games.pacman.engine_bench import PARTS, TICKS_BETWEEN_MOVES, engines, rates


def test_every_engine_that_is_there_plays_on() -> None:
    played = engines()
    assert set(played) == {"step", "plain", "compiled"} | ({"ale"} if find_spec("ale_py") else set())
    for name, play in played.items():
        assert [play() for _ in range(3)] == [100 * TICKS_BETWEEN_MOVES] * 3, name


def test_a_rate_is_ticks_by_seconds_with_the_error_of_its_mean() -> None:
    seconds = count()  # a second passes whenever the clock is looked at: each part plays twice
    ticks = iter([10, 10, 20, 20, 30, 30, 40, 40, 50, 50])
    found = rates({"steady": lambda: 30, "warming": lambda: next(ticks)}, 3.0 * PARTS, lambda: next(seconds))
    assert found["steady"] == {"ticks_per_second": 20, "standard_error": 0, "ticks": 60 * PARTS}
    assert found["warming"]["ticks_per_second"] == pytest.approx(20)
    assert found["warming"]["ticks"] == 300
    assert found["warming"]["standard_error"] == pytest.approx((1000 / 9 / PARTS) ** 0.5)
