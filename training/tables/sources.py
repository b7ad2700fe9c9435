"""Files with records: JSON lines, and Parquet as ``records compact`` writes it; read a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from games.record import GameRecord, RecordError
from training.contracts import TrainingError
from training.records import SUFFIXES, WORK_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PARQUET = ".parquet"


def files_in(path: Path) -> list[Path]:
    """Return the files with records in ``path``: itself, or all below.  Raises TrainingError for nothing."""
    if not path.exists():
        raise TrainingError(f"{path}: no such file or folder")
    if path.is_file():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix in {*SUFFIXES, PARQUET} and file.is_file() and WORK_FOLDER not in file.relative_to(path).parts
    )


class Line(NamedTuple):
    """A line of a file that may hold a record; nobody has looked at it."""

    path: str
    number: int
    """From 1."""
    content: bytes

    def read(self) -> GameRecord | RecordError:
        """Return the record, or why there is none, with its place."""
        try:
            return GameRecord.from_line(self.content)
        except RecordError as error:
            return RecordError(f"{self.path}:{self.number}: {error}", error.field)


Item: TypeAlias = "Line | GameRecord | RecordError"
"""What stands in a file, read or not."""


def read_item(item: Item) -> GameRecord | RecordError:
    """Return the record, or why there is none."""
    return item.read() if isinstance(item, Line) else item


def each_item(files: Iterable[Path]) -> Iterator[Item]:
    """Yield what stands in the files; lines are not looked at."""
    for path in files:
        if path.suffix == PARQUET:
            from training.tables.compact import read_compacted  # noqa: PLC0415 - polars, only for such files

            yield from read_compacted(path)
        else:
            with path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if line.strip():
                        yield Line(str(path), number, line)


def each_record(files: Iterable[Path]) -> Iterator[GameRecord | RecordError]:
    """Yield every record in the files, or why there is none in a line, with its place."""
    return map(read_item, each_item(files))


@dataclass(frozen=True, slots=True)
class Only:
    """Which records are wanted: of a game, with a player in a seat, begun within some days, both included."""

    game: str | None = None
    player: str | None = None
    since: str | None = None
    until: str | None = None

    def __call__(self, item: GameRecord | RecordError) -> bool:
        """Say whether ``item`` is wanted; what cannot be read is, to be counted."""
        if isinstance(item, RecordError):
            return True
        return (
            self.game in {None, item.game}
            and (self.player is None or any(one.name == self.player for one in item.participants))
            and (self.since is None or item.started_at >= self.since)
            and (self.until is None or item.started_at[: len(self.until)] <= self.until)
        )


def count_records(files: Iterable[Path]) -> int:
    """Return how many records the files have, at most: lines are counted, not read."""
    return sum(_count(path) for path in files)


def _count(path: Path) -> int:
    if path.suffix == PARQUET:
        from training.tables.compact import count_compacted  # noqa: PLC0415 - the same

        return count_compacted(path)
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            lines, last = lines + piece.count(b"\n"), piece[-1:]
    return lines + (last != b"\n")
