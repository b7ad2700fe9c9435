"""Callers that ask again as soon as they are answered, at little cost to the machine that they measure.

One thread with plain sockets: what a caller of ``traffic`` takes of a processor (a millisecond for each request) would
be most of what is measured where both run on the same machine.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.load.traffic import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_END = b"\r\n\r\n"
CHUNK = 64 * 1024
LOOK_S = 0.5


@dataclass(slots=True)
class _Caller:
    connection: socket.socket
    asked_at: float = 0.0
    coming: bytes = b""


def steady(url: str, headers: Mapping[str, str], body: bytes, callers: int, seconds: float) -> list[Call]:
    """POST ``body`` to ``url`` (plain HTTP) by so many ``callers`` for so many ``seconds``; return the calls.

    Raises OSError where nobody listens, or somebody hangs up.
    """
    parts = urlsplit(url)
    lines = {"Host": parts.netloc, **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
    waiting = selectors.DefaultSelector()
    began = time.monotonic()
    done: list[Call] = []

    def ask(caller: _Caller) -> None:
        caller.coming, caller.asked_at = b"", time.monotonic()
        caller.connection.sendall(request)

    for _ in range(callers):
        connection = socket.create_connection((str(parts.hostname), parts.port or 80))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        caller = _Caller(connection)
        waiting.register(connection, selectors.EVENT_READ, caller)
        ask(caller)
    try:
        while time.monotonic() < began + seconds:
            for key, _events in waiting.select(LOOK_S):
                caller = key.data
                caller.coming += _more(caller.connection)
                if (status := complete(caller.coming)) is not None:
                    latency_ms = (time.monotonic() - caller.asked_at) * 1000
                    done.append(Call(caller.asked_at - began, latency_ms, status))
                    ask(caller)
    finally:
        for key in list(waiting.get_map().values()):
            key.data.connection.close()
        waiting.close()
    return done


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(CHUNK)
    if not data:
        raise ConnectionResetError("the server has hung up")
    return data


def complete(answer: bytes) -> int | None:
    """Return the status of an HTTP answer; None while some of it has to come."""
    end = answer.find(HEAD_END)
    if end < 0:
        return None
    head = answer[:end].lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return int(head[9:12]) if len(answer) >= end + len(HEAD_END) + int(length or 0) else None
