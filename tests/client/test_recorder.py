"""Nothing that was played is lost, whenever the program is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from client.records.recorder import Recorder, RecorderError, read_journal, record_path
from games.battleship import rules
from games.fairness import Pledge
from games.match import Match, MoveMetadata, play
from games.record import BOT, GameRecord, Participant, RecordError, is_kept, verify
from training.records import read_records

if TYPE_CHECKING:
    from typing import Any


def seats() -> dict[str, Participant]:
    return {player: Participant(player, BOT, f"anyone_{player}") for player in rules.PLAYERS}


def new_match(recorder: Recorder, seed: int = 1, **more: Any) -> Match:
    return Match(rules, seats(), seed=seed, policy_seed=seed + 1, journal=recorder.journal(), **more)


def test_a_match_that_ended_is_one_line_that_verifies(tmp_path: Path):
    recorder = Recorder(tmp_path)
    record = play(new_match(recorder), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    recorder.close()
    content = record_path(tmp_path, record).read_text(encoding="utf-8")
    assert content.count("\n") == 1
    assert GameRecord.from_line(content) == record
    verify(record)
    assert list((tmp_path / "journals").iterdir()) == []


def test_several_matches_at_once_are_kept_apart(tmp_path: Path):
    recorder = Recorder(tmp_path)
    matches = [new_match(recorder, seed) for seed in range(6)]
    threads = [
        threading.Thread(target=play, args=(match, dict.fromkeys(rules.PLAYERS, rules.sample_action)))
        for match in matches
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    found = list(read_records(str(tmp_path), pytest.fail))
    assert {record.match_id for record in found} == {match.match_id for match in matches}
    for record in found:
        verify(record)


def test_a_journal_left_behind_becomes_an_abandoned_record(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = new_match(recorder)
    play_steps(match, 12)
    match.seat(Participant("two", BOT, "another"))
    play_steps(match, 3)
    recorder.close()
    expected = match.record()

    later = Recorder(tmp_path)
    journal = next((tmp_path / "journals").iterdir())
    match._journal._file.close()  # as the operating system does for a killed program
    (told,) = later.recover()
    assert "abandoned" in told
    (found,) = read_records(str(tmp_path), pytest.fail)
    assert found == expected
    assert found.outcome is None
    verify(found)
    assert not journal.exists()
    assert later.recover() == []


def test_what_was_promised_and_sealed_outlives_a_killed_program(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = Match(rules, seats(), seed=Pledge.of("5e" * 32, "w"), policy_seed=2, journal=recorder.journal())
    for player in match.to_act():
        match.submit(player, rules.sample_action(match.ask(player), Random(1)), sealed=True)
    match.advance()
    recorder.close()
    expected = match.record()
    match._journal._file.close()
    Recorder(tmp_path).recover()
    (found,) = read_records(str(tmp_path), pytest.fail)
    assert found == expected
    assert is_kept(found)
    assert all(turn.seal for turn in found.turns)


def play_steps(match: Match, steps: int) -> None:
    for _ in range(steps):
        for player in match.to_act():
            match.submit(
                player,
                rules.sample_action(match.observe(player), Random(match.seed_for(player))),
                MoveMetadata(latency_ms=1.5),
            )
        match.advance()


def test_a_match_that_is_still_being_played_is_left_alone(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = new_match(recorder)
    play_steps(match, 3)
    recorder.flush()
    assert Recorder(tmp_path).recover() == []
    assert (tmp_path / "journals" / f"{match.match_id}.jsonl").exists()


def test_half_a_last_line_is_no_part_of_the_match(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = new_match(recorder)
    play_steps(match, 8)
    recorder.close()
    content = next((tmp_path / "journals").iterdir()).read_bytes()
    for cut in (1, 5, 40):
        record = read_journal("half", content[:-cut])
        verify(record)
        assert record.turns == match.record().turns[:-1]


def test_a_step_that_only_one_of_two_had_played_is_no_part_of_the_match(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = new_match(recorder)
    match.submit("one", rules.sample_action(match.observe("one"), Random(1)))
    recorder.close()
    record = read_journal("half", next((tmp_path / "journals").iterdir()).read_bytes())
    assert (record.steps, record.turns) == (0, ())
    verify(record)


def test_a_journal_that_cannot_be_read_is_kept_and_named(tmp_path: Path):
    journals = tmp_path / "journals"
    journals.mkdir()
    (journals / "odd.jsonl").write_text('{"begin": 1}\n')
    (told,) = Recorder(tmp_path).recover()
    assert "odd.jsonl:1: a record is an object, not 1" in told
    assert (journals / "odd.broken").exists()
    with pytest.raises(RecordError, match="'dance' is nothing a journal tells"):
        read_journal("x", b'{"dance": 1}\n')


def test_a_disk_that_cannot_be_written_to_is_told_and_the_match_goes_on(tmp_path: Path):
    recorder = Recorder(tmp_path)
    (tmp_path / "journals").rmdir()
    (tmp_path / "battleship").write_text("in the way")
    record = play(new_match(recorder), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    assert record.outcome is not None
    with pytest.raises(RecorderError, match="records cannot be written"):
        recorder.close()


def test_handing_a_move_over_never_waits_for_the_disk(tmp_path: Path):
    release = threading.Event()
    recorder = Recorder(tmp_path)
    recorder._tasks.put(lambda: release.wait(30) and None)  # a disk that hangs
    match = new_match(recorder)
    play_steps(match, 20)
    assert not release.is_set()
    assert list((tmp_path / "journals").iterdir()) == []  # all of it is still waiting, and the match went on
    release.set()
    recorder.close()
    assert len(read_journal("x", next((tmp_path / "journals").iterdir()).read_bytes()).turns) == 21


PLAY_ON_AND_ON = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from test_recorder import *
recorder = Recorder(Path({folder!r}))
match = new_match(recorder)
while match.outcome is None:
    play_steps(match, 1)
    recorder.flush()  # of which the next move knows nothing
    print(len(match._turns), flush=True)
"""


@pytest.mark.parametrize("moves", [5, 30])
def test_kill_minus_nine_loses_at_most_the_last_move(tmp_path: Path, moves: int):
    here = Path(__file__).parent
    program = PLAY_ON_AND_ON.format(tests=str(here), root=str(here.parents[1]), folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        played = 0
        while played < moves:
            played = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
    played = int(rest[-1]) if rest else played
    (told,) = Recorder(tmp_path).recover()
    assert "abandoned" in told
    (record,) = read_records(str(tmp_path), pytest.fail)
    verify(record)
    assert len(record.turns) >= played


def test_a_recovered_record_is_handed_on_for_upload(tmp_path: Path):
    recorder = Recorder(tmp_path)
    match = new_match(recorder)
    play_steps(match, 4)
    recorder.close()
    match._journal._file.close()
    handed: list[Path] = []
    later = Recorder(tmp_path, handed.append)
    later.recover()
    assert handed == [record_path(tmp_path, match.record())]
    until = monotonic() + 60
    play(new_match(later, 9), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    while len(handed) < 2 and monotonic() < until:
        sleep(0.01)
    assert len(handed) == 2


def test_a_name_that_cannot_be_written_is_repaired_and_the_next_match_is_recorded(tmp_path: Path):
    recorder = Recorder(tmp_path)
    odd = {player: Participant(player, BOT, name) for player, name in (("one", "robot \ud83d"), ("two", "\u200b"))}
    first = Match(rules, odd, seed=1, policy_seed=2, journal=recorder.journal())
    first.seat(Participant("two", BOT, "a\u2028b"))
    play(first, dict.fromkeys(rules.PLAYERS, rules.sample_action))
    play(new_match(recorder), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    recorder.close()
    found = list(read_records(str(tmp_path), pytest.fail))
    for record in found:
        verify(record)
    names = {tuple(item.name for item in record.participants) for record in found}
    assert names == {("robot ", "unnamed", "a b"), ("anyone_one", "anyone_two")}


@pytest.mark.parametrize("error", [UnicodeError("odd"), KeyError("odd"), RecursionError("odd"), MemoryError("odd")])
def test_whatever_a_task_raises_is_told_and_the_next_match_is_recorded(tmp_path: Path, error: Exception):
    def odd_listener(_: Path) -> None:
        raise error

    recorder = Recorder(tmp_path, odd_listener)
    for seed in (1, 2):
        play(new_match(recorder, seed), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    with pytest.raises(RecorderError, match="odd"):
        recorder.flush()
    assert len(list(read_records(str(tmp_path), pytest.fail))) == 2
