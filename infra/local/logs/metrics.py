"""What every function version has been doing: the metrics behind ``lambda-arcade cloud status``.

Kept in the server's memory, from its start on; ``GET /_arcade/functions`` answers with them.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from infra.core.percentiles import percentile
from infra.local.logs.platform_log import billed_ms

if TYPE_CHECKING:
    from infra.local.workers.functions import Answer

WINDOW = 2000
"""How many of the latest durations the percentiles are taken from."""


@dataclass(slots=True)
class Tally:
    """The metrics of one version of one function."""

    requests: int = 0
    errors: int = 0
    throttles: int = 0
    cold_starts: int = 0
    concurrency: int = 0
    peak_concurrency: int = 0
    gb_seconds: float = 0.0
    billed_ms: int = 0
    init_ms: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    durations_ms: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    moments: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def begin(self) -> None:
        """Note that an invocation starts."""
        self.concurrency += 1
        self.peak_concurrency = max(self.peak_concurrency, self.concurrency)

    def end(self, memory_mb: int, answer: Answer | None) -> None:
        """Note that an invocation that began has ended; ``answer`` is None if the cloud itself failed."""
        self.concurrency -= 1
        self.requests += 1
        self.moments.append(time.monotonic())
        if answer is None:
            self.errors += 1
            return
        billed = billed_ms(answer.duration_ms, answer.init_ms)
        self.errors += answer.error
        self.billed_ms += billed
        self.gb_seconds += billed / 1000 * memory_mb / 1024
        self.durations_ms.append(answer.duration_ms)
        if answer.init_ms is not None:
            self.cold_starts += 1
            self.init_ms.append(answer.init_ms)

    def to_json(self, now: float) -> dict[str, Any]:
        """Return the metrics; times in milliseconds, the rate in requests a second over the minute until ``now``.

        That is of time.monotonic: the wall clock may be set meanwhile.
        """
        recent = sum(1 for moment in list(self.moments) if now - moment <= 60)  # noqa: PLR2004 - a minute
        return {
            "requests": self.requests,
            "errors": self.errors,
            "throttles": self.throttles,
            "cold_starts": self.cold_starts,
            "concurrency": self.concurrency,
            "peak_concurrency": self.peak_concurrency,
            "gb_seconds": round(self.gb_seconds, 6),
            "billed_ms": self.billed_ms,
            "requests_per_second": round(recent / 60, 3),
            "p50_ms": percentile(list(self.durations_ms), 50),
            "p99_ms": percentile(list(self.durations_ms), 99),
            "init_p50_ms": percentile(list(self.init_ms), 50),
        }


class Metrics:
    """The tallies of all functions, by name and version."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], Tally] = {}
        self.since = time.time()

    def of(self, name: str, version: str) -> Tally:
        """Return a version's tally, which is counted on one event loop."""
        tally = self._tallies.get((name, version))
        return tally or self._tallies.setdefault((name, version), Tally())

    def throttle(self, name: str, version: str) -> None:
        """Note that an invocation was refused for want of concurrency; any thread may."""
        self.of(name, version).throttles += 1

    def to_json(self) -> list[dict[str, Any]]:
        """Return one object for each version that was ever called."""
        now = time.monotonic()
        tallies = sorted(self._tallies.copy().items(), key=itemgetter(0))
        return [{"function": name, "version": version, **tally.to_json(now)} for (name, version), tally in tallies]
