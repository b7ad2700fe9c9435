"""Which records a training reads: nobody may have more than a share of a say, and there must be time to read them."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from games.record import PERSON, RecordError, verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from games.record import GameRecord

SHARE, LEAST = 0.2, 50
"""Of the records that a training reads: what one person may contribute, and may in any case."""


READING, REPLAYS, TRIED = 1 / 3, 4, 8
"""The part of the time that may go into reading, how often a training plays a record again, and records timed."""


def readable_within(records: Sequence[GameRecord], left_s: float) -> list[GameRecord]:
    """Return the newest of ``records`` that a training with ``left_s`` seconds can read: it takes as long as they are.

    Without a compiler a long match takes a quarter of a second each time that it is played again.
    """
    newest = sorted(records, key=lambda record: record.started_at, reverse=True)
    if not newest:
        return []
    tried = newest[:TRIED]
    began = monotonic()
    for record in tried:
        with suppress(RecordError):
            verify(record)
    a_step = (monotonic() - began) / max(1, sum(record.steps for record in tried))
    steps = left_s * READING / REPLAYS / max(a_step, 1e-9)
    kept: list[GameRecord] = []
    for record in newest:
        steps -= record.steps
        if steps < 0 and kept:
            break
        kept.append(record)
    return kept


def fair(records: Iterable[GameRecord]) -> tuple[list[GameRecord], int]:
    """Return the records without those by which one person would have more than a share, and how many that were."""
    found, kept = list(records), []
    most = max(LEAST, int(len(found) * SHARE))
    counts: Counter[str] = Counter()
    for record in found:
        people = {one.name for one in record.participants if one.kind == PERSON}
        if all(counts[name] < most for name in people):
            counts.update(people)
            kept.append(record)
    return kept, len(found) - len(kept)
