"""Records as Parquet, by game and day: a row a turn, and what the match has once, on its first row.

A record comes out exactly as it went in.  Only records that the rules allow go in.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl

from games.record import GameRecord, RecordError
from training.contracts import TrainingError
from training.set_aside import SetAside
from training.tables.sound import frames_of
from training.tables.stream import write_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from games.core import JsonObject
    from games.record import Turn

HEAD = "head"
"""The column with all of a match but its turns, as JSON, on the first of its rows."""
PROOFS = "proofs"
"""As JSON."""
TURNS = {
    "step": pl.Int32, "player": pl.String, "action": pl.String, "participant": pl.Int32, "at_ms": pl.Int64,
    "latency_ms": pl.Float64, "compute_ms": pl.Float64, "cold": pl.Boolean, "fallback": pl.String, "note": pl.String,
    "request_id": pl.String, PROOFS: pl.String, "seal": pl.String,
}  # fmt: skip
"""The last three are missing in files of earlier versions."""
FIRST = frozenset(list(TURNS)[:10])
"""Columns that every version wrote."""
SCHEMA = {"match": pl.String, HEAD: pl.String, **TURNS}
PART_ROWS, OPEN_ROWS = 100_000, 400_000
"""Rows of a part, and rows that wait in all parts together."""


def compact(
    records: Iterable[GameRecord | RecordError], folder: Path, progress: Callable[[int], None]
) -> tuple[int, SetAside]:
    """Write the records into ``folder``: ``game=GAME/day=YYYY-MM-DD/part-N.parquet``; return how many, and the others.

    Raises TrainingError for a folder that is there and not empty, and for a disk that is full; nothing is there then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrainingError(f"{folder} is there already and not empty: give another folder")
    staging = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        done = _write(records, staging, progress)
        if folder.exists():
            folder.rmdir()
        staging.replace(folder)
    except OSError as error:
        why = f"{folder} cannot be written: {error.strerror}"
        raise TrainingError(f"{why}; give a folder on another disk, or make room") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return done


def _write(
    records: Iterable[GameRecord | RecordError], folder: Path, progress: Callable[[int], None]
) -> tuple[int, SetAside]:
    aside, seen, count = SetAside(), set[int](), 0
    parts: dict[tuple[str, str], _Part] = {}
    for number, record in enumerate(records, start=1):
        progress(number)
        if isinstance(record, RecordError):
            aside.add(record.field, str(record))
            continue
        key = hash(record.match_id)
        if key in seen:
            aside.add("match_id", f"{record.match_id}: seen before")
            continue
        try:
            frames_of(record)
        except RecordError as error:
            aside.add(error.field, str(error))
            continue
        seen.add(key)
        count += 1
        place = (record.game, record.started_at[:10])
        part = parts.setdefault(place, _Part(folder / f"game={place[0]}" / f"day={place[1]}"))
        part.add(record)
        if part.rows >= PART_ROWS:
            part.write()
        elif sum(one.rows for one in parts.values()) >= OPEN_ROWS:
            max(parts.values(), key=lambda one: one.rows).write()
    for part in parts.values():
        part.write()
    return count, aside


class _Part:
    """Rows of one game and day that wait to be written."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self._columns: dict[str, list[Any]] = {name: [] for name in SCHEMA}

    @property
    def rows(self) -> int:
        return len(self._columns["match"])

    def add(self, record: GameRecord) -> None:
        head = record.to_json()
        del head["turns"]
        turns = record.turns or (None,)
        for index, turn in enumerate(turns):
            self._columns["match"].append(record.match_id)
            self._columns[HEAD].append(None if index else json.dumps(head, separators=(",", ":"), ensure_ascii=False))
            for name in TURNS:
                self._columns[name].append(None if turn is None else _value(turn, name))

    def write(self) -> None:
        if not self.rows:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        write_part(pl.DataFrame(self._columns, schema=SCHEMA), self._folder / f"part-{self._number:05}.parquet")
        self._number += 1
        for values in self._columns.values():
            values.clear()


def _value(turn: Turn, name: str) -> Any:
    value = getattr(turn, name)
    if name != PROOFS:
        return value
    return json.dumps([proof.to_json() for proof in value], separators=(",", ":")) if value else None


def read_compacted(path: Path) -> Iterator[GameRecord | RecordError]:
    """Yield the records in a part, or why one cannot be read."""
    try:
        frame = pl.read_parquet(path)
        known = [HEAD, *(name for name in TURNS if name in FIRST or name in frame.columns)]
        rows = frame.select(known).iter_rows(named=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        yield RecordError(f"{path}: no Parquet file of records: {str(error).partition(chr(10))[0]}")
        return
    head: Any = None
    turns: list[JsonObject] = []
    for row in rows:
        if row[HEAD] is not None:
            if head is not None:
                yield _record(path, head, turns)
            head, turns = row[HEAD], []
        if row["step"] is not None:
            turns.append({name: _read(name, row[name]) for name in TURNS if row.get(name) is not None})
    if head is not None:
        yield _record(path, head, turns)


def _read(name: str, value: Any) -> Any:
    return json.loads(value) if name == PROOFS else value


def _record(path: Path, head: str, turns: list[JsonObject]) -> GameRecord | RecordError:
    try:
        return GameRecord.from_json({**json.loads(head), "turns": turns})
    except (ValueError, TypeError) as error:
        found = error if isinstance(error, RecordError) else RecordError(str(error))
        return RecordError(f"{path}: {found}", found.field)


def count_compacted(path: Path) -> int:
    """Return how many records a part holds; 0 for a file that is none."""
    try:
        return int(pl.scan_parquet(path).select(pl.col(HEAD).count()).collect().item())
    except (OSError, pl.exceptions.PolarsError):
        return 0
