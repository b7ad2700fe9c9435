"""The Lambda Runtime API (2018-06-01), as one worker sees it: a port of its own and plain blocking sockets.

The thread that wants an answer does the talking itself, so that a warm invocation costs one write and one read.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NEXT = "/2018-06-01/runtime/invocation/next"
INIT_ERROR = "/2018-06-01/runtime/init/error"
LOOK_S = 0.01
"""How often to look whether a worker that has hung up still lives."""
CHUNK = 256 * 1024
MAX_HEAD_BYTES = 64 * 1024
ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'


class WorkerGoneError(RuntimeError):
    """The worker process ended."""


class LateError(RuntimeError):
    """The worker did not answer in time."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request that a worker sent."""

    method: str
    path: str
    body: bytes
    """As much of it as was kept."""
    size: int
    """How many bytes it had."""


class RuntimeApi:
    """The end of the Runtime API that serves one worker."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4)
        self._connection: socket.socket | None = None
        self._buffer = b""
        self.address = "{}:{}".format(*self._listener.getsockname())

    def close(self) -> None:
        """Hang up."""
        self._listener.close()
        if self._connection is not None:
            self._connection.close()

    def receive(self, deadline: float, alive: Callable[[], bool], keep: int = MAX_HEAD_BYTES) -> Message:
        """Return the worker's next request; of its body no more than ``keep`` bytes are held.

        Raises LateError after ``deadline`` (of time.monotonic), WorkerGoneError when the worker has ended or sends
        what is no request.
        """
        try:
            return self._receive(deadline, alive, keep)
        except (ValueError, IndexError) as error:
            raise WorkerGoneError from error

    def _receive(self, deadline: float, alive: Callable[[], bool], keep: int) -> Message:
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                return self._message(end, deadline, alive, keep)
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise WorkerGoneError
            self._more(deadline, alive)

    def send(self, headers: Mapping[str, str], body: bytes, deadline: float) -> None:
        """Answer the worker's request for the next invocation.

        Raises WorkerGoneError when it has hung up, LateError when it has not read everything by ``deadline``.
        """
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        self._write(head.encode("latin-1") + body, max(LOOK_S, deadline - time.monotonic()))

    def accept_report(self) -> None:
        """Answer a result or an error that the worker has posted."""
        self._write(ACCEPTED)

    def _write(self, data: bytes, patience: float = 1.0) -> None:
        connection = self._connection
        if connection is None:
            raise WorkerGoneError
        try:
            connection.settimeout(patience)
            connection.sendall(data)
        except TimeoutError:
            raise LateError from None
        except OSError as error:
            raise WorkerGoneError from error

    def _message(self, end: int, deadline: float, alive: Callable[[], bool], keep: int) -> Message:
        head = self._buffer[:end].decode("latin-1").split("\r\n")
        method, path, _version = head[0].split(" ", 2)
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if fields.get("expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._buffer = self._buffer[end + 4 :]
        if fields.get("transfer-encoding", "").lower() == "chunked":
            body, size = self._chunked(deadline, alive, keep)
        else:
            size = int(fields.get("content-length", "0"))
            body = self._take(size, deadline, alive, keep)
        return Message(method, path, body, size)

    def _take(self, size: int, deadline: float, alive: Callable[[], bool], keep: int) -> bytes:
        """Read ``size`` bytes; return the first ``keep`` of them, and hold no more."""
        parts: list[bytes] = []
        held = 0
        while size > 0:
            if not self._buffer:
                self._more(deadline, alive)
            taken, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(taken)
            if held < keep:
                parts.append(taken[: keep - held])
                held += len(parts[-1])
        return b"".join(parts)

    def _chunked(self, deadline: float, alive: Callable[[], bool], keep: int) -> tuple[bytes, int]:
        body, total = b"", 0
        while True:
            while (line := self._buffer.find(b"\r\n")) < 0:
                if len(self._buffer) > MAX_HEAD_BYTES:
                    raise WorkerGoneError
                self._more(deadline, alive)
            size = int(self._buffer[:line].split(b";")[0], 16)
            self._buffer = self._buffer[line + 2 :]
            body += self._take(size, deadline, alive, keep - len(body))
            total += size
            self._take(2, deadline, alive, 0)
            if size == 0:
                return body, total

    def _more(self, deadline: float, alive: Callable[[], bool]) -> None:
        """Add to the buffer what the worker sends next."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LateError
            if self._connection is None:
                self._connect(min(left, LOOK_S), alive)
                continue
            self._connection.settimeout(left)
            try:
                data = self._connection.recv(CHUNK)
            except TimeoutError:
                raise LateError from None
            except OSError:
                data = b""
            if data:
                self._buffer += data
                return
            self._connection.close()
            self._connection, self._buffer = None, b""

    def _connect(self, patience: float, alive: Callable[[], bool]) -> None:
        self._listener.settimeout(patience)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError:
            if not alive():
                raise WorkerGoneError from None
        else:
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
