"""Records become tables in a stream: evenly drawn, nothing impossible among them, Parquet and back without a change."""

from __future__ import annotations

import doctest
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import lambda_arcade as la
from ai_functions.policies.pacman.features import TEAM
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.model import Model
from games.fairness import Pledge
from games.pacman.mazes import find_maze
from games.record import FUNCTION, GameRecord, replay
from games.record_fields import Proof
from lambda_arcade.reporting import Silent
from tests.docs.pages import ROOT
from training.contracts import TrainingError
from training.games.pacman.data_generators import GENERATORS, PACMANS
from training.games.pacman.self_play import Plan
from training.games.pacman.self_play import play as play_pacman
from training.games.pacman.tables import WAY_COLUMNS
from training.tables.compact import _Part, compact, read_compacted
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


def test_parquet_keeps_proofs_seals_and_the_clouds_ids(file: Path, tmp_path: Path) -> None:
    record = with_turn(records_in(file)[0], 3, request_id="r-1", proofs=(Proof("1.ab", asked=("inky",)), Proof("2.cd")))
    pledge = Pledge(hashlib.sha256(bytes.fromhex("cd" * 32)).hexdigest(), "cd" * 32)
    sealed = with_turn(replace(record, match_id="sealed"), 0, seal="ab" * 32)
    part = _Part(tmp_path)
    for one in (record, replace(sealed, pledge=pledge)):
        part.add(one)
    part.write()
    (path,) = tmp_path.glob("*.parquet")
    assert list(read_compacted(path)) == [record, replace(sealed, pledge=pledge)]
    pl.read_parquet(path).drop("request_id", "proofs", "seal").write_parquet(path)  # as an earlier version wrote it
    assert [one.match_id for one in read_compacted(path) if isinstance(one, GameRecord)] == [record.match_id, "sealed"]


def test_pacmans_exits_have_the_columns_that_serve() -> None:
    pacman = la.records(ROOT / "tests" / "golden" / "pacman.jsonl")
    table = pacman.table("exits", rows=3000, reporter=Silent())
    X, _, _ = table.xy("taken", functions=True)
    assert tuple(X.columns) == TEAM
    rows = table.collect()
    each = rows.group_by("match", "step", "ghost").agg(pl.col("taken").sum(), pl.len())
    assert set(each["taken"]) == {1.0}
    assert set(each["len"]) <= {2, 3}
    opponent = load_opponent(ROOT / "ai_functions" / "pacman_hard")
    model = Model(ROOT / "ai_functions" / "pacman_hard", TEAM)
    record = next(one for one in pacman if one.match_id == rows["match"][0])
    (state,) = [frame.state for frame in replay(record) if frame.step == rows["step"][0]]
    ghosts = rows.filter(pl.col("match") == record.match_id, pl.col("step") == rows["step"][0])
    said: Any = opponent.explain(opponent.game.ask_early(state, "ghosts", ghosts["ghost"].unique().to_list()))
    values = model.predict(ghosts.select(TEAM).to_numpy())[:, -1]
    for ghost, way, value in zip(ghosts["ghost"], ghosts["exit"], values, strict=True):
        assert said["exits"][ghost][way]["value"] == pytest.approx(value, abs=1e-3)


def test_pacmans_turns_say_what_lies_which_way() -> None:
    table = la.records(ROOT / "tests" / "golden" / "pacman.jsonl").table("turns", rows=2000, reporter=Silent())
    X, y, _ = table.xy()
    assert tuple(X.columns) == tuple(WAY_COLUMNS)
    assert 0.2 < y.mean() < 0.6
    rows = table.collect().filter(pl.col("taken") == 1)
    others = table.collect().filter(pl.col("taken") == 0)
    assert rows["back"].mean() < others["back"].mean()
    assert X.to_numpy().min() >= 0


def test_what_is_made_of_pacman_can_be_read_again() -> None:
    plan = Plan(1, 2, "greedy", "arcade", {"lives": 1, "boards": 1, "maze": "pocket"})
    (made,) = play_pacman(find_maze("pocket"), [plan], PACMANS, GENERATORS["arcade"])
    record = made.record()
    assert GameRecord.from_line(record.to_line()) == record


def with_turn(record: GameRecord, number: int, **changed: Any) -> GameRecord:
    turns = list(record.turns)
    turns[number] = replace(turns[number], **changed)
    return replace(record, turns=tuple(turns))


OVERLAPPING = "carrier:A1h battleship:A1v cruiser:C3h submarine:D5h destroyer:E7h"
BROKEN = Pledge("ab" * 32, "cd" * 32)
FOUR_SHIPS = "carrier:A1h battleship:A2h cruiser:A3h submarine:A4h"
OTHER = {"one": "two", "two": "one"}


def won_by_nobody(record: GameRecord) -> GameRecord:
    assert record.outcome is not None
    return replace(record, outcome=replace(record.outcome, winner="nobody"))


CORRUPTIONS: dict[str, tuple[str, Callable[[GameRecord], GameRecord]]] = {
    "a turn is missing": ("turns", lambda record: replace(record, turns=(record.turns[0], *record.turns[2:]))),
    "the last turn is missing": ("turns", lambda record: replace(record, turns=record.turns[:-1])),
    "turns come in another order": ("turns", lambda record: replace(record, turns=record.turns[::-1])),
    "a turn comes twice": ("turns", lambda record: replace(record, turns=(record.turns[0], *record.turns))),
    "another one's turn": ("turns", lambda record: with_turn(record, 5, player=OTHER[record.turns[5].player])),
    "a seat that there is not": ("turns", lambda record: with_turn(record, 5, player="three")),
    "a participant that there is not": ("turns", lambda record: with_turn(record, 5, participant=7)),
    "a shot off the board": ("turns", lambda record: with_turn(record, 5, action="K11")),
    "a shot twice": ("turns", lambda record: with_turn(record, 6, action=record.turns[4].action)),
    "no notation": ("turns", lambda record: with_turn(record, 5, action="fire!")),
    "a fleet that overlaps": ("turns", lambda record: with_turn(record, 0, action=OVERLAPPING)),
    "a fleet without a ship": ("turns", lambda record: with_turn(record, 0, action=FOUR_SHIPS)),
    "time runs backwards": ("turns", lambda record: with_turn(record, 4, at_ms=10**8)),
    "a seal without a pledge": ("turns", lambda record: with_turn(record, 0, seal="ab" * 32)),
    "another last state": ("digest", lambda record: replace(record, digest="ab" * 32)),
    "another outcome": ("outcome", lambda record: replace(record, outcome=None)),
    "a winner who lost": ("outcome", won_by_nobody),
    "rules that nobody has": ("rules_version", lambda record: replace(record, rules_version=99)),
    "more steps than the game had": ("steps", lambda record: replace(record, steps=record.steps + 5)),
    "fewer steps": ("turns", lambda record: replace(record, steps=record.steps - 3)),
    "an empty seat": ("participants", lambda record: replace(record, participants=record.participants[:1])),
    "a board that there is not": ("options", lambda record: replace(record, options={"size": 3})),
    "a pledge that was not kept": ("pledge.secret", lambda record: replace(record, pledge=BROKEN)),
}  # fmt: skip


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_record_that_cannot_have_happened_is_set_aside_in_one_sentence(what: str, file: Path, tmp_path: Path) -> None:
    good = records_in(file)[:3]
    field, corrupt = CORRUPTIONS[what]
    bad = replace(corrupt(good[0]), match_id="bad")
    found = written([*good, bad], tmp_path / "out")
    assert (found.matches, found.set_aside.count) == (3, 1)
    assert list(found.set_aside.reasons) == [field]
    (told,) = found.set_aside.told
    assert told.startswith("bad: ")
    assert "\n" not in told
    assert 20 < len(told) < 300
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
