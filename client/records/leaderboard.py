"""The ratings that the cloud has, looked up again now and then off the main thread."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from client.net.remote import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.net.ratings import Rated

EVERY_S = 20.0


class Leaderboard:
    """What ``fetch`` returned last; it may take its time, and raises RemoteError."""

    def __init__(self, fetch: Callable[[], Sequence[Rated]], every_s: float = EVERY_S) -> None:
        self.ratings: tuple[Rated, ...] = ()
        self.trouble: str | None = None
        """Why the last look-up failed; None when it did not."""
        self._fetch = fetch
        self._every_s = every_s
        self._stop = Event()
        Thread(target=self._watch, name="leaderboard", daemon=True).start()

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self.ratings, self.trouble = tuple(self._fetch()), None
            except RemoteError as error:
                self.trouble = str(error)
            self._stop.wait(self._every_s)
