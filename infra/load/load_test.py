"""A load test: one function from one request a second to many and back to none, while another is being played."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.core.percentiles import percentile
from infra.core.prices import move_usd
from infra.load.traffic import OK, THROTTLED, Call, Log, at_rate, find_request, keep_calling, ramp
from infra.monitor.metrics import take_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.environment.environment import Environment
    from infra.load.traffic import Send

QUIET_S = 3.0
OTHER_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Times:
    """Latencies of some calls, in milliseconds."""

    calls: int
    errors: int
    throttled: int
    p50_ms: float | None
    p99_ms: float | None
    slowest_ms: float | None

    @classmethod
    def of(cls, calls: Sequence[Call]) -> Times:
        """Sum calls up."""
        good = [call.latency_ms for call in calls if call.status == OK]
        throttled = sum(call.status == THROTTLED for call in calls)
        errors = len(calls) - len(good) - throttled
        p50, p99 = percentile(good, 50), percentile(good, 99)
        return cls(len(calls), errors, throttled, p50, p99, max(good, default=None))


@dataclass(frozen=True, slots=True)
class Second:
    """What happened in one second of the load."""

    at_s: int
    requests: int
    concurrency: int
    """How many requests at most were under way at one moment."""
    p50_ms: float | None
    p99_ms: float | None
    cold_starts: int
    usd: float
    """Cost so far."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What the load did to the function, and what it did not do to the other."""

    name: str
    driven: Times
    cold_starts: int
    peak_concurrency: int
    gb_seconds: float
    usd: float
    other: str
    other_before: Times
    other_during: Times
    seconds: tuple[Second, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """How a function is to be driven: the requests a second at first and at the top, and for how long."""

    first: float
    most: float
    seconds: float
    quiet_s: float = QUIET_S
    """How long the other opponent is played alone first, to compare with."""


def run_load(
    environment: Environment, send: Send, entry: Mapping[str, Any], other: Mapping[str, Any], load: Load
) -> LoadReport:
    """Drive the opponent of ``entry`` while that of ``other`` is played.  Raises CloudError."""
    request, others = find_request(send, entry), find_request(send, other)
    function = environment.names.function(str(entry["name"]))
    memory = environment.cloud.functions(environment.names.prefix)
    log, watched, stop = Log(), Log(), threading.Event()
    player = keep_calling(send, watched, str(other["endpoint"]), others, stop, OTHER_PAUSE_S)
    time.sleep(load.quiet_s)
    before = Times.of(watched.since(0))
    start = time.monotonic() - watched.began
    log.began = time.monotonic()
    gb_seconds_before = _gb_seconds(environment, function, memory)
    at_rate(send, log, str(entry["endpoint"]), request, ramp(load.first, load.most, load.seconds))
    stop.set()
    player.join()
    gb_seconds = _gb_seconds(environment, function, memory) - gb_seconds_before
    answered = max(1, len(log.calls))
    one = move_usd(gb_seconds / answered, prices=environment.prices)
    found = _seconds(log.calls, one)
    return LoadReport(
        name=str(entry["name"]),
        driven=Times.of(log.calls),
        cold_starts=sum(call.cold for call in log.calls),
        peak_concurrency=max((item.concurrency for item in found), default=0),
        gb_seconds=gb_seconds,
        usd=answered * one,
        other=str(other["name"]),
        other_before=before,
        other_during=Times.of(watched.since(start)),
        seconds=tuple(found),
    )


def _gb_seconds(environment: Environment, function: str, memory: Mapping[str, int]) -> float:
    metrics = take_metrics(environment, memory)
    return float(sum(item["gb_seconds"] for (name, _), item in metrics.items() if name == function))


def _seconds(calls: Sequence[Call], usd: float) -> list[Second]:
    found, spent = [], 0.0
    for at in range(int(max((call.at_s for call in calls), default=0)) + 1):
        here = [call for call in calls if at <= call.at_s < at + 1]
        times = Times.of(here)
        spent += usd * len(here)
        cold = sum(call.cold for call in here)
        found.append(Second(at, len(here), in_flight(calls, at, at + 1), times.p50_ms, times.p99_ms, cold, spent))
    return found


def in_flight(calls: Sequence[Call], start_s: float, end_s: float) -> int:
    """Return how many calls at most waited for their answer at one moment between the two."""
    steps = []
    for call in calls:
        done = call.at_s + call.latency_ms / 1000
        if call.at_s < end_s and done > start_s:
            steps += [(max(call.at_s, start_s), 1), (done, -1)]
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def plot(report: LoadReport, path: Path) -> None:
    """Draw requests, concurrency, latency, cold starts and cost against time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import, seldom needed
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(4, 1, sharex=True)
    at = [item.at_s for item in report.seconds]
    axes[0].plot(at, [item.requests for item in report.seconds], label="requests a second")
    axes[0].plot(at, [item.concurrency for item in report.seconds], label="at once")
    axes[1].plot(at, [item.p50_ms for item in report.seconds], label="p50 (ms)")
    axes[1].plot(at, [item.p99_ms for item in report.seconds], label="p99 (ms)")
    axes[1].set_yscale("log")
    axes[2].bar(at, [item.cold_starts for item in report.seconds], label="cold starts")
    axes[2].set_ylim(bottom=0, top=max(1, *(item.cold_starts for item in report.seconds)) + 1)
    axes[3].plot(at, [item.usd * 1000 for item in report.seconds], label="cost so far (1/1000 USD)")
    for axis in axes:
        axis.legend(loc="upper left")
        axis.grid(alpha=0.3)
    axes[3].set_xlabel("seconds")
    axes[0].set_title(f"{report.name}: {report.driven.calls} requests, {report.driven.errors} errors")
    figure.savefig(path, dpi=120)
