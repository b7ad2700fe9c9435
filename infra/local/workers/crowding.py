"""Whether more processes of a function would help, or only take the processors from those there are."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from infra.local.workers.worker import Worker

PROCESSORS = 2 * (os.cpu_count() or 1)
"""So many processes of a function are started for as many callers at once without a look: one computes while the other
waits for its next call."""
SHARE = 0.5
"""Who wants a processor for more than this share of the time is computing, and not waiting for something."""
SPAN_S, LATELY_S = 0.05, 0.2
"""How long they are looked at, at least; and how long ago a look is no measure any more."""


class Crowding:
    """What a function's workers, and the event loop that serves them, did lately."""

    def __init__(
        self, wanted: Callable[[Path], float | None] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make one on the thread of the loop; ``wanted`` is ``wanted_s``, or takes its place."""
        self._wanted_s, self._clock = wanted or wanted_s, clock
        self._loop = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._at = 0.0
        self._wanted: dict[Path, float] = {}
        self._computing = True

    def is_computing(self, workers: Collection[Worker]) -> bool:
        """Whether ``workers``, or the loop, want processors most of the time; so it is taken to be until it is known.

        False where the system does not tell.
        """
        now = self._clock()
        span = now - self._at
        if span < SPAN_S:
            return self._computing
        places = (self._loop, *(Path(f"/proc/{worker.inner_pid}/schedstat") for worker in workers))
        found = {place: wanted for place in places if (wanted := self._wanted_s(place)) is not None}
        if not found:
            return False
        shares = {place: (found[place] - before) / span for place, before in self._wanted.items() if place in found}
        loop = shares.pop(self._loop, 1.0)
        known = shares and span < LATELY_S
        most = sorted(shares.values(), reverse=True)[:PROCESSORS]  # the others had nothing to do
        self._computing = not known or loop > SHARE or sum(most) > SHARE * len(most)
        self._at, self._wanted = now, found
        return self._computing


def wanted_s(place: Path) -> float | None:
    """Return how long a thread has computed or waited for a processor so far, in seconds; None where none can tell."""
    try:
        return sum(map(int, place.read_text(encoding="ascii").split()[:2])) / 1e9
    except (OSError, ValueError):
        return None
