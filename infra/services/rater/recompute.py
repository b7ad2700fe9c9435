"""All ratings from all records: the same counts and fits as the rater's, on everything at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.services.rater.rating import addition_of, result_of
from infra.services.rater.table import strengths_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.record import GameRecord
    from infra.services.rater.strengths import Strength
    from infra.services.rater.table import RatingsTable


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came of it."""

    records: int
    counted: int
    """Of those, how many were in no count yet."""
    differed: tuple[str, ...]
    """Which counts did not fit their matches, in sentences."""
    games: dict[str, dict[str, Strength]]
    """The functions' strengths by game."""
    people: int


def recompute(table: RatingsTable, records: Iterable[GameRecord]) -> Recomputed:
    """Count every record that is in no count yet, put right counts that do not fit their matches, and fit all anew.

    It may run while records come in, and be stopped and run again: nothing is counted twice.
    """
    known = table.counted_matches()
    seen = counted = 0
    for record in records:
        seen += 1
        result = result_of(record)
        if result is not None and record.match_id not in known:
            counted += table.count(record.match_id, record.started_at, addition_of(result), old_too=True)
    differed = tuple(table.recount())
    games = {game: table.fit_game(game, recomputed=True) for game in table.games()}
    people = table.people()
    for item in people:
        game = item["game"]["S"]
        strengths = games.get(game) or strengths_in(table.fit_of(game))
        table.fit_person(item["id"]["S"], strengths, recomputed=True)
    return Recomputed(seen, counted, differed, games, len(people))
