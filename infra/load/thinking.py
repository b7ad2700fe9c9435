"""How long people think before each answer of an opponent, from records: what a simulation draws its matches from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.record import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from games.record import GameRecord

LONGEST_S = 600.0
"""Whoever thinks longer has gone away: so much is counted."""


def thinking_of(records: Iterable[GameRecord]) -> list[list[float]]:
    """Return the seconds before each question to a function, for each match that has any.

    A turn is written down when it was answered (``at_ms``), and says how long the answer took; between an answer and
    the next question somebody thought.
    """
    return [found for record in records if (found := _thinking(record))]


def _thinking(record: GameRecord) -> list[float]:
    functions = {number for number, who in enumerate(record.participants) if who.kind == FUNCTION}
    before_ms, found = 0.0, list[float]()
    for turn in record.turns:
        if turn.participant in functions and turn.at_ms is not None and not turn.fallback:
            asked_ms = turn.at_ms - (turn.latency_ms or 0.0)
            found.append(min(LONGEST_S, max(0.0, (asked_ms - before_ms) / 1000)))
            before_ms = turn.at_ms
    return found


def assumed(moves_a_second: float, minutes: float, random: Random, matches: int = 200) -> list[list[float]]:
    """Return matches of so many minutes at a steady pace, for where there are no records: exponential gaps."""
    moves = max(1, round(moves_a_second * minutes * 60))
    return [[random.expovariate(moves_a_second) for _ in range(moves)] for _ in range(matches)]
