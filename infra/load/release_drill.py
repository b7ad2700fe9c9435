"""The release drill: many callers, while one function is updated again and again, rolled back and deleted.

What it shows is that a release is never noticed: not by whoever plays the function itself, until it is deleted, and
not by whoever plays another.
"""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.deploy.deploy import delete_opponent
from infra.deploy.versions import rollback
from infra.load.drill import VICTIM, deploy_victim, make_victim, victim_entry
from infra.load.load_test import Times
from infra.load.traffic import Log, call, find_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.core import JsonObject
    from infra.environment.environment import Environment, Progress
    from infra.load.traffic import Send


@dataclass(frozen=True, slots=True)
class Releases:
    """What came of it.  Times of calls are in milliseconds, of deployments in seconds."""

    callers: int
    updates_s: tuple[float, ...]
    rollback_s: float
    delete_s: float
    updated: Times
    """Of the function, until it was to be deleted."""
    answered_by: tuple[str, ...]
    """The versions of it that answered."""
    others: Times
    requests_per_second: float

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


class _Callers:
    """Callers that ask one of several endpoints each, until so many requests have been sent."""

    def __init__(self, send: Send, requests: int, turns: Sequence[tuple[Log, str, JsonObject]]) -> None:
        self._send = send
        self._left, self._lock = requests, threading.Lock()
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=self._work, args=turn, daemon=True) for turn in turns]
        for thread in self._threads:
            thread.start()

    def _work(self, log: Log, endpoint: str, request: JsonObject) -> None:
        while self._take():
            call(self._send, log, endpoint, request)

    def _take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    @property
    def left(self) -> int:
        """How many requests are still to be sent."""
        return max(0, self._left)

    def wait(self, requests: int, share: float) -> None:
        """Wait until ``share`` of nine tenths of ``requests`` have been sent: a tenth comes after the last release."""
        while self.left > requests * (1 - 0.9 * share):
            time.sleep(0.01)

    def join(self) -> float:
        """Wait until all have been answered and return how many seconds that took since they began."""
        for thread in self._threads:
            thread.join()
        return time.monotonic() - self._began


def run_releases(
    environment: Environment,
    send: Send,
    others: Sequence[Mapping[str, Any]],
    progress: Progress,
    *,
    requests: int,
    callers: int,
    updates: int,
) -> Releases:
    """Send ``requests`` requests by ``callers`` callers, half of them to one function that is released meanwhile.

    The releases are spread over the requests, so that the last are sent after the function is gone.  Raises CloudError
    when a release fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        game = str(others[0]["game"])
        victim = make_victim(Path(folder), game, "well")
        deploy_victim(environment, victim)
        asked = [
            (str(entry["endpoint"]), find_request(send, entry)) for entry in (victim_entry(environment, game), *others)
        ]
        mine, theirs = Log(), Log()
        turns = [
            (mine, *asked[0]) if index % 2 else (theirs, *asked[1 + index // 2 % len(others)])
            for index in range(callers)
        ]
        crowd = _Callers(send, requests, turns)
        taken = []
        for number in range(updates):
            crowd.wait(requests, number / (updates + 2))
            with (victim / "function.py").open("a", encoding="utf-8") as file:
                file.write(f"\n# release {number}\n")
            taken.append(_timed(lambda: deploy_victim(environment, victim)))
            progress(f"update {number + 1} of {updates}, {crowd.left} requests to go", taken[-1])
        crowd.wait(requests, updates / (updates + 2))
        back = _timed(lambda: rollback(environment, VICTIM))
        progress(f"rolled back, {crowd.left} requests to go", back)
        crowd.wait(requests, (updates + 1) / (updates + 2))
        until = time.monotonic() - mine.began
        gone = _timed(lambda: delete_opponent(environment, VICTIM))
        progress(f"deleted, {crowd.left} requests to go", gone)
        spent = crowd.join()
    before = [item for item in mine.calls if item.at_s < until]
    versions = sorted({item.version for item in before if item.version}, key=int)
    return Releases(
        callers=callers,
        updates_s=tuple(taken),
        rollback_s=back,
        delete_s=gone,
        updated=Times.of(before),
        answered_by=tuple(versions),
        others=Times.of(theirs.calls),
        requests_per_second=requests / spent,
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
