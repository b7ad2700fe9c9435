"""Everything readable is read; everything else is named."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from games.battleship import rules
from games.match import Match, MoveMetadata, play
from games.record import BOT, PERSON, GameRecord, Participant, verify
from training.contracts import TrainingError
from training.dataset import decisions, fingerprint, split, usable
from training.records import read_records

if TYPE_CHECKING:
    from pathlib import Path


def played(seed: int) -> GameRecord:
    seats = {"one": Participant("one", PERSON, "ann"), "two": Participant("two", BOT, "anyone")}
    match = Match(rules, seats, seed=seed, policy_seed=seed + 1, match_id=f"match-{seed}")
    return replace(
        play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action)),
        started_at=f"2026-01-01T00:00:{seed:02}.000+00:00",
    )


RECORDS = [played(seed) for seed in range(12)]


def lines(records: list[GameRecord]) -> str:
    return "".join(record.to_line() + "\n" for record in records)


def test_a_file_and_a_folder_of_records_are_read(tmp_path: Path):
    (tmp_path / "battleship").mkdir()
    (tmp_path / "battleship" / "one.json").write_text(lines(RECORDS[:1]))
    (tmp_path / "many.jsonl").write_text(lines(RECORDS[1:5]))
    (tmp_path / "notes.txt").write_text("not mine")
    assert list(read_records(str(tmp_path), pytest.fail)) == [RECORDS[0], *RECORDS[1:5]]
    assert list(read_records(str(tmp_path / "many.jsonl"), pytest.fail)) == RECORDS[1:5]


def test_half_a_last_line_is_passed_over_and_named(tmp_path: Path):
    path = tmp_path / "games.jsonl"
    path.write_text(lines(RECORDS[:3])[:-40])
    warnings: list[str] = []
    assert list(read_records(str(path), warnings.append)) == RECORDS[:2]
    (warning,) = warnings
    assert warning.startswith(f"{path}:3: half a record, passed over: not JSON")


def test_a_corrupt_line_in_the_middle_costs_that_line_alone(tmp_path: Path):
    path = tmp_path / "games.jsonl"
    odd = b'garbage\n{"schema": 99}\n\xff\xfe\n\n'
    path.write_bytes(lines(RECORDS[:1]).encode() + odd + lines(RECORDS[1:2]).encode())
    warnings: list[str] = []
    assert list(read_records(str(path), warnings.append)) == RECORDS[:2]
    assert [warning.split(": ")[0] for warning in warnings] == [f"{path}:{line}" for line in (2, 3, 4)]
    assert "schema 99 is not one that this version reads" in warnings[1]


def test_a_line_ends_at_a_newline_and_nowhere_else(tmp_path: Path):
    whole = lines(RECORDS[:2]).encode()
    (tmp_path / "mark.jsonl").write_bytes(b"\xef\xbb\xbf" + whole)
    (tmp_path / "windows.jsonl").write_bytes(whole.replace(b"\n", b"\r\n"))
    assert list(read_records(str(tmp_path), pytest.fail)) == RECORDS[:2] * 2
    for separator in "\u2028\u2029\x85":
        odd = RECORDS[2].to_line().replace('"name":"ann"', f'"name":"an{separator}n"').encode()
        (tmp_path / "odd.jsonl").write_bytes(odd + b"\n" + whole)
        warnings: list[str] = []
        assert list(read_records(str(tmp_path / "odd.jsonl"), warnings.append)) == RECORDS[:2]
        (warning,) = warnings
        assert "odd.jsonl:1: " in warning
        assert f"participants[0].name is {f'an{separator}n'!a}" in warning
        assert f"without U+{ord(separator):04X}" in warning


@pytest.mark.parametrize("depth", [1_000, 200_000])
def test_a_deep_line_is_named_and_the_rest_is_read(tmp_path: Path, depth: int):
    path = tmp_path / "games.jsonl"
    path.write_text("[" * depth + "]" * depth + "\n" + lines(RECORDS[:1]))
    warnings: list[str] = []
    assert list(read_records(str(path), warnings.append)) == RECORDS[:1]
    assert warnings[0].startswith(f"{path}:1: no record, passed over: ")


def test_a_bucket_is_read_through_what_the_caller_gives():
    asked = []

    def read_bucket(bucket: str, prefix: str):
        asked.append((bucket, prefix))
        yield "records/battleship/a.json", lines(RECORDS[:1]).encode()
        yield "records/battleship/readme.md", b"not a record"

    assert list(read_records("s3://games/records/battleship", pytest.fail, read_bucket)) == RECORDS[:1]
    assert asked == [("games", "records/battleship")]


@pytest.mark.parametrize("source", ["nowhere.jsonl", "s3://", "s3:///prefix"])
def test_a_source_that_is_not_there_is_said_in_one_line(source: str):
    with pytest.raises(TrainingError, match=source):
        list(read_records(source, pytest.fail, lambda *_: []))


def test_only_sound_records_of_the_game_are_learned_from_each_once():
    forged = GameRecord.from_json({**RECORDS[1].to_json(), "digest": "0" * 32, "match_id": "forged"})
    foreign = GameRecord.from_json({**RECORDS[1].to_json(), "game": "pacman", "match_id": "foreign"})
    warnings: list[str] = []
    given = [RECORDS[2], forged, foreign, RECORDS[0], RECORDS[2]]
    assert usable(given, "battleship", warnings.append) == [RECORDS[0], RECORDS[2]]  # the oldest first
    assert warnings[3:] == ["3 of 5 records were passed over"]
    assert ["forged" in warnings[0], "foreign" in warnings[1], "seen before" in warnings[2]] == [True] * 3


def test_a_decision_holds_what_was_known_then_and_not_what_a_stand_in_played():
    match = Match(rules, {name: Participant(name, BOT, name) for name in rules.PLAYERS}, seed=1, policy_seed=2)
    late = MoveMetadata(latency_ms=2000, fallback="timeout")
    while match.outcome is None:
        for player in match.to_act():
            action = rules.sample_action(match.observe(player), Random(match.seed_for(player)))
            match.submit(player, action, late if player == "two" else MoveMetadata())
        match.advance()
    record = match.close()
    verify(record)
    found = list(decisions(record))
    assert {decision.player for decision in found} == {"one"}
    assert len(found) == sum(turn.player == "one" for turn in record.turns)
    for decision in found:
        rules.check(decision.state, decision.player, decision.action)
        assert decision.observation == rules.observe(decision.state, decision.player)


def test_a_match_is_on_one_side_of_the_split_and_stays_there():
    learn, judge = split(RECORDS, held_out=0.5)
    assert sorted(record.seed for record in [*learn, *judge]) == list(range(12))
    assert learn
    assert judge
    fewer_learn, fewer_judge = split(RECORDS[3:9], held_out=0.5)
    assert {record.seed for record in fewer_learn} <= {record.seed for record in learn}
    assert {record.seed for record in fewer_judge} <= {record.seed for record in judge}


def test_a_fingerprint_tells_what_was_played_whatever_the_order_and_the_clock():
    again = [replace(record, started_at="2027", match_id="other") for record in reversed(RECORDS)]
    assert fingerprint(again) == fingerprint(RECORDS)
    assert fingerprint(RECORDS[1:]) != fingerprint(RECORDS)
    assert fingerprint([played(0)]) == fingerprint(RECORDS[:1])
