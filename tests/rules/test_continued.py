"""A match that goes on from a position of a record: the same position, a new end, and a record that tells both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from games.catalog import find_game
from games.core import GameError
from games.match import Match, play
from games.record import (
    BOT,
    FUNCTION,
    PERSON,
    GameRecord,
    Origin,
    Participant,
    RecordError,
    continues,
    replay,
    verify,
)
from games.record_lines import read_lines

RULES = find_game("battleship")
GOLDEN = Path(__file__).parents[1] / "golden"
RECORDS = [
    next(one for _, one in read_lines((GOLDEN / f"{name}.jsonl").read_bytes()) if isinstance(one, GameRecord))
    for name in ("battleship", "pacman")
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.game)
@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_a_match_goes_on_where_it_was_and_its_record_is_possible(record: GameRecord, share: float) -> None:
    step = int(record.steps * share)
    match = Match.continued(record, step)
    frames = list(replay(record))
    assert (match.state, match.step_number) == (frames[step].state, step)
    for player in match.game.PLAYERS:
        match.seat(Participant(player, BOT, "another"))
    ended = play(match, dict.fromkeys(match.game.PLAYERS, match.game.sample_action), max_steps=step + 600)
    verify(ended)
    assert ended.origin == Origin(record.match_id, step)
    assert ended.match_id != record.match_id
    assert ended.turns[: len(match._turns)][0] == record.turns[0] or step == 0
    assert [turn.action for turn in ended.turns if turn.step < step] == [
        turn.action for turn in record.turns if turn.step < step
    ]
    assert not match.rated
    assert GameRecord.from_line(ended.to_line()) == ended
    assert len(ended.participants) == len(record.participants) + len(match.game.PLAYERS)


def test_whoever_only_goes_on_keeps_the_seat_and_can_be_rated() -> None:
    record = RECORDS[0]
    match = Match.continued(record, 20)
    assert match.rated
    assert [item.name for item in match.record().participants] == [item.name for item in record.participants]
    match.seat(Participant("one", PERSON, "Ada", "with hints"))
    assert not match.rated


def left_after(steps: int) -> GameRecord:
    """A match that was left without an end."""
    record = RECORDS[0]
    seats = {item.player: item for item in record.participants}
    match = Match(RULES, seats, seed=5, policy_seed=6, match_id="left")
    return play(match, dict.fromkeys(RULES.PLAYERS, RULES.sample_action), max_steps=steps)


def test_a_resumed_match_is_the_one_that_was_left_and_holds_all_of_it() -> None:
    left = left_after(20)
    match = Match.continued(left, left.steps, resumed=True)
    ended = play(match, dict.fromkeys(RULES.PLAYERS, RULES.sample_action))
    verify(ended)
    assert (ended.match_id, ended.started_at, ended.origin) == (left.match_id, left.started_at, None)
    assert continues(ended, left)
    assert GameRecord.from_line(ended.to_line()) == ended
    with pytest.raises(GameError, match="can only be resumed where it was left"):
        Match.continued(left, 10, resumed=True)
    with pytest.raises(GameError, match="can only be resumed where it was left"):
        Match.continued(ended, ended.steps, resumed=True)


def test_only_the_same_match_with_more_of_it_goes_on_from_one_that_was_left() -> None:
    left = left_after(20)
    ended = play(Match.continued(left, 20, resumed=True), dict.fromkeys(RULES.PLAYERS, RULES.sample_action))
    assert not continues(left, left)
    assert not continues(left, ended)
    assert not continues(ended, ended)
    for change in (
        {"match_id": "another"},
        {"seed": 6},
        {"policy_seed": 7},
        {"started_at": "2026-01-01T00:00:00+00:00"},
        {"turns": (replace(ended.turns[0], action=ended.turns[1].action), *ended.turns[1:])},
        {"turns": (replace(ended.turns[0], at_ms=ended.turns[0].at_ms + 1), *ended.turns[1:])},
        {"participants": (replace(ended.participants[0], name="Eve"), *ended.participants[1:])},
        {"participants": (*ended.participants, replace(ended.participants[0], since_step=3))},
    ):
        assert not continues(replace(ended, **change), left), change


def test_a_swap_before_the_position_is_kept_and_one_after_it_is_not() -> None:
    record = RECORDS[0]
    swapped = replace(
        record,
        participants=(*record.participants, Participant("two", FUNCTION, "late", since_step=record.steps - 1)),
        turns=tuple(
            replace(turn, participant=2) if turn.step == record.steps - 1 and turn.player == "two" else turn
            for turn in record.turns
        ),
    )
    before = Match.continued(swapped, 30)
    assert [item.name for item in before.record().participants] == [item.name for item in record.participants]
    after = Match.continued(swapped, record.steps)
    assert after.participant("two").name == "late"


def test_a_position_that_is_not_there_or_not_possible_is_refused() -> None:
    record = RECORDS[0]
    with pytest.raises(GameError, match="there is no step 9999"):
        Match.continued(record, 9999)
    with pytest.raises(RecordError):
        Match.continued(replace(record, turns=record.turns[5:]), 40)
    assert Match.continued(record, 3).game.sample_action(Match.continued(record, 3).ask("two"), Random(1))
