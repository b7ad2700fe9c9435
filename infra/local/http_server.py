"""The HTTP server of the local cloud: uvicorn with httptools, and uvloop where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.local.guard import MAX_PAUSE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.guard import App

KEEP_ALIVE_S = 75
"""How long a connection may be idle: somebody thinks about a move."""
MAX_HEAD_BYTES = 64 * 1024
GOODBYE_S = 3
"""How long requests may go on once the server is to end."""


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes the fastest event loop this system has."""
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop  # noqa: PLC0415 - not on Windows

    return uvloop.new_event_loop


class Server(uvicorn.Server):
    """Serves ``app`` until ``end``: on loopback, or by the sockets that ``serve`` is given."""

    def __init__(self, app: App, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                http=_Connection,
                ws="none",
                lifespan="on",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,  # MiniStack adds one
                proxy_headers=False,
                backlog=1024,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GOODBYE_S,
                reset_contextvars=True,  # whose account it is must not pass from one request to the next
            )
        )

    def end(self) -> None:
        """Let the server end."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to ``end_at_signals``: uvicorn would raise one again before anything is closed."""
        yield


def end_at_signals(end: Callable[[], None]) -> None:
    """Call ``end`` on the running loop at SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
        else:
            loop.add_signal_handler(number, end)


class _Connection(HttpToolsProtocol):
    """uvicorn's, which takes heads of any length that come in at any pace."""

    _head_bytes = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._head_is_here()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes and self._late is None:
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 1

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head of the request is too long")  # which is answered 400

    def _await_head(self) -> None:
        if not self.transport.is_closing():
            self._late = asyncio.get_running_loop().call_later(MAX_PAUSE_S, self.transport.close)

    def _head_is_here(self) -> None:
        self._head_bytes = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None
