"""A sound record, changed in any one place, is refused with its place or tells the same match."""

from __future__ import annotations

import json
from random import Random

import pytest

from games.record import GameRecord, RecordError, verify
from tests.golden.test_golden_matches import MATCHES
from tests.mutants import changed, places


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
