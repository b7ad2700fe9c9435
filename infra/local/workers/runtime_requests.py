"""Requests of the Lambda Runtime API, as their bytes come."""

from __future__ import annotations

from typing import NamedTuple

INVOCATION = "/2018-06-01/runtime/invocation"
NEXT = f"{INVOCATION}/next"


class Message(NamedTuple):
    """One request that a worker sent."""

    method: str
    path: str
    body: bytes
    """As much of it as was kept."""
    size: int
    """How many bytes it had."""


ASKS_FOR_NEXT = Message("GET", NEXT, b"", 0)
HEAD_END = b"\r\n\r\n"


def whole(data: bytes, secret: bytes) -> Message | None:
    """Return the request that is all of ``data``, as nearly every one comes; None where more has to be looked at.

    Its path begins with ``secret``, which is taken off.
    """
    end = data.find(HEAD_END)
    begin = end + len(HEAD_END)
    if data.startswith(b"GET %b%b HTTP/1.1\r\n" % (secret, NEXT.encode())) and begin == len(data):
        return ASKS_FOR_NEXT
    if end < 0 or not data.startswith(b"POST %b/" % secret):
        return None
    fields = data[: end + 2].lower()
    length = field(fields, b"content-length")
    if not length.isdigit() or b"\r\nexpect:" in fields or b"\r\ntransfer-encoding:" in fields:
        return None
    at = len(b"POST ") + len(secret)
    path = data[at : data.find(b" ", at, end)].decode("latin-1")
    return Message("POST", path, data[begin:], int(length)) if begin + int(length) == len(data) else None


def field(head: bytes, name: bytes) -> bytes:
    """Return the value of a header in ``head``, which is in small letters and ends its lines; empty for none."""
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    begin = at + len(name) + 3
    return head[begin : head.find(b"\r\n", begin)].strip()
