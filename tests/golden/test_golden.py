"""Matches that were recorded once and must play the same for ever: same scores, same end, same last bit."""

from __future__ import annotations

import pytest

from games.catalog import find_game
from games.record import GameRecord, replay, verify
from tests.conformance.tables import NAMES, register
from tests.golden.write import file_of, golden_match, plans

CASES = [(game, number) for game in NAMES for number in range(len(plans(game)))]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


def records(game: str) -> list[GameRecord]:
    assert file_of(game).exists(), f"python -m tests.golden.write {game}"
    return [GameRecord.from_line(line) for line in file_of(game).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("game", NAMES)
def test_every_game_has_golden_matches_of_its_rules(game: str) -> None:
    found = records(game)
    assert [record.match_id for record in found] == [plan.name for plan in plans(game)]
    assert {(record.game, record.rules_version) for record in found} == {(game, find_game(game).RULES_VERSION)}


@pytest.mark.parametrize(("game", "number"), CASES)
def test_a_golden_match_replays_to_its_last_bit(game: str, number: int) -> None:
    record, plan = records(game)[number], plans(game)[number]
    verify(record)
    assert plan.events <= {event.kind for frame in replay(record) for event in frame.events}


@pytest.mark.parametrize(("game", "number"), CASES)
def test_a_golden_match_is_played_alike_today(game: str, number: int) -> None:
    today, then = golden_match(game, number), records(game)[number]
    assert [(turn.step, turn.action) for turn in today.turns] == [(turn.step, turn.action) for turn in then.turns]
    assert today.digest == then.digest
    assert today.outcome == then.outcome
