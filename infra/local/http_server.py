"""The HTTP server of the local cloud: uvicorn with httptools, and uvloop where there is one.

A call of a function like one that was made before (``patches.memo``) is answered from its connection: what parser,
ASGI and guard make of its head is known.
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
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.local.guard import FUNCTION_URL, HTTP_API, MAX_PAUSE_S
from infra.local.heads import head_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.guard import App
    from infra.local.patches.memo import Key, Memo, Memos

KEEP_ALIVE_S = 75
"""How long a connection may be idle: somebody thinks about a move."""
MAX_HEAD_BYTES = 64 * 1024
GOODBYE_S = 3
"""How long requests may go on once the server is to end."""
WHOLE_S = 1.0
"""How long the body of a call that was made before may take to come; then it is parsed like any other."""
PLAIN_METHODS = {b"POST", b"GET"}
PLAIN_PATHS = (HTTP_API.encode(), FUNCTION_URL.encode())
UNUSUAL = frozenset(
    {b"authorization", b"content-encoding", b"expect", b"origin", b"sec-fetch-site", b"transfer-encoding"}
)
"""Headers of requests that are parsed each time: those of pages in browsers, and of callers who say who they are."""
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

    With ``memos``, calls of functions like those that ``app`` has answered before go there, and not to ``app``.
    """

    def __init__(self, app: App, port: int, memos: Memos | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                http=functools.partial(_Connection, memos),  # type: ignore[arg-type]
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


class _Cycle:
    """What uvicorn looks at of a request that is being answered."""

    message_event = asyncio.Event()  # for which nobody waits

    def __init__(self) -> None:
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True


class _Connection(HttpToolsProtocol):
    """uvicorn's, which takes heads of any length that come in at any pace.

    A call whose head was parsed before, byte by byte the same, is not parsed again, and goes past ASGI.
    """

    _head_bytes = 0
    _late: asyncio.TimerHandle | None = None
    _between = True
    """Whether nothing of a request is in the parser."""
    _key: Key | None = None
    """Of the head that the parser is given."""
    _held = b""
    """A call that was made before, as far as it has come."""
    _used_at = 0.0
    _refusal = ""
    """Why nothing more is read, once all that came before is answered."""

    def __init__(self, memos: Memos | None, **settings: Any) -> None:
        super().__init__(**settings)
        self._memos = memos

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await(MAX_PAUSE_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._is_here()

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Answer what has come in whole to a caller who sends no more, and hang up then."""
        if self._is_answered or not self._between:
            return None
        self.cycle.keep_alive = False
        return True

    @property
    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        if self._refusal:
            return
        begun, data, self._held = bool(self._held), self._held + data, b""
        apart = self._between and self._is_answered and not self.flow.write_paused
        head = head_of(data) if apart and self._memos is not None else None
        if head is None or self._memos is None:
            self._parse(data)
            return
        kept, begin, end = head
        self._key = (*kept, self.client[0] if self.client else "")
        if len(data) < end and self._memos.knows(self._key):
            self._held = data
            if not begun:
                self._is_here()
                self._await(WHOLE_S, self._parse_held)
        elif len(data) == end and (memo := self._memos.find(self._key, body := data[begin:])) is not None:
            self._is_here()
            self._answer(memo, body)
        else:
            self._parse(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between = False
        self._head_bytes = 1

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_bytes:
            return  # after the body: nobody has looked at it before the request was let in
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_here()
        key, self._key = self._key, None
        if key is not None and self._is_plain(key):
            self.scope["memo"] = key  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # the parser reads no body then; nobody else's request may be taken from it

    def on_message_complete(self) -> None:
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Hang up, unless something has come by another way than the parser."""
        pause = self._used_at + KEEP_ALIVE_S - self.loop.time()
        if pause > 0 or not self.cycle.response_complete:
            self.timeout_keep_alive_task = self.loop.call_later(max(pause, 1.0), self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Say that a request is none, after the answers to those before it."""
        if self._is_answered:
            super().send_400_response(msg)
        else:
            self._refusal = msg
            self.cycle.keep_alive = True  # the last answer is this one

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal and self._is_answered and not self.transport.is_closing():
            super().send_400_response(self._refusal)

    def _parse(self, data: bytes) -> None:
        incomplete = self._head_bytes
        super().data_received(data)
        if incomplete and self._head_bytes and self._head_bytes + len(data) > MAX_HEAD_BYTES:
            self.send_400_response("the head of the request is too long")  # a line that does not end is nowhere counted
        elif incomplete and self._head_bytes:
            self._head_bytes += len(data)
        if self._head_bytes and self._late is None and not self.transport.is_closing():
            self._await(MAX_PAUSE_S, self.transport.close)

    def _parse_held(self) -> None:
        """Let a call whose body does not come be waited for as everything else is."""
        self._late = None
        data, self._held = self._held, b""
        self._parse(data)

    def _is_plain(self, key: Key) -> bool:
        """Whether the head that was parsed is that of ``key``, and one of a program on this machine that calls.

        Nothing about it may ask for more than an answer.
        """
        text, headers = key[0] + key[1], dict(self.headers)
        method = self.parser.get_method()
        return (
            text.startswith(b"%b %b HTTP/1.1\r\n" % (method, self.url))
            and text.count(b"\r\n") == text.count(b"\n") == len(self.headers) == len(headers)
            and method in PLAIN_METHODS
            and self.url.startswith(PLAIN_PATHS)
            and not any(sign in self.url for sign in b"%?#")
            and UNUSUAL.isdisjoint(headers)
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def _answer(self, memo: Memo, body: bytes) -> None:
        self.cycle = cycle = _Cycle()  # type: ignore[assignment]
        task = self.loop.create_task(self._answered(cycle, memo, body), context=contextvars.Context())
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _answered(self, cycle: _Cycle, memo: Memo, body: bytes) -> None:
        assert self._memos is not None  # noqa: S101 - else there is no memo
        try:
            sent = await self._memos.answer(memo, body)
        except Exception:
            log.exception("a call was not answered")
            sent, cycle.keep_alive = FAILED, False
        cycle.response_complete = True
        self._used_at = self.loop.time()
        if not self.transport.is_closing():
            self.transport.write(sent)
            if not cycle.keep_alive:
                self.transport.close()
        if self.pipeline or self._refusal:
            self.on_response_complete()
        elif self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(KEEP_ALIVE_S, self.timeout_keep_alive_handler)

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
