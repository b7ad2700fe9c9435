"""Load and drill: the arithmetic by itself, and a short drill in the real local cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import requests
from clouds import EXAMPLE, Caller, api_key, asking_for

from client.net.remote import post_once
from infra.core.percentiles import percentile
from infra.core.prices import billed_gb_seconds, keep_usd_a_month, move_usd
from infra.load.drill import run_drill
from infra.load.load_test import Load, LoadReport, Second, Times, in_flight, plot, run_load
from infra.load.traffic import Call, ramp
from infra.monitor.status import log_group, take_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.environment.environment import Environment


def test_a_ramp_climbs_to_its_top_and_falls_to_nearly_none():
    moments = ramp(1, 50, 60)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert moments[0] == 0
    assert gaps[0] == pytest.approx(1)
    assert min(gaps) == pytest.approx(1 / 50, rel=0.05)
    assert gaps[-1] > 0.2
    assert len(moments) == pytest.approx(51 / 2 * 40 + 50 / 2 * 20, rel=0.03)


def test_calls_that_overlap_are_counted_together():
    calls = [Call(0.0, 500, 200), Call(0.2, 500, 200), Call(0.6, 100, 200), Call(1.5, 100, 200)]
    assert in_flight(calls, 0, 1) == 2
    assert in_flight(calls, 1, 2) == 1
    assert in_flight(calls, 2, 3) == 0


def test_times_tell_refusals_from_failures():
    calls = [Call(0, 10, 200), Call(0, 20, 200), Call(0, 1, 429), Call(0, 1, 502), Call(0, 1, 0)]
    assert Times.of(calls) == Times(5, 2, 1, 10, 20, 20)


def test_a_percentile_is_the_nearest_rank():
    assert percentile([], 50) is None
    assert percentile([7], 99) == 7
    assert [percentile(range(200, 0, -1), rank) for rank in (1, 50, 99, 100)] == [2, 100, 198, 200]
    assert percentile([1.23456], 50) == 1.235


def test_a_bill_is_requests_gateway_computing_and_log():
    assert billed_gb_seconds(1.2, 512) == pytest.approx(0.001)
    log, out = 3.3e-9 * 0.5, 600e-9 * 0.09
    assert move_usd(0) == pytest.approx(1.2e-6 + log + 112e-9 * 0.5 + out)
    assert move_usd(0, via="url") == pytest.approx(0.2e-6 + log + out)
    assert move_usd(0.001) - move_usd(0) == pytest.approx(0.001 * 0.0000166667)
    assert keep_usd_a_month(0) == 0
    assert keep_usd_a_month(0, provisioned=1) == pytest.approx(0.5 * 0.0000041667 * 30 * 86400)


def entry_of(environment: Environment) -> dict:
    return next(
        item for item in requests.get(f"{environment.api}/opponents", timeout=20).json() if item["name"] == "first_free"
    )


@contextmanager
def guarded(environment: Environment, auth: str, told: list[str], caller: Callable[..., Caller]) -> Iterator[None]:
    """Let the API ask for ``auth``, and give this process what it needs to be let in."""
    with asking_for(environment, auth, told, EXAMPLE), pytest.MonkeyPatch.context() as patch:
        if auth == "key":
            patch.setenv("LAMBDA_ARCADE_API_KEY", api_key(told))
        else:
            credentials = caller("execute-api:Invoke").credentials
            patch.setenv("LAMBDA_ARCADE_AUTH", "iam")
            patch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
            patch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key)
        yield


def in_a_new_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Do ``work`` where no session has been made with other variables."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *args).result()


@pytest.mark.parametrize("auth", ["key", "iam"])
def test_a_guarded_api_lets_load_and_drill_in_and_the_drill_harms_its_victim_and_nobody_else(
    environment: Environment, auth: str, told: list[str], caller: Callable[..., Caller]
):
    entry = entry_of(environment)
    with guarded(environment, auth, told, caller):
        phases = in_a_new_thread(run_drill, environment, post_once, [entry], 1.0, lambda _what, _seconds: None)
        report = in_a_new_thread(run_load, environment, post_once, entry, entry, Load(2, 20, 1, quiet_s=0.1))
    by_name = {phase.what: phase for phase in phases}
    assert by_name["untouched"].victim.errors == by_name["deployed again"].victim.throttled == 0
    assert by_name["throttled to none"].victim.throttled > 0
    assert by_name["a version that raises"].victim.errors > 0
    assert all(phase.others.calls > 0 for phase in phases)
    assert sum(phase.others.errors + phase.others.throttled for phase in phases) == 0
    assert (report.driven.errors, report.driven.throttled) == (0, 0)
    assert report.driven.calls == len(ramp(2, 20, 1))


def test_a_load_is_drawn(tmp_path: Path):
    times = Times(3, 1, 0, 10.0, 20.0, 20.0)
    seconds = (Second(0, 2, 1, 10.0, 20.0, 1, 0.1), Second(1, 1, 1, None, None, 0, 0.2))
    plot(LoadReport("a", times, 1, 1, 0.1, 0.2, "b", times, times, seconds), tmp_path / "load.png")
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")


def test_a_load_is_answered_and_billed(environment: Environment):
    entry = entry_of(environment)
    report = in_a_new_thread(run_load, environment, post_once, entry, entry, Load(2, 20, 3, quiet_s=0.5))
    assert report.driven.errors == 0
    assert report.driven.calls == len(ramp(2, 20, 3))
    assert report.usd > report.driven.calls * move_usd(0)
    status = [item for item in take_status(environment) if item.name == "first_free" and item.share]
    assert status[0].requests >= report.driven.calls
    assert status[0].usd_per_1000 > 1000 * move_usd(0)


def test_logs_of_opponents_and_services_are_found_by_name(environment: Environment):
    assert log_group(environment, "first_free") == "/aws/lambda/lambda-arcade-first_free"
    assert log_group(environment, "catalog") == "/aws/lambda/lambda-arcade-service-catalog"
