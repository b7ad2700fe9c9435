"""Files with records: JSON lines, and Parquet as ``records compact`` writes it; read a piece at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def each_record(files: Iterable[Path]) -> Iterator[GameRecord | RecordError]:
    """Yield every record in the files, or why there is none in a line, with its place."""
    for path in files:
        if path.suffix == PARQUET:
            from training.tables.compact import read_compacted  # noqa: PLC0415 - polars, only for such files

            yield from read_compacted(path)
        else:
            yield from _in_lines(path)


def _in_lines(path: Path) -> Iterator[GameRecord | RecordError]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield GameRecord.from_line(line)
                except RecordError as error:
                    yield RecordError(f"{path}:{number}: {error}", error.field)


def count_records(files: Iterable[Path]) -> int:
    """Return how many records the files have, at most: lines are counted, not read."""
    return sum(_count(path) for path in files)


def _count(path: Path) -> int:
    if path.suffix == PARQUET:
        from training.tables.compact import count_compacted  # noqa: PLC0415 - the same

        return count_compacted(path)
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) + 1
