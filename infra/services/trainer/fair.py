"""How much one person may have a say in a training: a share of its records, so that nobody can make it theirs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from games.record import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.record import GameRecord

SHARE, LEAST = 0.2, 50
"""Of the records that a training reads: what one person may contribute, and may in any case."""


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
