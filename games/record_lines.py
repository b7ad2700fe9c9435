"""Many records in one file: a line each, and one bad line costs that line and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.record import GameRecord, RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def read_lines(content: bytes) -> Iterator[tuple[int, GameRecord | RecordError]]:
    """Yield, for every line of ``content`` that is not empty, its number and its record, or why it holds none.

    A line ends in a newline and nowhere else: other characters that some programs take for the end of a line, such as
    U+2028, may stand within a text.
    """
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, GameRecord.from_line(line)
            except RecordError as error:
                yield number, error


def for_each_record(content: bytes, work: Callable[[GameRecord], None]) -> None:
    """Do ``work`` for the record in each line.

    Raises RecordError about the first line that holds none, or whose record ``work`` refuses, once the others are done.
    """
    wrong = []
    for number, found in read_lines(content):
        try:
            work(_sound(found))
        except RecordError as error:
            wrong.append(RecordError(f"line {number}: {error}", error.field))
    if wrong:
        raise wrong[0]


def _sound(found: GameRecord | RecordError) -> GameRecord:
    if isinstance(found, RecordError):
        raise found
    return found
