"""What was played can be listed, shown, checked, exported and replayed; what is wrong is said in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from client.commands import records
from client.commands.context import UsageError
from client.records.recorder import save_record
from games.backgammon import rules as backgammon
from games.battleship import rules
from games.fairness import Pledge
from games.match import Match, play
from games.record import BOT, GameRecord, Origin, Participant
from games.record_fields import Proof
from infra.core.state import CloudChoice

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two records and what a killed program left of a third."""
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path))
    for seed, name in ((1, "aaa1"), (2, "bbb2")):
        seats = {player: Participant(player, BOT, f"bot_{player}") for player in rules.PLAYERS}
        match = Match(rules, seats, seed=seed, policy_seed=seed, match_id=name)
        save_record(tmp_path / "records", play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action)))
    return tmp_path


def run(*words: str) -> Result:
    app = typer.Typer()

    @app.callback()
    def root(context: typer.Context) -> None:
        context.obj = CloudChoice()

    records.register(app)
    return CliRunner().invoke(app, words)


def test_what_was_recorded_is_listed_for_people_and_for_programs(home: Path):
    listing = run("records", "list").output
    assert "2 matches" in listing
    assert "bot_one won: fleet sunk (bot_one" in " ".join(listing.split())
    listed = json.loads(run("records", "list", "--json").stdout)
    assert [item["match_id"] for item in listed] == ["aaa1", "bbb2"]
    assert "seed" not in listed[0]
    assert json.loads(run("records", "list", "--game", "pacman", "--json").stdout) == []
    assert home.exists()


@pytest.mark.usefixtures("home")
def test_a_match_is_found_by_the_beginning_of_its_id():
    shown = run("records", "show", "bbb")
    assert shown.exit_code == 0
    assert "bot_one" in shown.output
    assert "two's fleet" in shown.output
    assert "goes on from" not in shown.output
    unknown = run("records", "show", "zzz")
    assert isinstance(unknown.exception, UsageError)
    assert "no match 'zzz' is recorded in" in str(unknown.exception)


def test_a_record_that_goes_on_from_another_says_so(home: Path):
    path = home / "records" / "battleship" / "aaa1.json"
    record = replace(GameRecord.from_line(path.read_text()), origin=Origin("ccc3", 7))
    path.write_text(record.to_line() + "\n")
    assert "goes on from step 7 of ccc3" in run("records", "show", "aaa").output


def test_a_record_that_the_rules_do_not_allow_is_named(home: Path):
    assert run("records", "verify").exit_code == 0
    path = home / "records" / "battleship" / "aaa1.json"
    record = GameRecord.from_line(path.read_text())
    path.write_text(replace(record, digest="0" * 32).to_line() + "\n" + '{"half')
    result = run("records", "verify", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["records"] == 2
    assert "aaa1: ends in state" in found["impossible"][0]
    assert found["unreadable"][0].startswith(f"{path}:2: half a record")


def test_records_are_exported_as_lines_that_can_be_read_again(home: Path):
    out = home / "all.jsonl"
    assert run("records", "export", "--to", str(out)).exit_code == 0
    assert [GameRecord.from_line(line).match_id for line in out.read_text().splitlines()] == ["aaa1", "bbb2"]
    assert run("records", "export", "--player", "nobody").stdout == ""


@pytest.mark.usefixtures("home")
def test_a_replay_shows_every_step_and_ends_where_the_record_does():
    frames = [json.loads(line) for line in run("replay", "aaa", "--json").stdout.splitlines()]
    (record,) = (item for item in json.loads(run("records", "list", "--json").stdout) if item["match_id"] == "aaa1")
    assert [frame["step"] for frame in frames] == list(range(record["steps"] + 1))
    assert frames[-1]["digest"] == record["digest"]
    assert "every step verified" in run("replay", "aaa").output


@pytest.mark.usefixtures("home")
def test_a_replay_of_a_forged_record_is_refused(tmp_path: Path):
    path = tmp_path / "records" / "battleship" / "aaa1.json"
    record = GameRecord.from_line(path.read_text())
    path.write_text(replace(record, turns=(*record.turns[:-1], replace(record.turns[-1], action="Z99"))).to_line())
    assert "Z99" in str(run("replay", "aaa").exception)


@pytest.mark.usefixtures("home")
def test_what_people_reached_is_shown_as_unreferred(home: Path):
    path = home / "records" / "battleship" / "aaa1.json"
    record = GameRecord.from_line(path.read_text(encoding="utf-8"))
    first, second = record.participants
    path.write_text(
        replace(record, participants=(replace(first, kind="person", name="Ada"), second)).to_line() + "\n",
        encoding="utf-8",
    )
    listed = json.loads(run("records", "list", "--json").stdout)
    assert [item["unreferred"] for item in listed] == [True, False]
    assert "unreferred" in run("records", "show", "aaa1").output
    assert "unreferred" not in run("records", "show", "bbb2").output


@pytest.mark.usefixtures("home")
def test_records_without_proofs_are_counted_and_found_sound():
    done = run("records", "verify", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "records": 2, "impossible": [], "unreadable": [], "pledges": 0,
        "proved": 0, "without_proofs": 2, "by_unknown_keys": 0, "forged": [],
    }  # fmt: skip


def test_proofs_that_cannot_be_checked_are_said_not_to_have_been(home: Path):
    path = home / "records" / "battleship" / "aaa1.json"
    record = GameRecord.from_line(path.read_text(encoding="utf-8"))
    turns = tuple(replace(turn, proofs=(Proof("1.AAAA"),), request_id="r-1") for turn in record.turns)
    people = tuple(replace(one, kind="function") for one in record.participants)
    path.write_text(replace(record, participants=people, turns=turns).to_line() + "\n", encoding="utf-8")
    done = json.loads(run("records", "verify", "--json").stdout)
    assert (done["without_proofs"], done["proved"], done["forged"]) == (1, 0, [])
    assert "cloud" in done["unchecked"]
    assert "request r-1" in run("records", "show", "aaa1").output


def test_what_was_promised_before_a_match_is_shown_and_checked(home: Path):
    seats = {player: Participant(player, BOT, f"bot_{player}") for player in backgammon.PLAYERS}
    pledge = Pledge.of("5e" * 32, "my word")
    match = Match(backgammon, seats, seed=pledge, policy_seed=3, match_id="ccc3")
    record = play(match, dict.fromkeys(backgammon.PLAYERS, backgammon.sample_action))
    path = save_record(home / "records", record)
    told = run("records", "verify")
    assert told.exit_code == 0
    assert "3 of 3 records verified\ndice and sealed actions are as promised before the match in 1\n" in told.output
    assert json.loads(run("records", "verify", "--json").stdout)["pledges"] == 1
    shown = " ".join(run("records", "show", "ccc3").output.split())
    assert f"promised before the match: {pledge.commitment}, with the word 'my word'" in shown
    path.write_text(replace(record, pledge=replace(pledge, word="another")).to_line() + "\n")
    refused = run("records", "verify")
    assert refused.exit_code == 1
    assert "ccc3: says seed" in refused.output
