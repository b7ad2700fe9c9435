"""The figures of the bench are measured, with how sure they are; how fast is not a test's business."""

from __future__ import annotations

from importlib.util import find_spec

from training.games.pacman.engine_bench import ticks_per_second


def test_the_bench_measures_every_engine_that_is_there() -> None:
    found = ticks_per_second(0.5)
    engines = {"step", "plain", "compiled"} | ({"ale"} if find_spec("ale_py") else set())
    assert set(found) == engines
    for figures in found.values():
        assert figures["ticks"] > 0
        assert figures["ticks_per_second"] > 0
        assert figures["standard_error"] >= 0
