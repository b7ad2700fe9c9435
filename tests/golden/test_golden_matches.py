"""Matches of November 2026, as the program wrote them then: whatever changes, they are read, replayed and verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from games.record import GameRecord, replay, verify
from games.record_lines import read_lines

FILE = Path(__file__).with_name("matches.jsonl")
MATCHES = [found for _, found in read_lines(FILE.read_bytes())]


def test_all_of_them_are_read() -> None:
    assert len(MATCHES) == 12
    assert all(isinstance(found, GameRecord) for found in MATCHES)


@pytest.mark.parametrize("record", MATCHES, ids=lambda record: f"{record.game}-{record.match_id[:6]}")
def test_a_match_is_possible_and_is_written_as_it_was(record: GameRecord) -> None:
    verify(record)
    assert sum(len(frame.turns) for frame in replay(record)) == len(record.turns)
    assert f"{record.to_line()}\n" in FILE.read_text("utf-8")


def test_they_hold_what_is_rare() -> None:
    causes = {turn.fallback for record in MATCHES for turn in record.turns}
    assert causes == {None, "nonsense", "refused", "timeout", "late"}
    assert {record.outcome is None for record in MATCHES} == {True, False}
    assert max(len(record.participants) for record in MATCHES) == 7  # swapped again and again, four functions at once
    assert min(record.steps for record in MATCHES) == 0
