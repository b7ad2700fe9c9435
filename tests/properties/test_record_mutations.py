"""A sound record, changed in any one place, is refused with its place or tells the same match."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from games.record import GameRecord, RecordError, verify
from tests.golden.test_golden_matches import MATCHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def check_mutants(record: GameRecord, seed: int, count: int) -> tuple[int, int]:
    """Check ``count`` mutants of ``record``; return how many were refused, and how many told the same match."""
    random = Random(seed)
    data = json.loads(record.to_line())
    all_places = list(places(data))
    refused = same = 0
    for _ in range(count):
        what, mutant = changed(data, random, all_places)
        try:
            found = GameRecord.from_line(json.dumps(mutant))
            verify(found)
        except RecordError as error:
            refused += 1
            assert error.field, f"{what}: no place in {error}"
            assert str(error).isprintable(), what
            assert len(str(error)) < 1500, what
        else:
            same += 1
            assert (found.outcome, found.digest) == (record.outcome, record.digest), what
            assert GameRecord.from_line(found.to_line().encode()) == found, what
    return refused, same


SHORT = [record for record in MATCHES if record.steps < 500]


@pytest.mark.parametrize("record", SHORT, ids=lambda record: f"{record.game}-{record.match_id[:6]}")
def test_a_record_changed_in_one_place_is_refused_or_the_same(record: GameRecord) -> None:
    refused, _ = check_mutants(record, seed=1, count=150)
    assert refused > 75


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("record", MATCHES, ids=lambda record: f"{record.game}-{record.match_id[:6]}")
def test_the_same_of_many_more_changes(record: GameRecord, seed: int) -> None:
    count = 2_000 if record.game == "battleship" else 150
    refused, same = check_mutants(record, seed, count)
    assert refused + same == count
    assert refused > count // 2
