"""Reads records from a file, a folder, or a bucket; what cannot be read is named and passed over, the rest is read.

A match that is being written when its program is killed leaves half a line; that must cost that line and no other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from games.record import RecordError
from games.record_lines import read_lines
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from games.record import GameRecord

S3 = "s3://"
SUFFIXES = (".json", ".jsonl")
WORK_FOLDER = "journals"
"""Where ``client.records.recorder`` keeps matches under way: not records yet."""


def read_records(
    source: str,
    warn: Callable[[str], None],
    read_bucket: Callable[[str, str], Iterable[tuple[str, bytes]]] | None = None,
) -> Iterator[GameRecord]:
    """Yield the records in ``source``: a file, a folder (searched through), or ``s3://BUCKET/PREFIX``.

    ``read_bucket(bucket, prefix)`` yields the key and content of every object there.  ``warn`` hears of every line that
    is no record, with its place.  Raises TrainingError for a source that is not there.
    """
    if source.startswith(S3):
        bucket, _, prefix = source.removeprefix(S3).partition("/")
        if read_bucket is None or not bucket:
            raise TrainingError(f"{source!r} cannot be read: give s3://BUCKET/PREFIX")
        for key, content in read_bucket(bucket, prefix):
            if key.endswith(SUFFIXES):
                yield from _read_lines(f"{S3}{bucket}/{key}", content, warn)
        return
    path = Path(source)
    if not path.exists():
        raise TrainingError(f"{source}: no such file or folder")
    for file in _files(path):
        yield from _read_lines(str(file), file.read_bytes(), warn)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix in SUFFIXES and file.is_file() and WORK_FOLDER not in file.relative_to(path).parts
    )


def _read_lines(place: str, content: bytes, warn: Callable[[str], None]) -> Iterator[GameRecord]:
    last = content.count(b"\n") + 1  # a whole line ends in a newline
    for number, found in read_lines(content):
        if isinstance(found, RecordError):
            what = "half a record, passed over" if number == last else "no record, passed over"
            warn(f"{place}:{number}: {what}: {found}")
        else:
            yield found
