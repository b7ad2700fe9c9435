"""Whether the model of ``infra.load.simulation`` is right: one function is loaded for real, beside what the model says.

The function does nothing but wait, as one that asks something else would, so that two cores are enough for the load.
First its times are taken, one call after the other; then a new version, of which one environment is warm (the smoke
test's), is driven by a ramp over what its reserved concurrency lets through.  The model knows the times and the ramp's
moments, and nothing of what happened.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from infra.core.percentiles import percentile
from infra.deploy.deploy import delete_opponent
from infra.load.drill import VICTIM, deploy_victim, make_victim, victim_entry
from infra.load.simulation import Platform, simulate_moments
from infra.load.traffic import OK, THROTTLED, Log, at_rate, call, find_request, ramp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from games.core import JsonObject
    from infra.environment.environment import Environment, Progress
    from infra.load.traffic import Call, Send

RESERVED = 12
WARM_CALLS = 20
STARTS = 6
SHARE_OVER = 1.4
"""How far the ramp's top lies over what the reserved environments can answer."""
TOGETHER = 5
"""So many ask at once before the ramp begins: each but one waits for a start."""
CALLERS = 64
RUNS = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, as it was and as the model has it."""

    what: str
    measured: float
    modelled: float
    within: str
    """How near it is meant to be."""

    @property
    def ratio(self) -> float | None:
        """Return the model's figure as a share of the measured one."""
        return self.modelled / self.measured if self.measured else None


def rehearse(environment: Environment, send: Send, game: str, seconds: float, progress: Progress) -> list[Compared]:
    """Return measured and modelled figures of one ramp of so many ``seconds``.  Raises CloudError."""
    steps = _Steps(progress)
    with tempfile.TemporaryDirectory() as folder:
        first, second = (make_victim(Path(folder), game, kind) for kind in ("waits", "waits_too"))
        try:
            deploy_victim(environment, first)
            entry = victim_entry(environment, game)
            request = find_request(send, entry)
            platform = _calibrate(send, entry["endpoint"], request)
            steps.done(f"its times taken by {WARM_CALLS} warm calls and {len(platform.start_ms)} cold starts")
            deploy_victim(environment, second)
            environment.cloud.reserve(environment.names.function(VICTIM), RESERVED)
            each_s = (sum(platform.run_ms) + sum(platform.way_ms)) / len(platform.run_ms) / 1000
            moments = [*[0.0] * TOGETHER, *ramp(1.0, SHARE_OVER * RESERVED / each_s, seconds)]
            log = Log()
            at_rate(send, log, entry["endpoint"], request, moments, CALLERS)
            steps.done(f"{len(moments)} requests sent, up to {SHARE_OVER * RESERVED / each_s:.0f} a second")
        finally:
            if environment.cloud.stack(environment.names.opponent(VICTIM)) is not None:
                delete_opponent(environment, VICTIM)
    return _compare(log.calls, platform)


class _Steps:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        self._progress(what, now - self._began)
        self._began = now


def _calibrate(send: Send, endpoint: str, request: JsonObject) -> Platform:
    """Take the function's times: warm calls in turn, and cold starts one by one, each beside one more caller."""
    log = Log()
    call(send, log, endpoint, request)
    log.calls.clear()
    for _ in range(WARM_CALLS):
        call(send, log, endpoint, request)
    warm = [one for one in log.calls if one.status == OK and not one.cold]
    run_ms = [one.compute_ms for one in warm]
    way_ms = [one.latency_ms - one.compute_ms for one in warm]
    usual_ms = percentile((one.latency_ms for one in warm), 50) or 0.0
    start_ms = []
    for callers in range(2, STARTS + 2):
        together = Log()
        at_rate(send, together, endpoint, request, [0.0] * callers, callers)
        start_ms += [max(0.0, one.latency_ms - usual_ms) for one in together.calls if one.cold]
    return Platform(run_ms, start_ms or [0.0], way_ms, keep_alive_s=300.0, reserved=RESERVED, local=True)


def _compare(calls: list[Call], platform: Platform) -> list[Compared]:
    moments = [one.at_s for one in calls]
    modelled = [simulate_moments(moments, platform, Random(seed), warm=1) for seed in range(RUNS)]  # noqa: S311 - a model
    good = [one.latency_ms for one in calls if one.status == OK]
    latencies = [value for _, found in modelled for value in found]

    def mean(pick: Callable[[Any], float]) -> float:
        return sum(pick(hour) for hour, _ in modelled) / RUNS

    def rows() -> Iterator[Compared]:
        cold, throttled = sum(one.cold for one in calls), sum(one.status == THROTTLED for one in calls)
        yield Compared("cold starts", cold, mean(lambda hour: hour.cold), "20 %")
        yield Compared("throttled", throttled, mean(lambda hour: hour.throttled), "20 %")
        yield Compared("p50, ms", percentile(good, 50) or 0.0, percentile(latencies, 50) or 0.0, "30 %")
        yield Compared("p99, ms", percentile(good, 99) or 0.0, percentile(latencies, 99) or 0.0, "a factor of 2")

    return list(rows())
