"""Records in, Parquet parts out: one record at a time, and so many rows in memory.

A record that cannot be read or replayed is set aside with its reason, counted, and gives no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b, sha256
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from games.record import RecordError
from training.executors import lent, spread
from training.set_aside import SetAside
from training.tables.kinds import CONTEXT, kind_called
from training.tables.sound import decisions_in, frames_of
from training.tables.sources import read_item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from games.record import GameRecord
    from training.tables.kinds import TableKind
    from training.tables.sources import Item

PART_ROWS = 50_000
"""Rows that are held before they are written: some 15 MB."""
PIECE = 20
"""Records that a worker reads at a time."""
WORTH_A_PROCESS = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written."""

    folder: Path
    """With its parts, ``*.parquet``."""
    matches: int
    rows: int
    decisions: int
    """That the rows were drawn from."""
    set_aside: SetAside
    fingerprint: str
    """Of what was played in the matches, whatever their order, ids and clock times."""


def write_table(  # noqa: PLR0913 - each is a fact of the table
    records: Iterable[Item],
    kind: TableKind,
    folder: Path,
    *,
    matches: int,
    most_rows: int,
    seed: int,
    own: Callable[[Any], Any] | None = None,
    only: Callable[[GameRecord | RecordError], bool] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Written:
    """Write the table of ``records`` into ``folder``.

    ``matches`` says how many records there are, at most: every match then gets an equal share of ``most_rows``, and
    which of its decisions they come from depends on ``seed`` and the match alone, not on the others.  ``only`` says
    which records are wanted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside, seen, rows, decided, good, number = SetAside(), set[bytes](), 0, 0, 0, 0
    parts, played = _Parts(folder, kind), 0
    share = most_rows / max(1, matches) / kind.each
    """Decisions of each match that make rows."""
    work = RowsOf(kind.game, kind.name, share, seed, own, only)
    with lent(matches, WORTH_A_PROCESS) as pool:
        for some in spread(work, _pieces(records), pool):
            for found in some:
                number += 1
                progress(number, matches)
                if found is None:
                    continue
                if not isinstance(found, Match):
                    aside.add(*found)
                    continue
                if found.key in seen:
                    aside.add("match_id", f"{found.match_id}: seen before")
                    continue
                seen.add(found.key)
                good += 1
                played = (played + found.played) % 2**256
                decided += found.decisions
                rows += sum(map(parts.add, found.rows))
    parts.close()
    return Written(folder, good, rows, decided, aside, f"{played:064x}")


def _pieces(records: Iterable[Item]) -> Iterator[list[Item]]:
    waiting = iter(records)
    while piece := list(islice(waiting, PIECE)):
        yield piece


class Match(NamedTuple):
    """A match that the rules allow."""

    match_id: str
    key: bytes
    """By which it is known when it comes again."""
    played: int
    decisions: int
    rows: Sequence[Mapping[str, Any]]
    """By column, of each decision that makes any."""


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Reads records, checks them and makes rows, in this process or in a worker."""

    game: str
    table: str
    share: float
    seed: int
    own: Callable[[Any], Any] | None
    only: Callable[[GameRecord | RecordError], bool] | None

    def __call__(self, items: Sequence[Item]) -> list[Match | tuple[str, str] | None]:
        """Return a match for each item; what is set aside as field and reason, and None for what is not wanted."""
        kind = kind_called(self.table, self.game)
        return [self._one(kind, read_item(item)) for item in items]

    def _one(self, kind: TableKind, record: GameRecord | RecordError) -> Match | tuple[str, str] | None:
        if isinstance(record, RecordError):
            return record.field, str(record)
        if record.game != self.game or (self.only is not None and not self.only(record)):
            return None
        try:
            frames = frames_of(record)
        except RecordError as error:
            return error.field, str(error)
        key = blake2b(record.match_id.encode(), digest_size=8).digest()
        generator = np.random.default_rng([self.seed, int.from_bytes(key, "big")])
        kept = _kept(len(record.turns), self.share, generator)
        found = []
        for decision in decisions_in(record, frames, kept):
            rows = kind.rows(record, decision, generator, self.own)
            if rows:
                found.append(_with_context(record, decision, rows))
        return Match(record.match_id, key, _played(record), len(record.turns), found)


def _played(record: GameRecord) -> int:
    """Return a number for what was played: their sum is the same in any order."""
    line = f"{record.game}/{record.rules_version}/{record.seed}/{record.policy_seed}/{record.steps}/{record.digest}"
    return int.from_bytes(sha256(line.encode()).digest(), "big")


def _kept(turns: int, share: float, generator: np.random.Generator) -> frozenset[int] | None:
    """Return the numbers of the turns that make rows; None for all.  A share below 1 is a chance to give one."""
    if share >= turns:
        return None
    count = int(share) + (generator.random() < share % 1)
    return frozenset(generator.choice(turns, count, replace=False).tolist())


def _with_context(record: GameRecord, decision: Any, found: Mapping[str, Any]) -> dict[str, Any]:
    count = len(next(iter(found.values())))
    context = (
        record.match_id, record.started_at, decision.step, decision.player, decision.participant.name,
        decision.participant.kind,
    )  # fmt: skip
    return {**{name: [value] * count for name, value in zip(CONTEXT, context, strict=True)}, **found}


class _Parts:
    """Writes rows in parts of ``PART_ROWS``."""

    def __init__(self, folder: Path, kind: TableKind) -> None:
        self._folder, self._kind = folder, kind
        self._columns: dict[str, list[Any]] = {}
        self._held, self._number = 0, 0

    def add(self, rows: Mapping[str, Any]) -> int:
        """Take some rows; return how many."""
        if not self._columns:
            self._columns = {name: [] for name in rows}
        if rows.keys() != self._columns.keys():
            odd = sorted(rows.keys() ^ self._columns.keys())
            raise ValueError(f"features(observation) gave other columns than before: {', '.join(odd)}")
        for name, values in rows.items():
            self._columns[name].append(values)
        count = len(next(iter(rows.values())))
        self._held += count
        if self._held >= PART_ROWS:
            self.close()
        return count

    def close(self) -> None:
        """Write what is held."""
        if self._held:
            whole = {name: _joined(pieces) for name, pieces in self._columns.items()}
            write_part(frame_of(whole, self._kind), self._folder / f"part-{self._number:05}.parquet")
            self._number += 1
            self._columns = {name: [] for name in self._columns}
            self._held = 0


def write_part(frame: pl.DataFrame, path: Path) -> None:
    """Write a part by way of memory: Python says why a file cannot be written, Polars says something of formats."""
    buffer = BytesIO()
    frame.write_parquet(buffer)
    path.write_bytes(buffer.getbuffer())


def _joined(pieces: list[Any]) -> Any:
    if all(isinstance(piece, np.ndarray) for piece in pieces):
        return np.concatenate(pieces)
    return [value for piece in pieces for value in piece]


def frame_of(columns: Mapping[str, Any], kind: TableKind) -> pl.DataFrame:
    """Return columns as a data frame: 32-bit numbers, words, and whole numbers for steps."""
    return pl.DataFrame([_series(name, values, kind) for name, values in columns.items()])


def _series(name: str, values: Any, kind: TableKind) -> pl.Series:
    if name == "step":
        return pl.Series(name, values, pl.Int32)
    told = {*CONTEXT, *kind.more, *kind.words}
    if name in told or (isinstance(values, list) and any(isinstance(value, str) for value in values)):
        return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)
    return pl.Series(name, np.asarray(values, np.float64).astype(np.float32), pl.Float32)
