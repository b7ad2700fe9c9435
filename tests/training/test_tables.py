"""Records become tables in a stream: evenly drawn, nothing impossible among them, Parquet and back without a change."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from jsonschema import Draft202012Validator
from polars.testing import assert_frame_equal

import lambda_arcade as la
from games.record import FUNCTION, GameRecord
from lambda_arcade.reporting import Silent
from tests.docs.pages import ROOT
from training.contracts import TrainingError
from training.tables.compact import compact, read_compacted
from training.tables.kinds import kind_called, kinds_of
from training.tables.sources import each_record, files_in
from training.tables.stream import write_table
from training.tables.table import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.jsonl"))
GAMES = 12


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "games.jsonl"
    la.make_records("battleship", games=GAMES, seed=3, path=path, reporter=Silent())
    return path


def records_in(path: Path) -> list[GameRecord]:
    return [GameRecord.from_line(line) for line in path.read_text("utf-8").splitlines()]


def written(records: Any, folder: Path, **wanted: Any) -> Any:
    given: Any = {"matches": len(records), "most_rows": 10**6, "seed": 1, **wanted}
    return write_table(records, kind_called("shots", None), folder, **given)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_parquet_gives_back_every_record_as_it_was(path: Path, tmp_path: Path) -> None:
    before = [item for item in each_record([path]) if isinstance(item, GameRecord)]
    known = [record for record in before if record.game in {"battleship", "pacman"}]
    count, aside = compact(known, tmp_path / "out", lambda _done: None)
    after = [item for file in files_in(tmp_path / "out") for item in read_compacted(file)] if count else []
    allowed = {record.match_id: record for record in known}
    assert count + aside.count == len(known)
    assert all(record == allowed[record.match_id] for record in after if isinstance(record, GameRecord))
    assert len(after) == count


def test_every_record_is_as_the_published_schema_says(file: Path) -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    schema = {**document["components"]["schemas"]["Record"], "components": document["components"]}
    validator = Draft202012Validator(schema)
    for path in (*GOLDEN, file):
        for record in each_record([path]):
            if isinstance(record, GameRecord) and record.game in {"battleship", "pacman"}:
                assert list(validator.iter_errors(json.loads(record.to_line()))) == []
    odd = {**json.loads(records_in(file)[0].to_line()), "seed": "one"}
    assert list(validator.iter_errors(odd))


CORRUPTIONS: dict[str, Callable[[GameRecord], Any]] = {
    "turns": lambda record: replace(record, turns=(record.turns[0], *record.turns[2:])),
    "digest": lambda record: replace(record, digest="ab" * 32),
    "outcome": lambda record: replace(record, outcome=None),
    "rules_version": lambda record: replace(record, rules_version=99),
    "steps": lambda record: replace(record, steps=record.steps + 5),
    "participants": lambda record: replace(record, participants=record.participants[:1]),
    "options": lambda record: replace(record, options={"size": 3}),
}


@pytest.mark.parametrize("field", CORRUPTIONS)
def test_a_record_that_cannot_have_happened_is_set_aside_with_its_reason(
    field: str, file: Path, tmp_path: Path
) -> None:
    good = records_in(file)
    bad = replace(CORRUPTIONS[field](good[0]), match_id="bad")
    found = written([*good, bad], tmp_path / "out")
    assert (found.matches, found.set_aside.count) == (GAMES, 1)
    assert list(found.set_aside.reasons) == [field]
    assert "bad" in found.set_aside.told[0]
    assert "bad" not in pl.read_parquet(tmp_path / "out" / "*.parquet")["match"].to_list()


@pytest.mark.parametrize(
    "line", [b"{", b"null", b"[]", b"\xff\xfe", b'{"schema": 1}', b'{"schema": 99}', b"x" * 5000, b"PAR1"]
)
def test_a_line_that_is_no_record_costs_that_line_alone(line: bytes, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(line + b"\n" + file.read_bytes())
    table = la.records(path).table("placements", reporter=Silent())
    assert (table.matches, table.set_aside.count) == (GAMES, 1)
    assert f"{path}:1:" in table.set_aside.told[0]


def test_a_match_that_comes_twice_counts_once(file: Path, tmp_path: Path) -> None:
    found = written(records_in(file) * 2, tmp_path / "out")
    assert (found.matches, found.set_aside.reasons["match_id"]) == (GAMES, GAMES)


def test_rows_are_drawn_evenly_and_do_not_depend_on_the_other_matches(file: Path, tmp_path: Path) -> None:
    good = records_in(file)
    found = written(good, tmp_path / "few", most_rows=GAMES * 12 * 5)
    rows = pl.read_parquet(tmp_path / "few" / "*.parquet")
    counts = rows.group_by("match").len()["len"].to_list()
    assert len(counts) == GAMES
    assert max(counts) <= 60
    assert found.rows <= GAMES * 60
    alone = written(good[:4], tmp_path / "alone", most_rows=4 * 12 * 5)
    assert alone.matches == 4
    assert alone.fingerprint == written(good[3::-1], tmp_path / "back", most_rows=4 * 12 * 5).fingerprint
    assert alone.fingerprint != found.fingerprint
    assert_frame_equal(
        pl.read_parquet(tmp_path / "alone" / "*.parquet"),
        rows.filter(pl.col("match").is_in([record.match_id for record in good[:4]])),
    )


def test_fewer_rows_than_matches_still_come_from_all_over(file: Path, tmp_path: Path) -> None:
    found = written(records_in(file), tmp_path / "out", most_rows=GAMES * 6)
    assert 0 < found.rows <= GAMES * 12


@pytest.mark.parametrize("name", ["shots", "placements", "candidates", "positions"])
def test_a_table_has_the_columns_that_its_schema_describes(name: str, file: Path) -> None:
    table = la.records(file, game="battleship").table(name, rows=500, reporter=Silent())
    described = [column.name for column in schema_of(kinds_of("battleship")[name])]
    assert sorted(table.collect().columns) == sorted(described)
    assert all(column.about for column in schema_of(kinds_of("battleship")[name]))


def test_labels_groups_and_columns_are_chosen_by_name(file: Path) -> None:
    table = la.records(file).table("shots", reporter=Silent())
    X, y, groups = table.xy()
    assert len(X) == len(y) == len(groups)
    assert len(set(groups.tolist())) == GAMES
    assert not X.select(pl.any_horizontal(pl.all().is_nan().any())).item()
    assert set(table.xy("taken").y.tolist()) == {0, 1}
    by_player = table.xy(groups="name").groups
    assert set(by_player.tolist()) != set(groups.tolist())
    everything = table.xy(everything=True).X
    assert everything["last_result"].dtype == pl.String
    assert everything["shots_since_hit"].is_nan().any()
    for wanted, told in (
        ({"label": "won"}, "has no column 'won'"),
        ({"columns": ["odd"]}, "has no column 'odd'"),
        ({"groups": "day"}, "groups is 'day': it is one of match, name"),
    ):
        with pytest.raises(TrainingError, match=told):
            table.xy(**wanted)


def test_what_functions_chose_is_not_imitated_unless_asked_for(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "games.jsonl"
    records = records_in(file)[:4]
    seats = [replace(record.participants[0], kind=FUNCTION, name="f") for record in records]
    changed = [
        replace(record, participants=(seat, *record.participants[1:]))
        for record, seat in zip(records, seats, strict=True)
    ]
    path.write_text("".join(f"{record.to_line()}\n" for record in changed), "utf-8")
    table = la.records(path).table("shots", reporter=Silent())
    some, everybody = table.xy("taken"), table.xy("taken", functions=True)
    assert 0 < len(some.y) < len(everybody.y)
    assert len(table.xy("ship").y) == len(everybody.y)  # where ships lie, any shot tells


def test_records_are_filtered_by_player_and_day(file: Path) -> None:
    every = la.records(file)
    day = next(iter(every)).started_at[:10]
    name = next(iter(every)).participants[0].name
    assert len(list(every.only(since=day, until=day))) == GAMES
    assert list(every.only(until="2020-01-01")) == list(every.only(since="2099-01-01")) == []
    assert 0 < len(list(every.only(player=name))) <= GAMES
    assert list(every.only(player="nobody")) == list(every.only(game="pacman")) == []


def test_nothing_at_all_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match="no rows: 0 matches of battleship were found; lambda-arcade records make"):
        la.records(tmp_path / "empty").table("shots", reporter=Silent()).xy()
    with pytest.raises(TrainingError, match="no such file or folder"):
        la.records(tmp_path / "gone").table("shots", reporter=Silent()).xy()
    with pytest.raises(TrainingError, match=r"there is no table 'throws'; there are .*shots"):
        la.records(tmp_path).table("throws")
    with pytest.raises(TrainingError, match="pacman has no columns of candidates of its own: give features="):
        la.records(tmp_path, game="pacman").table("candidates")
    with pytest.raises(TrainingError, match="several games have a table 'positions': say which"):
        la.records(tmp_path).table("positions")


def test_the_examples_of_the_public_package_are_true() -> None:
    failed, asked = doctest.testmod(la, report=True)
    assert (failed, asked) == (0, 5)


def test_pacmans_records_are_positions_too() -> None:
    table = la.records(ROOT / "tests" / "golden" / "pacman.jsonl", game="pacman").table(
        "positions", rows=60, reporter=Silent()
    )
    found = table.collect()
    assert set(found["player"].to_list()) <= {"pacman", "ghosts"}
    assert json.loads(found["observation"][0])["phase"]
    assert table.set_aside.count == 0


def test_a_folder_that_is_not_empty_is_not_compacted_into(file: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(TrainingError, match="is there already and not empty"):
        la.records(file).compact(tmp_path, Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # no file may have more, as on a disk that is full
from client.cli import main
sys.argv = ["lambda-arcade", *sys.argv[1:]]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize(
    "words",
    [
        ["records", "compact", "{file}", "--to", "out"],
        ["records", "export", "{file}", "--to", "out.jsonl"],
        ["records", "make", "battleship", "--games", "2", "--to", "made.jsonl"],
    ],
)
def test_a_disk_that_fills_up_half_way_is_told_and_leaves_nothing(words: list[str], file: Path, tmp_path: Path) -> None:
    given = [word.format(file=file) for word in words]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *given], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "LAMBDA_ARCADE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TrainingError, match="cannot be written"):
        la.records(file).compact(tmp_path / "file" / "out", Silent())
    with pytest.raises(TrainingError, match="cannot be written"):
        la.records(file).table("shots", rows=50, reporter=Silent()).sink_parquet(tmp_path / "file" / "x.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
