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
            wanted = f"{2 * KEY_BYTES} in hex"
            raise KeyLengthError(f"key {number} of the platform has {len(digits)} digits; wanted: {wanted}")
        found[number] = key
    return found


def newest(keys: Mapping[str, bytes]) -> str:
    """Return the number of the newest key."""
    return max(keys, key=int)
