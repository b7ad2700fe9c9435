"""Writes every match down while it is played, so that a killed program loses at most the last move.

A frame must never wait for a disk: the match hands each line to a writer thread and goes on.  A match under way is a
*journal*, ``records/journals/<match>.jsonl``: its head, then a line for everything that happened.  A match that ended
is a *record*, ``records/<game>/<match>.json``, one line, and the same name it has in the bucket (see
``client.records.uploader``).  Journals that a killed program left behind become records at the next start.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from games.catalog import find_game
from games.record import GameRecord, Participant, RecordError, Turn, pack, replay
from games.record_fields import PARTICIPANT, TURN
from games.schema import load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from games.core import JsonObject
    from games.match import Journal

JOURNALS = "journals"
BROKEN = ".broken"


class RecorderError(RuntimeError):
    """Records that could not be written: a full disk, a folder that may not be written to."""


class Recorder:
    """Everything recorded in one folder.  Any number of matches at once; ``journal`` makes each its own."""

    def __init__(self, folder: Path, on_saved: Callable[[Path], None] = lambda _: None) -> None:
        self.folder = folder
        self.failure: str | None = None
        """Why the disk could not be written to, for whoever shows it; the match goes on."""
        self._on_saved = on_saved
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="recorder", daemon=True)
        (folder / JOURNALS).mkdir(parents=True, exist_ok=True)
        self._writer.start()

    def journal(self) -> Journal:
        """Return a journal for one match."""
        return _MatchJournal(self.folder, self._tasks.put, self._on_saved)

    def flush(self) -> None:
        """Wait until everything so far is on disk.  Raises RecorderError when it cannot be."""
        done = threading.Event()
        self._tasks.put(done.set)
        done.wait()
        if self.failure is not None:
            raise RecorderError(self.failure)

    def close(self) -> None:
        """Write what is left and end.  Raises RecorderError when it cannot be written."""
        self._tasks.put(None)
        self._writer.join()
        if self.failure is not None:
            raise RecorderError(self.failure)

    def recover(self) -> list[str]:
        """Turn the journals that killed programs left behind into records; return what to tell about it."""
        return [told for path in sorted((self.folder / JOURNALS).glob("*.jsonl")) for told in self._recover(path)]

    def _recover(self, path: Path) -> Iterator[str]:
        with path.open("rb") as file:
            if not _lock(file):
                return  # its match is still being played by another program
            content = file.read()
        try:
            record = read_journal(path.name, content)
        except RecordError as error:
            kept = path.with_suffix(BROKEN)
            path.replace(kept)
            yield f"a match under way could not be read and is kept as {kept}: {error}"
            return
        saved = save_record(self.folder, record)
        path.unlink(missing_ok=True)
        self._on_saved(saved)
        state = "finished" if record.outcome else "abandoned"
        yield f"found an unsaved match, now recorded as {state} after {len(record.turns)} actions: {saved}"

    def _write(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception as error:  # noqa: BLE001 - whatever one task raises, the next match is written down
                self.failure = f"records cannot be written: {_reason(error)}"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    return str(error)


class _MatchJournal:
    """The journal of one match.  Its methods only hand over; the writer thread does the rest."""

    def __init__(
        self, folder: Path, later: Callable[[Callable[[], None]], None], on_saved: Callable[[Path], None]
    ) -> None:
        self._folder = folder
        self._later = later
        self._on_saved = on_saved
        self._path = Path()
        self._file: IO[bytes] | None = None

    def begin(self, record: GameRecord) -> None:
        """Note the match's head."""
        self._path = self._folder / JOURNALS / f"{record.match_id}.jsonl"
        self._later(self._open)
        self._note("begin", record.to_json)

    def joined(self, participant: Participant) -> None:
        """Note that someone took a seat."""
        self._note("joined", lambda: asdict(participant))

    def turn(self, turn: Turn) -> None:
        """Note one action."""
        self._note("turn", lambda: pack(turn))

    def end(self, record: GameRecord) -> None:
        """Save the whole record, and only then drop the journal."""
        self._later(lambda: self._finish(record))

    def _open(self) -> None:
        self._file = self._path.open("xb")
        _lock(self._file)

    def _note(self, kind: str, content: Callable[[], JsonObject]) -> None:
        def write() -> None:
            if self._file is not None:
                self._file.write(
                    json.dumps({kind: content()}, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
                )
                self._file.flush()

        self._later(write)

    def _finish(self, record: GameRecord) -> None:
        saved = save_record(self._folder, record)
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
        self._on_saved(saved)


def record_path(folder: Path, record: GameRecord) -> Path:
    """Return where ``record`` is kept: the same name under ``folder`` as in the bucket."""
    return folder / record.game / f"{record.match_id}.json"


def save_record(folder: Path, record: GameRecord) -> Path:
    """Write ``record`` whole or not at all, and return where.

    What lies beside it of the match as it was left (that it was sent, coach's notes) goes where it was played on.
    """
    path = record_path(folder, record)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = record.to_line().encode() + b"\n"
    if path.exists() and path.read_bytes() != line:
        for beside in path.parent.glob(f"{path.stem}.*"):
            if beside != path:
                beside.unlink(missing_ok=True)
    staging = path.with_suffix(f".{os.getpid()}.tmp")
    with staging.open("wb") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    staging.replace(path)
    return path


def read_journal(name: str, content: bytes) -> GameRecord:
    """Return the match that a journal tells, as far as it was played; half a last line is no part of it.

    Raises RecordError, naming journal and line, for one that cannot be read or played again.
    """
    record: GameRecord | None = None
    turns: list[Turn] = []
    participants: list[Participant] = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            ((kind, data),) = load_json(line).items()
            if kind == "begin":
                record = GameRecord.from_json(data)
                participants = list(record.participants)
            elif kind == "joined":
                participants.append(Participant(**PARTICIPANT.parse(data, kind)))
            elif kind == "turn":
                turns.append(Turn(**TURN.parse(data, kind)))
            else:
                raise RecordError(f"{kind!r} is nothing a journal tells")
        except (ValueError, TypeError, AttributeError) as error:
            raise RecordError(f"{name}:{number}: {error}") from error
    if record is None:
        raise RecordError(f"{name}: it ended before its first line did")
    try:
        return _close(replace(record, participants=tuple(participants)), turns)
    except RecordError as error:
        raise RecordError(f"{name}: {error}") from error


def _close(head: GameRecord, turns: list[Turn]) -> GameRecord:
    """Return the record of the steps that were played whole: the last one may lack a player's action."""
    steps = max((turn.step for turn in turns), default=-1) + 1
    try:
        return _played(head, turns, steps)
    except RecordError:
        return _played(head, turns, max(steps - 1, 0))


def _played(head: GameRecord, turns: list[Turn], steps: int) -> GameRecord:
    record = replace(head, turns=tuple(turn for turn in turns if turn.step < steps), steps=steps)
    *_, last = replay(record)
    game = find_game(head.game)
    return replace(record, outcome=game.outcome(last.state), digest=game.digest(last.state))


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        """Hold ``file`` until this program ends, and say whether nobody else does."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        """Hold ``file`` until this program ends, and say whether nobody else does."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
