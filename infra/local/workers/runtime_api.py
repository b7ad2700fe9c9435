"""The Lambda Runtime API (2018-06-01), as one worker sees it: a port of its own, served on the cloud's event loop.

Who knows the secret that all its paths begin with is the worker; other functions can reach the port, and are not heard.
A warm invocation is one write and one read.  https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections import deque
from typing import TYPE_CHECKING

from infra.local.workers.runtime_requests import HEAD_END, Message, field, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

INIT_ERROR = "/2018-06-01/runtime/init/error"
TICK_S = 0.001
"""How much too early an event loop's timer may go off."""
LOOK_S = 0.01
"""How often to look whether a worker that has hung up still lives."""
MAX_HEAD_BYTES = 64 * 1024
ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'


class WorkerGoneError(RuntimeError):
    """The worker process ended, or sent what is no request."""


class LateError(RuntimeError):
    """The worker did not answer in time."""


class RuntimeApi:
    """The end of the Runtime API that serves one worker."""

    def __init__(self, keep: int) -> None:
        """Take a port; of each body no more than ``keep`` bytes will be held."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4)
        self.address = "{}:{}".format(*self._listener.getsockname())
        self.secret = f"/{secrets.token_hex(16)}"
        self.keep = keep
        self._server: asyncio.Server | None = None
        self._open: set[_Line] = set()
        """All connections."""
        self._line: _Line | None = None
        """That on which the worker has asked last, and is answered."""
        self._inbox: deque[Message | WorkerGoneError] = deque()
        self._awaited: asyncio.Future[Message] | None = None
        self._deadline = self._late_at = 0.0
        self._late: asyncio.TimerHandle | None = None
        """What goes off at ``_late_at``: one for many calls, since nearly all are answered long before."""

    async def open(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self), sock=self._listener)

    def close(self) -> None:
        """Hang up.  To be called on the loop."""
        if self._late is not None:
            self._late.cancel()
        if self._server is not None:
            self._server.close()
        self._listener.close()
        for line in list(self._open):
            line.hang_up()

    async def receive(self, deadline: float, alive: Callable[[], bool], path: str = "") -> Message:
        """Return the worker's next request.

        Raises LateError after ``deadline`` (of time.monotonic), WorkerGoneError when the worker has ended, or sends
        what is no request, or one whose path does not begin with ``path``: of two answers to one call the second is
        none to the next.
        """
        message = await self._received(deadline, alive)
        if not message.path.startswith(path):
            raise WorkerGoneError
        return message

    async def _received(self, deadline: float, alive: Callable[[], bool]) -> Message:
        if self._inbox:
            return self._from_inbox()
        awaited: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._awaited = awaited
        self._deadline = deadline
        if self._late is None or deadline < self._late_at:
            self._await_deadline()
        if self._line is None:
            self._look_whether(alive)
        try:
            return await awaited
        except _HungUpError:
            return await self._received(deadline, alive)
        finally:
            self._awaited = None

    def _await_deadline(self) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late_at = self._deadline
        pause = max(self._deadline - time.monotonic(), TICK_S)
        self._late = asyncio.get_running_loop().call_later(pause, self._is_late)

    def _is_late(self) -> None:
        self._late = None
        if self._awaited is None or self._awaited.done():
            return
        if time.monotonic() < self._deadline:  # of a later request
            self._await_deadline()
        else:
            self._awaited.set_exception(LateError())

    def send(self, request_id: str, arn: str, deadline_ms: int, body: bytes) -> None:
        """Answer the worker's request for the next invocation.  Raises WorkerGoneError when it has hung up."""
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {request_id}\r\nLambda-Runtime-Deadline-Ms: {deadline_ms}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {arn}\r\n\r\n"
        )
        self._write(head.encode("latin-1") + body)

    def accept_report(self) -> None:
        """Answer a result or an error that the worker has posted, if it still listens."""
        if self._line is not None:
            self._line.write(ACCEPTED)

    def _write(self, data: bytes) -> None:
        if self._line is None:
            raise WorkerGoneError
        self._line.write(data)

    def _from_inbox(self) -> Message:
        item = self._inbox.popleft()
        if isinstance(item, WorkerGoneError):
            raise item
        return item

    def _look_whether(self, alive: Callable[[], bool]) -> None:
        """Wait for a connection for as long as the worker lives."""
        awaited = self._awaited
        if awaited is None or awaited.done() or self._line is not None:
            return
        if alive():
            asyncio.get_running_loop().call_later(LOOK_S, self._look_whether, alive)
        else:
            awaited.set_exception(WorkerGoneError())

    def _came(self, line: _Line, item: Message | WorkerGoneError) -> None:
        self._line = line
        if self._awaited is None or self._awaited.done():
            self._inbox.append(item)
        else:
            _settle(self._awaited, item)

    def _joined(self, line: _Line) -> None:
        self._open.add(line)

    def _left(self, line: _Line) -> None:
        self._open.discard(line)
        if line is self._line:
            self._line = None
            if self._awaited is not None:
                _settle(self._awaited, _HungUpError())


class _HungUpError(RuntimeError):
    """The worker has hung up, and may have ended."""


def _settle(awaited: asyncio.Future[Message], item: Message | Exception) -> None:
    if awaited.done():
        return
    if isinstance(item, Exception):
        awaited.set_exception(item)
    else:
        awaited.set_result(item)


class _Line(asyncio.Protocol):
    """One connection of a worker, cut into requests."""

    _transport: asyncio.Transport

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._buffer = b""
        self._between = True
        """Whether no request has begun to come in."""
        self._known = False
        """Whether it is the worker's: it has known the secret."""
        self._parser = self._requests()
        next(self._parser)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be one of the worker's connections."""
        self._transport = transport  # type: ignore[assignment]
        self._api._joined(self)  # noqa: SLF001 - a part of it

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Be none any more."""
        self._api._left(self)  # noqa: SLF001

    def data_received(self, data: bytes) -> None:
        """Go on with the request that is coming in."""
        if self._between and (message := whole(data, self._api.secret.encode())) is not None:
            self._known = True
            self._api._came(self, message)  # noqa: SLF001
            return
        self._buffer += data
        try:
            next(self._parser)
        except (ValueError, IndexError, StopIteration, WorkerGoneError):
            if self._known:
                self._api._came(self, WorkerGoneError())  # noqa: SLF001
            self._transport.abort()

    def write(self, data: bytes) -> None:
        """Send ``data``."""
        self._transport.write(data)

    def hang_up(self) -> None:
        """End the connection."""
        self._transport.abort()

    def _requests(self) -> Generator[None, None, None]:
        """Tell of each request as it is complete; yields when more of it has to come."""
        while True:
            while (end := self._buffer.find(HEAD_END)) < 0:
                if len(self._buffer) > MAX_HEAD_BYTES:
                    raise WorkerGoneError
                self._between = not self._buffer
                yield
            self._between = False
            head, self._buffer = self._buffer[:end], self._buffer[end + len(HEAD_END) :]
            method, path, _version = head[: (head + b"\r\n").find(b"\r\n")].decode("latin-1").split(" ", 2)
            if not path.startswith(f"{self._api.secret}/"):
                raise WorkerGoneError
            self._known, path = True, path.removeprefix(self._api.secret)
            fields = head.lower() + b"\r\n"
            if field(fields, b"expect") == b"100-continue":
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if field(fields, b"transfer-encoding") == b"chunked":
                body, size = yield from self._chunked()
            else:
                size = int(field(fields, b"content-length") or 0)
                body = yield from self._take(size, self._api.keep)
            self._api._came(self, Message(method, path, body, size))  # noqa: SLF001

    def _take(self, size: int, keep: int) -> Generator[None, None, bytes]:
        """Read ``size`` bytes; return the first ``keep`` of them, and hold no more."""
        parts: list[bytes] = []
        held = 0
        while size > 0:
            if not self._buffer:
                yield
            taken, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(taken)
            if held < keep:
                parts.append(taken[: keep - held])
                held += len(parts[-1])
        return b"".join(parts)

    def _chunked(self) -> Generator[None, None, tuple[bytes, int]]:
        parts: list[bytes] = []
        held = total = 0
        while True:
            while (line := self._buffer.find(b"\r\n")) < 0:
                if len(self._buffer) > MAX_HEAD_BYTES:
                    raise WorkerGoneError
                yield
            size = int(self._buffer[:line].split(b";")[0], 16)
            self._buffer = self._buffer[line + 2 :]
            parts.append((yield from self._take(size, self._api.keep - held)))
            held += len(parts[-1])
            total += size
            yield from self._take(2, 0)
            if size == 0:
                return b"".join(parts), total
