"""Heads of HTTP requests that are told from each other by their bytes, and not parsed."""

from __future__ import annotations

MAX_BYTES, MAX_DIGITS = 4096, 5
"""How large such a head is at most, and how many digits its length has."""
END, LENGTH = b"\r\n\r\n", b"\r\ncontent-length: "


def head_of(data: bytes) -> tuple[tuple[bytes, bytes], int, int] | None:
    """Return the head that ``data`` begins with, without the digits of its length, and where its body begins and ends.

    None for a head that has not come whole, or whose length is not written as usual.
    """
    begin = data.find(END) + len(END)
    if not len(END) <= begin <= MAX_BYTES:
        return None
    head = data[: begin - len(END)]
    at = head.lower().find(LENGTH)
    if at < 0:
        return (head, b""), begin, begin
    at += len(LENGTH)
    end = head.find(b"\r\n", at)
    digits = head[at:] if end < 0 else head[at:end]
    if not digits.isdigit() or len(digits) > MAX_DIGITS or (digits[:1] == b"0" and digits != b"0"):
        return None
    return (head[:at], head[at + len(digits) :]), begin, begin + int(digits)
