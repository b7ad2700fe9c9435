"""The opponents that are deployed now, looked up again every few seconds off the main thread."""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from client.net.remote import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.net.remote import OpponentInfo

EVERY_S = 3.0


class Ladder:
    """What ``fetch`` returned last.  ``fetch`` may take its time: it is called in a thread of its own."""

    def __init__(self, fetch: Callable[[], Sequence[OpponentInfo]], every_s: float = EVERY_S) -> None:
        self._fetch = fetch
        self._every_s = every_s
        self._lock = Lock()
        self._found: tuple[OpponentInfo, ...] = ()
        self._trouble: str | None = None
        self._looked = False
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="ladder", daemon=True)
        self._thread.start()

    def opponents(self, game: str) -> tuple[OpponentInfo, ...]:
        """Return the game's opponents, easiest first."""
        with self._lock:
            return tuple(info for info in self._found if info.game == game)

    @property
    def trouble(self) -> str | None:
        """Why the last look-up failed; None when it did not."""
        with self._lock:
            return self._trouble

    @property
    def looked(self) -> bool:
        """Whether there was an answer or an error yet."""
        with self._lock:
            return self._looked

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                found, trouble = tuple(self._fetch()), None
            except RemoteError as error:
                found, trouble = None, str(error)
            with self._lock:
                self._looked = True
                self._trouble = trouble
                if found is not None:
                    self._found = found
            self._stop.wait(self._every_s)
