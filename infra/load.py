"""The scale lesson: one function from one request a second to many and back to none, while another is being played."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.figures import take_figures
from infra.prices import move_usd
from infra.traffic import OK, THROTTLED, Call, Log, at_rate, find_request, keep_calling, percentile, ramp, watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.arcade import Arcade

QUIET_S = 3.0
"""How long the other opponent is played alone first, to compare with."""
OTHER_PAUSE_S = 0.1
SAMPLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Times:
    """Latencies of some calls, in milliseconds."""

    calls: int
    errors: int
    throttled: int
    p50_ms: float | None
    p99_ms: float | None

    @classmethod
    def of(cls, calls: Sequence[Call]) -> Times:
        """Sum calls up."""
        good = [call.latency_ms for call in calls if call.status == OK]
        throttled = sum(call.status == THROTTLED for call in calls)
        return cls(
            len(calls), len(calls) - len(good) - throttled, throttled, percentile(good, 50), percentile(good, 99)
        )


@dataclass(frozen=True, slots=True)
class Second:
    """What happened in one second of the load."""

    at_s: int
    requests: int
    concurrency: int
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


def run_load(
    arcade: Arcade, entry: Mapping[str, Any], other: Mapping[str, Any], first: float, most: float, seconds: float
) -> LoadReport:
    """Drive the opponent of ``entry`` while that of ``other`` is played.  Raises CloudError."""
    request, others = find_request(entry), find_request(other)
    function = arcade.names.function(str(entry["name"]))
    memory = arcade.cloud.functions(arcade.names.prefix)
    log, watched, stop = Log(), Log(), threading.Event()
    player = keep_calling(watched, str(other["endpoint"]), others, stop, OTHER_PAUSE_S)
    time.sleep(QUIET_S)
    before = Times.of(watched.since(0))
    start = time.monotonic() - watched.began
    log.began = time.monotonic()
    figures_before = _sums(arcade, function, memory)
    sampler, samples = watch(
        lambda: (time.monotonic() - log.began, _sums(arcade, function, memory)["concurrency"]), stop, SAMPLE_S
    )
    at_rate(log, str(entry["endpoint"]), request, ramp(first, most, seconds))
    stop.set()
    for thread in (player, sampler):
        thread.join()
    figures = _sums(arcade, function, memory)
    gb_seconds = figures["gb_seconds"] - figures_before["gb_seconds"]
    answered = max(1, len(log.calls))
    return LoadReport(
        name=str(entry["name"]),
        driven=Times.of(log.calls),
        cold_starts=sum(call.cold for call in log.calls),
        peak_concurrency=max([concurrency for _, concurrency in samples], default=0),
        gb_seconds=gb_seconds,
        usd=answered * move_usd(gb_seconds / answered),
        other=str(other["name"]),
        other_before=before,
        other_during=Times.of(watched.since(start)),
        seconds=tuple(_seconds(log.calls, samples, move_usd(gb_seconds / answered))),
    )


def _sums(arcade: Arcade, function: str, memory: Mapping[str, int]) -> dict[str, Any]:
    found = [item for (name, _), item in take_figures(arcade, memory).items() if name == function]
    return {key: sum(item[key] for item in found) for key in ("concurrency", "gb_seconds")}


def _seconds(calls: Sequence[Call], samples: Sequence[tuple[float, int]], usd: float) -> list[Second]:
    found, spent = [], 0.0
    for at in range(int(max((call.at_s for call in calls), default=0)) + 1):
        here = [call for call in calls if at <= call.at_s < at + 1]
        times = Times.of(here)
        spent += usd * len(here)
        concurrency = max([count for moment, count in samples if at <= moment < at + 1], default=0)
        cold = sum(call.cold for call in here)
        found.append(Second(at, len(here), concurrency, times.p50_ms, times.p99_ms, cold, spent))
    return found


def plot(report: LoadReport, path: Path) -> None:
    """Draw requests, concurrency, latency, cold starts and cost against time."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import, seldom needed
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(4, 1, sharex=True)
    at = [item.at_s for item in report.seconds]
    axes[0].plot(at, [item.requests for item in report.seconds], label="requests a second")
    axes[0].plot(at, [item.concurrency for item in report.seconds], label="running at once (sampled)")
    axes[1].plot(at, [item.p50_ms for item in report.seconds], label="p50 (ms)")
    axes[1].plot(at, [item.p99_ms for item in report.seconds], label="p99 (ms)")
    axes[1].set_yscale("log")
    axes[2].bar(at, [item.cold_starts for item in report.seconds], label="cold starts")
    axes[3].plot(at, [item.usd * 1000 for item in report.seconds], label="cost so far (1/1000 USD)")
    for axis in axes:
        axis.legend(loc="upper left")
        axis.grid(alpha=0.3)
    axes[3].set_xlabel("seconds")
    axes[0].set_title(f"{report.name}: {report.driven.calls} requests, {report.driven.errors} errors")
    figure.savefig(path, dpi=120)
