"""How often each service's state may be saved, by what saving it costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PATIENT_S = 0.5
"""How often at most what nobody waits for is saved: messages that an event has caused, and those that are done."""
SHARE = 0.1
"""The share of the time that this may take."""
SLOW_S = 0.05
SLOW_TIMES = 3
"""A service whose state took longer than this to save, so many times running, is saved when nothing happens; until then
its requests are kept in the journal."""


class Pace:
    """When the state of each service was encoded, and how long that took."""

    def __init__(self) -> None:
        self._saved_at: dict[str, float] = {}
        self._spent: dict[str, float] = {}
        self._slow: dict[str, int] = {}

    def note(self, taken: Mapping[str, float]) -> None:
        """Note that the services named were encoded now, and how many seconds each took."""
        self._spent |= taken
        self._saved_at |= dict.fromkeys(taken, time.monotonic())
        self._slow |= {key: self._slow.get(key, 0) + 1 if spent > SLOW_S else 0 for key, spent in taken.items()}

    def is_soon(self, keys: Iterable[str]) -> bool:
        """Whether ``keys`` have been saved so lately that saving them again would take more than its share of time."""
        now = time.monotonic()
        return any(
            now - self._saved_at.get(key, 0.0) < max(PATIENT_S, self._spent.get(key, 0.0) / SHARE) for key in keys
        )

    def is_slow(self, keys: Iterable[str]) -> bool:
        """Whether one of ``keys`` takes too long to be saved for each change."""
        return any(self._slow.get(key, 0) >= SLOW_TIMES for key in keys)
