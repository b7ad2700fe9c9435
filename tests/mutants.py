"""What comes from outside, changed in one place: a value, a key, a list's order, or a byte of the text."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

ODD_VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 2, 2**31, 2**63, 2**64, 10**400, -0.5, 0.5, float("nan"), float("inf"), 1e300,
    "", "x", "A1", "O15", "left", "blinky:up", "one", "two", "pacman", "person", "\0", "\ud83d", "a\u2028b", "a\u0085b",
    "\u200b", "\ufeff", "x" * 3000, "9999-12-31T23:59:59+00:00", "2026-01-01", [], {}, [[]], {"a": 1}, [[[[1]]]],
    "carrier:A1h battleship:A2h cruiser:A3h submarine:A4h destroyer:A5h",
]  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in ``data``."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(data: Any, random: Random, all_places: list[tuple[Any, ...]]) -> tuple[str, Any]:
    """Return what was done to a copy of ``data`` in one place, and the copy."""
    mutant = deepcopy(data)
    *above, last = random.choice(all_places)
    holder = mutant
    for key in above:
        holder = holder[key]
    ways: dict[str, Callable[[], None]] = {
        "set": lambda: holder.__setitem__(last, random.choice(ODD_VALUES)),
        "nudge": lambda: holder.__setitem__(last, holder[last] + random.choice((-1, 1))),
        "remove": lambda: holder.__delitem__(last),
        "add": lambda: holder.__setitem__("odd", random.choice(ODD_VALUES)),
        "twice": lambda: holder.insert(last, deepcopy(holder[last])),
        "swap": lambda: holder.__setitem__(slice(last, last + 2), holder[last : last + 2][::-1]),
        "from_elsewhere": lambda: holder.__setitem__(last, deepcopy(random.choice(holder))),
    }
    fit = ["set", "remove"]
    fit += ["nudge"] if type(holder[last]) in {int, float} else []
    fit += ["add"] if isinstance(holder, dict) else ["twice", "swap", "from_elsewhere"]
    way = random.choice(fit)
    ways[way]()
    return f"{way} {(*above, last)}", mutant


def changed_bytes(content: bytes, random: Random) -> bytes:
    """Return ``content`` with a byte changed, a piece removed, doubled or put elsewhere, or its end cut off."""
    start = random.randrange(len(content))
    end = min(len(content), start + random.choice((1, 2, 8, 64)))
    piece = content[start:end]
    to = random.randrange(len(content))
    odd = random.choice(
        (bytes([random.randrange(256)]), b"\xef\xbb\xbf", b"\r\n", b"\0", "\u2028".encode(), b"9" * 400)
    )
    return random.choice(
        (
            content[:start] + odd + content[end:],
            content[:start] + odd + content[start:],
            content[:start] + content[end:],
            content[:end] + piece + content[end:],
            content[:to] + piece + content[to:],
            content[:start],
        )
    )
