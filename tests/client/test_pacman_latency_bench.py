"""The study in simulated time: a seed fixes it, a slower network costs more, and it asks through the real contract."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from ai_functions.runtime.loader import load_opponent
from client.games.pacman.network.latency_bench import ROUND_TRIPS_MS, SIGMA, TAIL, TAIL_MS, delay, study

if TYPE_CHECKING:
    from games.pacman.observation import Observation

CLASSIC = load_opponent(Path(__file__).resolve().parents[2] / "ai_functions" / "pacman_classic")
OPTIONS = {"maze": "pocket"}


def wander(_: Observation, random: Random) -> str:
    return random.choice(("up", "left", "down", "right"))


def test_the_delay_is_what_a_network_does():
    random = Random(3)
    drawn = sorted(delay(100, random) for _ in range(20_000))
    assert drawn[len(drawn) // 2] == pytest.approx(100, rel=0.02)
    assert drawn[int(len(drawn) * 0.84)] == pytest.approx(100 * 2.718**SIGMA, rel=0.03)
    slow = sum(one >= TAIL_MS[0] for one in (delay(20, random) for _ in range(20_000)))
    assert slow / 20_000 == pytest.approx(TAIL, rel=0.25)


def test_a_seed_fixes_every_figure_and_another_changes_them():
    first = study(CLASSIC, wander, 50, 2, 1, OPTIONS)
    assert study(CLASSIC, wander, 50, 2, 1, OPTIONS) == first
    assert study(CLASSIC, wander, 50, 2, 2, OPTIONS) != first


def test_a_slower_network_leaves_older_screens_and_more_to_the_arcade():
    fast, slow = (study(CLASSIC, wander, rtt_ms, 3, 1, OPTIONS) for rtt_ms in (ROUND_TRIPS_MS[0], 600))
    assert fast.decisions > 50
    assert fast.age_ms < slow.age_ms
    assert fast.fallback < slow.fallback
    assert fast.refreshed > 0.9


def test_answers_at_once_need_no_network():
    at_once = study(CLASSIC, wander, None, 2, 1, OPTIONS)
    assert (at_once.decisions, at_once.requests_a_minute) == (0, 0)
    assert at_once.dots > 0
