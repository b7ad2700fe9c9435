"""An end for answers whose head comes drop by drop: a socket's own timeout begins anew with every byte.

One thread for all connections shuts the sockets whose time is up, so that whoever reads from one is told at once.
"""

from __future__ import annotations

import heapq
import socket
from contextlib import contextmanager, suppress
from itertools import count
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import PoolManager


class Watchdog:
    """Shuts sockets at the time given for each, unless they are taken back before.  Safe for any number of threads."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int]] = []
        self._watched: dict[int, socket.socket] = {}
        self._numbers = count()
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def shut_after(self, seconds: float, watched: socket.socket) -> Iterator[None]:
        """Shut ``watched`` if what is done meanwhile takes longer.  Raises TimeoutError, whatever that led to.

        It may have led to nothing: a head that is cut off between two of its lines counts as whole.
        """
        number = self._watch(watched, monotonic() + seconds)
        failed: Exception | None = None
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below
            failed = error
        if not self._take_back(number):
            raise TimeoutError(f"no whole head of an answer within {seconds:.1f} s") from failed
        if failed is not None:
            raise failed

    def _watch(self, watched: socket.socket, until: float) -> int:
        with self._changed:
            number = next(self._numbers)
            self._watched[number] = watched
            heapq.heappush(self._due, (until, number))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._due[0][1] == number:
                self._changed.notify()
        return number

    def _take_back(self, number: int) -> bool:
        """Return whether its time was not up yet."""
        with self._changed:
            return self._watched.pop(number, None) is not None

    def _run(self) -> None:
        with self._changed:
            while True:
                while self._due and (self._due[0][1] not in self._watched or self._due[0][0] <= monotonic()):
                    _, number = heapq.heappop(self._due)
                    if (late := self._watched.pop(number, None)) is not None:
                        _shut(late)
                self._changed.wait(self._due[0][0] - monotonic() if self._due else None)


def _shut(late: socket.socket) -> None:
    with suppress(OSError):  # it was closed a moment ago
        late.shutdown(socket.SHUT_RDWR)


_WATCHDOG = Watchdog()


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        """Return the answer's head.  Raises TimeoutError if it is not there, whole, in the time to read."""
        return _answer(self, super().getresponse)


class _SecureConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        """Return the answer's head.  Raises TimeoutError if it is not there, whole, in the time to read."""
        return _answer(self, super().getresponse)


def _answer(connection: HTTPConnection, read: Any) -> Any:
    seconds, watched = connection.timeout, connection.sock
    if not isinstance(seconds, int | float) or watched is None:
        return read()
    with _WATCHDOG.shut_after(seconds, watched):
        return read()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def set_deadlines(manager: PoolManager) -> None:
    """Let every connection of ``manager`` end at its read timeout, counted from the question to the end of the head."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
