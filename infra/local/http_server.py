"""The HTTP server of the local cloud: uvicorn with httptools, and uvloop where there is one.

A plain call of a function is answered from its connection, without what ASGI would take of it: a third of the time that
the server has for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from infra.local.guard import FUNCTION_URL, HTTP_API, MAX_PAUSE_S, is_loopback
from infra.local.patches.calls import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.guard import App
    from infra.local.patches.calls import Answer, Calls

KEEP_ALIVE_S = 75
"""How long a connection may be idle: somebody thinks about a move."""
MAX_HEAD_BYTES = 64 * 1024
GOODBYE_S = 3
"""How long requests may go on once the server is to end."""
PLAIN_BYTES = 64 * 1024
PLAIN_S = 1.0
"""How large the body of a plain call is at most, and how long it may take to come."""
PLAIN_METHODS = {b"POST", b"GET"}
PLAIN_PATHS = (HTTP_API.encode(), FUNCTION_URL.encode())
UNUSUAL = frozenset({b"content-encoding", b"expect", b"origin", b"sec-fetch-site", b"transfer-encoding"})
"""Headers that no plain call has: those of pages in browsers among them."""
FAILED = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

log = logging.getLogger(__name__)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes the fastest event loop this system has."""
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop  # noqa: PLC0415 - not on Windows

    return uvloop.new_event_loop


class Server(uvicorn.Server):
    """Serves ``app`` until ``end``: on loopback, or by the sockets that ``serve`` is given.

    With ``calls``, plain calls of functions from this machine go there, and not to ``app``.
    """

    def __init__(self, app: App, port: int, calls: Calls | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                http=functools.partial(_Connection, calls),  # type: ignore[arg-type]
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


class _CallCycle:
    """What uvicorn looks at of a request that is being answered."""

    def __init__(self) -> None:
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.message_event = _NOBODY_WAITS


class _Unawaited:
    """Takes the place of an event for which nobody waits."""

    def set(self) -> None:
        """Tell nobody."""


_NOBODY_WAITS = _Unawaited()


class _Connection(HttpToolsProtocol):
    """uvicorn's, which takes heads of any length that come in at any pace, and answers plain calls by itself."""

    _head_bytes = 0
    _late: asyncio.TimerHandle | None = None
    _coming: list[bytes] | None = None
    """The body of a plain call, as far as it has come."""

    def __init__(self, calls: Calls | None, **settings: Any) -> None:
        super().__init__(**settings)
        self._calls = calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await(MAX_PAUSE_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._is_here()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._late is not None or self.transport.is_closing():
            return
        if self._head_bytes:
            self._await(MAX_PAUSE_S, self.transport.close)
        elif self._coming is not None:
            self._await(PLAIN_S, self._leave_to_asgi)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 1

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        name = name.lower()
        if name == b"expect":
            super().on_header(name, value)
        else:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._is_here()
        if self._is_plain_call():
            self._coming = []
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._coming is None:
            super().on_body(body)
        else:
            self._coming.append(body)

    def on_message_complete(self) -> None:
        if self._coming is None:
            super().on_message_complete()
            return
        self._is_here()
        path = self.url.decode("ascii")
        method, client = self.parser.get_method().decode("ascii"), self.client[0] if self.client else "127.0.0.1"
        request = Request(method, path, path, "", self.headers, b"".join(self._coming), client)
        self._coming = None
        self.cycle = cycle = _CallCycle()  # type: ignore[assignment]
        task = self.loop.create_task(self._answer(cycle, request), context=contextvars.Context())
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _is_plain_call(self) -> bool:
        """Whether the request is a call of a program on this machine, with nothing about it that asks for more."""
        if self._calls is None or not self.url.startswith(PLAIN_PATHS) or b"%" in self.url or b"?" in self.url:
            return False
        headers = dict(self.headers)
        length = headers.get(b"content-length", b"0")
        return (
            (self.cycle is None or self.cycle.response_complete)
            and len(headers) == len(self.headers)
            and UNUSUAL.isdisjoint(headers)
            and length.isdigit()
            and int(length) <= PLAIN_BYTES
            and is_loopback(headers.get(b"host", b"").decode("latin-1"))
            and self.parser.get_method() in PLAIN_METHODS
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def _leave_to_asgi(self) -> None:
        """Let a call whose body does not come be waited for as everything else is."""
        parts, self._coming = self._coming or [], None
        super().on_headers_complete()
        super().on_body(b"".join(parts))

    async def _answer(self, cycle: _CallCycle, request: Request) -> None:
        assert self._calls is not None  # noqa: S101 - else nothing comes here
        try:
            sent = self._written(await self._calls.answer(request))
        except Exception:
            log.exception("a call was not answered")
            sent, cycle.keep_alive = FAILED, False
        cycle.response_complete = True
        if not self.transport.is_closing():
            self.transport.write(sent)
            if not cycle.keep_alive:
                self.transport.close()
        self.on_response_complete()

    def _written(self, answer: Answer) -> bytes:
        """Return ``answer`` as it is sent.  Raises ValueError for one that is no HTTP."""
        status, headers, body = answer
        assert self._calls is not None  # noqa: S101 - the same
        lines = self._calls.lines(headers, body)
        head = b"".join([b"%b: %b\r\n" % line for line in lines])
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            raise ValueError(f"a function's headers would become others: {lines}")
        return b"%b%b\r\n%b" % (STATUS_LINE[status], head, body)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head of the request is too long")  # which is answered 400

    def _await(self, seconds: float, otherwise: Callable[[], None]) -> None:
        """Wait for more of a request; do something else where it does not come."""
        self._late = self.loop.call_later(seconds, otherwise)

    def _is_here(self) -> None:
        self._head_bytes = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None
