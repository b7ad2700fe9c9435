"""Steps of the wall clock: MiniStack dates by it until when a message is invisible, and until when a mapping rests.

A clock that is set back by a day must not make them wait for that day.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_S = 2.0
"""What is less is no step: clocks are also made to run a little faster or slower."""
EVERY_S = 1.0


class WallClock:
    """Says when the wall clock, ``wall``, was set, by a ``steady`` one that nobody sets."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._ahead = wall() - steady()

    def step(self) -> float:
        """Return how far the wall clock has been set since this was last asked, in seconds; 0 for not at all."""
        before, self._ahead = self._ahead, self._wall() - self._steady()
        step = self._ahead - before
        return step if abs(step) >= STEP_S else 0.0


def shift(sqs: Any, lambda_service: Any, step: float, now: float) -> None:
    """Let what waits in queues and mappings wait no longer because the wall clock was set back, by ``step``."""
    queues = sqs._queues._data  # noqa: SLF001 - see private_names
    for key in list(queues):
        for message in queues[key]["messages"] if key in queues else ():
            if message.get("visible_at", 0) > now:
                message["visible_at"] += step
    rests = lambda_service._esm_backoff_until._data  # noqa: SLF001
    for key, until in list(rests.items()):
        if until > now:
            rests[key] = until + step


async def follow(sqs: Any, lambda_service: Any, on_change: Callable[[], object]) -> None:
    """Do that whenever the clock is set back; ``on_change`` hears of it.

    One that is set forward makes messages come too early at worst, which queues may.
    """
    clock = WallClock()
    while True:
        await asyncio.sleep(EVERY_S)
        if (step := clock.step()) < 0:
            shift(sqs, lambda_service, step, time.time())
            on_change()
