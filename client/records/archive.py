"""What this machine has recorded, in short: for lists and figures, read off the main thread.

A record is read whole once; what is needed of it again is kept in ``summaries.cache`` beside the records, which may be
deleted at any time.  A file that holds no record that this version reads is listed too, with the reason.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING, Any

from client.games.tallies import tally_of
from client.records.form import SUFFIX as FORMS
from client.records.form import Form, read_forms
from client.records.uploader import MARK
from games.record import FUNCTION, PERSON, GameRecord, RecordError, headline
from games.record_fields import SEAT
from games.schema import Dictionary, InvalidError, NotJsonError, Number, load_json
from games.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from games.core import Json

CACHE = "summaries.cache"
ACCURACY = ".accuracy"
"""Suffix of the file beside a record that holds how well each seat played by the coach's measure: a number a seat."""
FORMAT = 1
MOST_BYTES = 32 * 1024 * 1024
"""A larger file is no record of ours."""
EVERY_S = 3.0
REST_S = 0.002
"""Pause between two records that are read, so that whoever draws is not held up."""
MAX_WORDS = 200
"""Characters of a reason."""
SUFFIXES = (".json", ".jsonl")
JOURNALS = "journals"


class ArchiveError(ValueError):
    """A file that cannot be shown; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sat somewhere, last."""

    player: str
    kind: str
    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """One match in short, or a file that holds none (``trouble``)."""

    path: Path
    match_id: str = ""
    game: str = ""
    started_at: str = ""
    seats: tuple[Seat, ...] = ()
    headline: str = ""
    winner: str | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    steps: int = 0
    finished: bool = False
    rated: bool = False
    """Whether it can count for ratings: finished, nobody swapped, no stand-in, no help."""
    origin: str = ""
    """The match that it continues."""
    trouble: str = ""
    sent: bool = False
    """Whether it has arrived in a cloud, where opponents can learn from it."""
    accuracy: Mapping[str, float] = field(default_factory=dict)
    """How well each seat played by the coach's measure, 0 to 1, where that is known."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """How each seat played, where a coach has judged it by points."""
    tally: Mapping[str, Json] = field(default_factory=dict)
    """What the game's own figures are made of (``client.games.tallies``)."""

    @property
    def person(self) -> Seat | None:
        """The person who played; None where nobody or several did."""
        people = [seat for seat in self.seats if seat.kind == PERSON]
        return people[0] if len(people) == 1 else None

    @property
    def opponent(self) -> Seat | None:
        """The function that the person played against."""
        return next((seat for seat in self.seats if seat.kind == FUNCTION), None)

    def score_of_person(self) -> float | None:
        """Return 1 where the person won, 0.5 for a draw, 0 where the opponent did; None where none of it holds."""
        if not self.finished or self.person is None or self.opponent is None:
            return None
        return 0.5 if self.winner is None else float(self.winner == self.person.player)


class Archive:
    """The records in ``folder``.  ``rows`` is what is known of them by now, the newest first."""

    def __init__(self, folder: Path, every_s: float = EVERY_S) -> None:
        self.folder = folder
        self.rows: tuple[Summary, ...] = ()
        self.looked = False
        """Whether every file has been looked at once."""
        self.trouble: str | None = None
        """Why the folder cannot be read; None while it can."""
        self._every_s = every_s
        self._known: dict[str, tuple[list[int], Summary]] = {}
        self._stop = Event()
        self._again = Event()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="record")
        Thread(target=self._watch, name="archive", daemon=True).start()

    def look(self) -> None:
        """Look at the folder again soon: a match has ended."""
        self._again.set()

    def read(self, path: Path) -> Future[GameRecord]:
        """Return the record in a file, once it is read.  The future raises ArchiveError."""
        return self._reader.submit(read_record, path)

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._again.set()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _watch(self) -> None:
        self._known = dict(_from_cache(self.folder))
        while not self._stop.is_set():
            try:
                self._read_all()
                self.trouble = None
            except OSError as error:
                self.trouble = f"{self.folder}: {error.strerror or error}"
            self.looked = True
            self._again.wait(self._every_s)
            self._again.clear()

    def _read_all(self) -> None:
        found: dict[str, tuple[list[int], Summary]] = {}
        fresh = 0
        for path in sorted(self.folder.glob("*/*")):
            if path.suffix not in SUFFIXES or path.parent.name == JOURNALS:
                continue
            name = f"{path.parent.name}/{path.name}"
            status = path.stat()
            beside = [_changed(path.with_suffix(suffix)) for suffix in (ACCURACY, FORMS, MARK)]
            stamp = [status.st_mtime_ns, status.st_size, *beside]
            known = self._known.get(name)
            if known is not None and known[0] == stamp:
                found[name] = known
                continue
            found[name] = stamp, summary_of(path)
            fresh += 1
            if not self.looked and fresh % 20 == 0:
                self._show(found)
            if self._stop.is_set():
                return
            sleep(REST_S)
        changed = fresh or found.keys() != self._known.keys()
        self._known = found
        if changed or not self.looked:
            self._show(found)
        if changed:
            _to_cache(self.folder, found)

    def _show(self, found: Mapping[str, tuple[list[int], Summary]]) -> None:
        rows = sorted((row for _, row in found.values()), key=lambda row: (row.started_at, row.path.name), reverse=True)
        self.rows = tuple(rows)


def read_record(path: Path) -> GameRecord:
    """Return the one record in a file.  Raises ArchiveError, saying what is wrong, for anything else."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ArchiveError(f"{path.name} has {size} bytes; a record has at most {MOST_BYTES}")
        content = path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"{path.name}: {error.strerror or error}") from error
    lines = [line for line in content.split(b"\n") if line.strip()]
    if not lines:
        raise ArchiveError(f"{path.name} is empty")
    try:
        return GameRecord.from_line(lines[0])
    except RecordError as error:
        raise ArchiveError(printable(f"{path.name}: {error}", MAX_WORDS)) from error


def summary_of(path: Path) -> Summary:
    """Return what is in a file, in short; whatever it holds."""
    try:
        return summarise(path, read_record(path))
    except ArchiveError as error:
        return Summary(path, trouble=str(error))


def summarise(path: Path, record: GameRecord) -> Summary:
    """Return a record in short."""
    last = {item.player: Seat(item.player, item.kind, item.name, item.version) for item in record.participants}
    outcome = record.outcome
    rated = outcome is not None and len(record.participants) == len(last) and not any(t.fallback for t in record.turns)
    return Summary(
        path=path,
        match_id=record.match_id,
        game=record.game,
        started_at=record.started_at,
        seats=tuple(last.values()),
        headline=headline(record),
        winner=outcome.winner if outcome is not None else None,
        scores=dict(outcome.scores) if outcome is not None else {},
        steps=record.steps,
        finished=outcome is not None,
        rated=rated,
        origin=record.origin.match_id if record.origin is not None else "",
        sent=path.with_suffix(MARK).exists(),
        accuracy=_accuracy(path.with_suffix(ACCURACY)),
        forms=read_forms(path.with_suffix(FORMS)),
        tally=tally_of(record),
    )


def _changed(path: Path) -> int:
    """Return when a file was changed, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _accuracy(path: Path) -> dict[str, float]:
    try:
        return Dictionary(SEAT, Number(0, 1), 8).parse(load_json(path.read_bytes()), "")
    except (OSError, NotJsonError, InvalidError):
        return {}


def _from_cache(folder: Path) -> Iterable[tuple[str, tuple[list[int], Summary]]]:
    """Yield what was kept; nothing where it cannot be used."""
    try:
        data: Any = load_json((folder / CACHE).read_bytes())
        if data["format"] != FORMAT:
            return
        for name, (stamp, row) in data["rows"].items():
            seats = tuple(Seat(**seat) for seat in row.pop("seats"))
            forms = {seat: Form(**form) for seat, form in row.pop("forms").items()}
            yield name, (list(stamp), Summary(path=folder / name, seats=seats, forms=forms, **row))
    except (OSError, NotJsonError, KeyError, TypeError, ValueError, AttributeError):
        return


def _to_cache(folder: Path, known: Mapping[str, tuple[list[int], Summary]]) -> None:
    """Keep what is known; where that cannot be done, it is read again the next time."""
    rows = {}
    for name, (stamp, row) in known.items():
        data = asdict(row)
        del data["path"]
        rows[name] = stamp, data
    staging = folder / f"{CACHE}.{os.getpid()}"
    try:
        staging.write_text(json.dumps({"format": FORMAT, "rows": rows}), encoding="utf-8")
        staging.replace(folder / CACHE)
    except OSError:
        staging.unlink(missing_ok=True)
