"""A wall clock that is set while the cloud runs: nothing waits for it, and nothing counts by it that lasts."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.environment.locks import LOCK_S, held
from infra.local.logs.metrics import Metrics
from infra.local.patches.alarms import mend_alarms
from infra.local.patches.clock import WallClock, shift
from infra.local.state.watched import Watched
from infra.local.workers.functions import Answer

if TYPE_CHECKING:
    from infra.environment.environment import Environment

DAY_S = 86_400.0


@pytest.mark.parametrize(("passed", "wall", "step"), [(1, 1, 0), (1, 1.5, 0), (1, 1 - DAY_S, -DAY_S), (60, 61.5, 0),
                                                      (1, 1 + DAY_S, DAY_S)])  # fmt: skip
def test_a_step_of_the_clock_is_told_from_time_that_has_passed(passed: float, wall: float, step: float):
    clocks = {"wall": 1_700_000_000.0, "steady": 50.0}
    clock = WallClock(lambda: clocks["wall"], lambda: clocks["steady"])
    clocks = {"wall": 1_700_000_000.0 + wall, "steady": 50.0 + passed}
    assert clock.step() == pytest.approx(step)
    assert clock.step() == 0


def test_who_waits_waits_no_longer_because_the_clock_was_set_back():
    now = 1_700_000_000.0
    there, in_flight, of_now = ({"visible_at": now + at} for at in (DAY_S - 5, DAY_S + 30, -1))
    queues = Watched({"q": {"messages": [there, in_flight, of_now, {}]}})
    queues.taken()
    rests = {"resting": now + DAY_S + 1.0, "over": now - 1.0}
    lambdas = SimpleNamespace(_esm_backoff_until=SimpleNamespace(_data=rests))
    shift(SimpleNamespace(_queues=SimpleNamespace(_data=queues)), lambdas, -DAY_S, now)
    assert [message["visible_at"] - now for message in (there, in_flight, of_now)] == [-5, 30, -1]
    assert rests == {"resting": now + 1.0, "over": now - 1.0}
    assert queues.taken() == {"q"}, "it is saved so"


def test_the_rate_of_the_last_minute_goes_by_a_clock_that_nobody_sets(monkeypatch: pytest.MonkeyPatch):
    metrics = Metrics()
    tally = metrics.of("one", "1")
    tally.begin()
    tally.end(512, Answer({}, error=False, output="", duration_ms=1.0))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    (told,) = metrics.to_json()
    assert told["requests_per_second"] == round(1 / 60, 3)
    assert tally.to_json(time.monotonic() + 61)["requests_per_second"] == 0


def test_a_lock_that_a_clock_of_later_took_is_nobodys(environment: Environment):
    table, name = environment.platform["LocksTable"], f"clock-{uuid4().hex}"
    client = environment.cloud.client("dynamodb")

    def locked(until: float) -> bool:
        item = {"id": {"S": name}, "token": {"S": "t"}, "host": {"S": "another"}, "expires": {"N": str(int(until))}}
        client.put_item(TableName=table, Item=item)
        return environment.cloud.take(table, name, {"token": "mine"}, seconds=LOCK_S) is not None

    assert locked(time.time() + LOCK_S)
    assert locked(time.time() + LOCK_S + 600), "clocks of two machines differ"
    assert not locked(time.time() + DAY_S)
    client.delete_item(TableName=table, Key={"id": {"S": name}})
    with held(environment.cloud, table, name):
        pass


def _evaluate_alarm(alarm: dict[str, Any]) -> None:
    alarm["seen"] = _metrics  # noqa: F821 - the module's own, as in MiniStack


def test_an_alarm_does_not_go_off_by_what_will_only_have_been():
    key = ("AWS/Lambda", "Errors", ())
    points = [{"Timestamp": time.time() + at, "Value": 1.0} for at in (-5, DAY_S)]
    cloudwatch = SimpleNamespace(
        _evaluate_alarm=_evaluate_alarm, _dims_from_list=lambda _: {}, _dims_key=lambda _: (), _metrics={key: points}
    )
    mend_alarms(cloudwatch)
    alarm: dict[str, Any] = {"Namespace": key[0], "MetricName": key[1]}
    cloudwatch._evaluate_alarm(alarm)
    assert alarm["seen"] == {key: points[:1]}
