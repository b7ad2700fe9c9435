"""Texts that can be shown: what is printable, what leaves a mark, and any value in a few printable words."""

from __future__ import annotations

import json

MAX_QUOTED = 60
"""Characters of a wrong value that an error repeats."""
FEW = 6
"""Items of a list that an error repeats."""
HUGE = 10**30
"""Whole numbers beyond it are not printed: Python refuses to print some of them."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that count as printable and leave no mark."""
_MARK = "M"
"""The Unicode category of what is drawn over the character before it."""


def printable(text: str, most: int, otherwise: str = "") -> str:
    """Return ``text`` as a declared text of ``most`` characters may be, or ``otherwise`` if nothing visible is left.

    Any white space becomes a blank; what else cannot be printed is dropped.
    """
    if text.isprintable() and 0 < len(text) <= most and visible(text):
        return text
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(character for character in spaced if character.isprintable())[:most]
    return kept if visible(kept) else otherwise


def describe(value: object) -> str:
    """Return what ``value`` is, in a few printable words, whatever it is."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) > HUGE:
        return "a huge number"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        quoted = ascii(value[:MAX_QUOTED]) if not value.isprintable() else repr(value[:MAX_QUOTED])
        return quoted if len(value) <= MAX_QUOTED else f"{quoted}... ({len(value)} characters)"
    if isinstance(value, list | tuple) and len(value) <= FEW and not any(isinstance(one, list | dict) for one in value):
        return f"[{', '.join(describe(one) for one in value)}]"
    names: dict[type, str] = {list: "a list", tuple: "a list", dict: "an object"}
    return names.get(type(value), f"a {type(value).__name__}")


def visible(text: str) -> bool:
    """Return whether anything of printable ``text`` leaves a mark of its own when it is drawn."""
    if text.isascii():
        return bool(text.strip())
    from unicodedata import category  # noqa: PLC0415 - no function needs it to start

    return any(one not in BLANK and not one.isspace() and category(one)[0] != _MARK for one in text)
