"""The model of many players on Lambda: against formulas, against its own rules, and (slow) against a real load."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from math import factorial, sqrt
from random import Random
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from client.cli import app
from client.commands.context import UsageError
from client.net.remote import post_once
from infra.core.prices import billed_gb_seconds, move_usd
from infra.load.daily_bill import Point, at, bill_of, crossing, machines_usd_a_day
from infra.load.rehearsal import rehearse
from infra.load.simulation import (
    ADDED_A_SECOND,
    ADDED_AT_ONCE,
    DAY_S,
    Day,
    Hour,
    Platform,
    Workload,
    simulate_day,
    simulate_moments,
)
from infra.load.thinking import assumed, thinking_of
from infra.local.paths import HOME_VARIABLE
from tests.golden.test_golden_matches import MATCHES

if TYPE_CHECKING:
    from pathlib import Path

    from infra.environment.environment import Environment

QUICK = Platform(run_ms=[100.0], start_ms=[400.0], way_ms=[20.0])
SECONDS = 1000.0


def test_environments_are_reused_until_they_have_been_idle_too_long() -> None:
    seen, latencies = simulate_moments([0.0, 1.0, 421.0, 900.0], QUICK, Random(1))
    assert (seen.started, seen.cold, seen.moves) == (2, 2, 4)
    assert latencies == pytest.approx([520.0, 120.0, 120.0, 520.0])


def test_as_many_environments_run_as_requests_are_under_way() -> None:
    steady = replace(QUICK, start_ms=[0.0], run_ms=[99.0])
    seen, _ = simulate_moments([number / 20 for number in range(200)], steady, Random(1))
    assert seen.most_at_once == 2
    assert seen.started == 2


def test_refusals_agree_with_erlangs_formula() -> None:
    """Poisson arrivals, exponential times, no queue: Erlang B, which also holds for any other times."""
    random, servers, load = Random(7), 5, 4.0
    moments, now = [], 0.0
    while (now := now + random.expovariate(load * 10)) < 2 * SECONDS:
        moments.append(now)
    runs = [random.expovariate(1 / 100) for _ in range(5000)]
    seen, _ = simulate_moments(moments, Platform(runs, [0.0], [0.0], reserved=servers), random)
    terms = [load**number / factorial(number) for number in range(servers + 1)]
    expected = terms[-1] / sum(terms)
    share = seen.throttled / len(moments)
    assert abs(share - expected) < 5 * sqrt(expected / len(moments)) + 0.005


def test_a_function_adds_a_thousand_environments_at_once_and_then_a_hundred_a_second() -> None:
    slow = Platform(run_ms=[60_000.0], start_ms=[0.0], way_ms=[0.0], concurrency=5000)
    seen, _ = simulate_moments([0.0] * 3000, slow, Random(1))
    assert seen.started == ADDED_AT_ONCE
    later, _ = simulate_moments([*[0.0] * 3000, *[1.0] * 3000], slow, Random(1))
    assert later.started == ADDED_AT_ONCE + ADDED_A_SECOND


def test_the_account_s_quota_holds_for_all_functions_and_ten_requests_a_second_go_with_each_unit() -> None:
    slow = Platform(run_ms=[60_000.0], start_ms=[0.0], way_ms=[0.0], concurrency=50)
    seen, _ = simulate_moments([number / 100 for number in range(100)], slow, Random(1))
    assert (seen.moves, seen.throttled, seen.most_at_once) == (50, 50, 50)
    fast = Platform(run_ms=[0.1], start_ms=[0.0], way_ms=[0.0], concurrency=10)
    seen, _ = simulate_moments([number / 1000 for number in range(1000)], fast, Random(1))
    assert 190 <= seen.moves <= 210, "100 at once, and 100 in the second"


def test_who_waits_for_a_start_takes_what_is_free_before_on_the_local_cloud() -> None:
    local = Platform(run_ms=[100.0], start_ms=[400.0], way_ms=[0.0], local=True)
    seen, latencies = simulate_moments([0.0, 0.05], local, Random(1), warm=1)
    assert latencies == pytest.approx([100.0, 150.0])
    assert (seen.started, seen.cold) == (1, 0)
    seen, latencies = simulate_moments([0.0, 0.05], replace(local, local=False), Random(1), warm=1)
    assert latencies == pytest.approx([100.0, 500.0])
    assert (seen.started, seen.cold) == (1, 1)


def test_a_day_is_as_long_as_it_is_made_of_the_matches_that_were_asked_for_and_the_same_for_the_same_seed() -> None:
    hours = count()
    random = Random(3)
    workload = Workload(2000, 1.0, assumed(0.3, 2.0, random, 20), opponents=3)
    day = simulate_day(workload, QUICK, Random(4), lambda _: next(hours))
    assert next(hours) == 23
    assert abs(day.total("matches") - 2000) < 5 * sqrt(2000)
    assert abs(day.total("moves") / day.total("matches") / 36 - 1) < 0.02, "all but those cut off by midnight"
    assert day.hours[20].matches > 3 * day.hours[4].matches, "an evening's game"
    assert day == simulate_day(workload, QUICK, Random(4), lambda _: None)
    assert day != simulate_day(workload, QUICK, Random(5), lambda _: None)


def test_who_is_refused_asks_again_and_at_last_a_stand_in_plays() -> None:
    hung = Platform(run_ms=[DAY_S * 1000], start_ms=[0.0], way_ms=[0.0], reserved=1)
    day = simulate_day(Workload(50, 1.0, [[1.0, 1.0]], opponents=1), hung, Random(1), lambda _: None)
    matches = day.total("matches")
    assert day.total("moves") == 1
    assert matches <= day.total("lost") <= 2 * matches, "both moves of each, but one"
    assert day.total("throttled") > 10 * day.total("lost")


def test_the_bill_is_the_sum_by_hand() -> None:
    day = Day(
        (Hour(matches=2, moves=1000, started=4, run_ms=10_000.0, start_ms=3200.0), Hour(moves=1000, run_ms=10_000.0)),
        (),
    )
    found = bill_of(day, Workload(1, 1.0, [[1800.0], [5400.0]]), 512)
    gb_seconds = 2000 * 0.010 * 0.5 + 4 * 0.8 * 0.5
    by_hand = 2000 * move_usd(0.0) + (gb_seconds / 1000) * (move_usd(1000.0) - move_usd(0.0))
    assert found.day_usd == pytest.approx(by_hand)
    assert billed_gb_seconds(10, 512) == pytest.approx(0.005)
    assert found.play_hours == 2
    assert found.million_moves_usd == pytest.approx(by_hand / 2000 * 1e6)


def test_the_lines_cross_where_it_is_said() -> None:
    point = Point(1000, 20_000.0, 20.0, 0.04, *machines_usd_a_day(20_000.0))
    players = crossing([point])
    here, before = at([point], players), at([point], int(players * 0.98))
    assert here.machines_usd <= here.functions_usd
    assert before.machines_usd > before.functions_usd


def test_thinking_is_taken_from_records() -> None:
    found = thinking_of(MATCHES)
    assert found
    for thoughts in found:
        assert all(0 <= thought <= 600 for thought in thoughts)
    spans = [record.turns[-1].at_ms / 1000 for record in MATCHES if record.turns]
    assert max(map(sum, found)) <= max(spans)


def test_the_command_tells_hours_and_bill_and_refuses_what_cannot_be(tmp_path: object) -> None:
    asked = ["cloud", "simulate", "--players", "300", "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert len(told["hours"]) == 24
    assert told["bill"]["day_usd"] > 0
    for option, value in (
        ("--players", "-1"),
        ("--players", "1" + "0" * 12),
        ("--run-ms", "inf"),
        ("--start-ms", "inf"),
    ):
        assert CliRunner().invoke(app, ["cloud", "simulate", option, value]).exit_code == 2, (option, value)
    empty = CliRunner().invoke(app, [*asked, "--records", str(tmp_path)])
    assert isinstance(empty.exception, UsageError | RuntimeError | ValueError)
    assert str(tmp_path) in str(empty.exception)


def test_a_simulated_day_is_billed_by_the_prices_of_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    asked = ["cloud", "simulate", "--players", "300", "--json"]

    def usd() -> float:
        result = CliRunner().invoke(app, asked)
        return float(json.loads(result.stdout)["bill"]["day_usd"]) if result.exit_code == 0 else -1.0

    before = usd()
    (tmp_path / "prices.toml").write_text("http_api_request = 10.0e-6\n")
    assert usd() > 3 * before > 0
    (tmp_path / "prices.toml").write_text("http_api_request = -1\n")
    refused = CliRunner().invoke(app, asked).exception
    assert isinstance(refused, UsageError)
    assert "http_api_request is -1; wanted" in str(refused)


@pytest.mark.slow
def test_a_real_ramp_comes_out_as_the_model_says(environment: Environment) -> None:
    found = {one.what: one for one in rehearse(environment, post_once, "battleship", 20.0, lambda _what, _s: None)}
    assert set(found) == {"cold starts", "throttled", "p50, ms", "p99, ms"}
    assert all(one.measured > 0 for one in found.values()), "times are compared by the benchmark, not here"
    assert found["cold starts"].modelled > 1
    assert found["throttled"].modelled > 1
