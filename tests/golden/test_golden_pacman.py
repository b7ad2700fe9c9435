"""Pac-Man games that were recorded once and must play the same for ever: same score, same end, same last bit."""

from __future__ import annotations

import pytest

from games.pacman.rules import RULES_VERSION
from games.record import GameRecord, replay, verify
from tests.golden.write_pacman import FILE, GAMES, golden_game

RECORDS = [GameRecord.from_line(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

# What happened in them, so that a look at this file tells what they cover.
SCENES = {
    "arcade-from-level-1": {
        "ghost_eaten",
        "ghost_home",
        "fruit_eaten",
        "fruit_gone",
        "level_cleared",
        "mode",
        "caught",
    },
    "pocket-from-level-4-without-overflow": {"energizer", "ghost_eaten", "level_cleared", "over"},
    "grand-hard-with-pass-through": {"energizer", "ghost_eaten", "fright_ended", "over"},
    "arcade-level-18-then-19": {"energizer", "extra_life", "level_cleared", "reversal"},
}


def test_every_golden_game_is_there() -> None:
    assert [record.match_id for record in RECORDS] == [name for name, _ in GAMES] == list(SCENES)
    assert {record.rules_version for record in RECORDS} == {RULES_VERSION}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.match_id)
def test_a_golden_game_replays_to_its_last_bit(record: GameRecord) -> None:
    verify(record)
    kinds = {event.kind for frame in replay(record) for event in frame.events}
    assert SCENES[record.match_id] <= kinds


@pytest.mark.parametrize("number", range(len(GAMES)))
def test_a_golden_game_is_played_alike_today(number: int) -> None:
    today, then = golden_game(number), RECORDS[number]
    assert [(turn.step, turn.action) for turn in today.turns] == [(turn.step, turn.action) for turn in then.turns]
    assert today.digest == then.digest
    assert today.outcome == then.outcome
