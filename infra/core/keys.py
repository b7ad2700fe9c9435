"""The platform's keys, from which each function's follows: numbered, the newest highest, and none is ever changed.

A number is how many keys there were, then ten digits of the key's own digest: another platform's keys, or those of one
that was destroyed, have other numbers.  Keys of an earlier release, which counted 1, 2, 3, keep theirs.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from ai_functions.runtime.proof import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = 10**10
"""How many numbers a key's digest chooses among."""


class KeyLengthError(ValueError):
    """A key of the platform's that is none."""

    def __init__(self, number: str, digits: int) -> None:
        super().__init__(f"key {number} of the platform has {digits} digits; wanted: {2 * KEY_BYTES} in hex")
        self.number = number
        """Under which it is stored."""


def new_key() -> str:
    """Return a key nobody has had before, as it is stored."""
    return secrets.token_hex(KEY_BYTES)


def number_of(key: str, before: Mapping[str, bytes]) -> str:
    """Return the number under which ``key``, made after those of ``before``, is stored."""
    rank = int(newest(before)) // OWN + 1 if before else 1
    return str(rank * OWN + int.from_bytes(sha256(bytes.fromhex(key)).digest()) % OWN)


def parse_keys(stored: Mapping[str, str]) -> dict[str, bytes]:
    """Return the keys by their numbers.  Raises KeyLengthError."""
    found = {}
    for number, digits in stored.items():
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES or not number.isdecimal():
            raise KeyLengthError(number, len(digits))
        found[number] = key
    return found


def newest(keys: Mapping[str, bytes]) -> str:
    """Return the number of the newest key."""
    return max(keys, key=int)
