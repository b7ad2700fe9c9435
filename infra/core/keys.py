"""The platform's keys, from which each function's follows: numbered, the newest highest, and none is ever changed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from ai_functions.runtime.proof import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST = "1"


class KeyLengthError(ValueError):
    """A key of the platform's that is none."""

    def __init__(self, number: str, digits: int) -> None:
        super().__init__(f"key {number} of the platform has {digits} digits; wanted: {2 * KEY_BYTES} in hex")
        self.number = number
        """Under which it is stored."""


def new_key() -> str:
    """Return a key nobody has had before, as it is stored."""
    return secrets.token_hex(KEY_BYTES)


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
