"""Where a coach's notes come from: kept beside the record, from the cloud, or computed here.

The opponents' functions annotate every record that is uploaded; that takes them a moment.  Where the cloud has no
notes, does not answer, or has some that cannot be read, a function of the ladder computes them on this machine.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from client.net.remote import RemoteError
from client.records.archive import ACCURACY
from client.records.form import SUFFIX as FORMS
from client.replay.notes import Notes, NotesError, read_notes
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from client.jobs.job import Job
    from games.core import Json
    from games.record import GameRecord

TRIES, BETWEEN_S = 4, 1.5
"""How often the cloud is asked for notes of a match that was uploaded just now."""
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sources:
    """Where notes come from; each may be missing."""

    kept: Path | None = None
    """The file beside the record; also where notes are kept."""
    fetch: Callable[[GameRecord], Sequence[Json]] | None = None
    """Asks the cloud; may wait.  Raises RemoteError."""
    compute: Callable[[GameRecord], Job | None] | None = None
    """Begins to compute notes here; returns None where nobody here plays the game."""
    by_points: bool = False
    """Whether only notes of the whole match count, that judge by points (``client.replay.stage.judged_by_points``)."""

    def lacks(self, notes: Notes) -> str:
        """Return what the notes lack of what the game's pages show: error rates are those of a whole match."""
        if self.by_points and not notes.forms:
            return f"{notes.name} cannot say what moves are worth."
        if self.by_points and notes.until_step is not None:
            return f"{notes.name} had no time for the whole match."
        return ""


class Coach:
    """The notes of one match.  A thread looks for them; whoever draws looks at ``notes``, ``said`` and ``busy``."""

    def __init__(self, record: GameRecord, sources: Sources, between_s: float = BETWEEN_S) -> None:
        self.notes: Notes | None = None
        self.said = "Looking for the coach's notes…"
        """What is going on, or why there are no notes, in sentences."""
        self.busy = True
        self._record = record
        self._sources = sources
        self._between_s = between_s
        self._stop = Event()
        self._job: Job | None = None
        Thread(target=self._work, name="coach", daemon=True).start()

    def tick(self) -> None:
        """Follow what is computed."""
        if self.busy and self._job is not None and not self._job.over:
            self.said = f"{self._why} The notes are computed here: {self._job.share:.0%}"

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        if self._job is not None:
            self._job.cancel()

    _why = ""
    """Why the notes are not the cloud's."""

    def _work(self) -> None:
        try:
            self.notes = self._kept() or self._fetched() or self._computed()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the replay goes on without notes
            self.said = f"There are no notes: {error}"
        if self.notes is not None:
            self.said = f"{self._why} Notes of {self.notes.label}.".strip()
        self.busy = False

    def _kept(self) -> Notes | None:
        path = self._sources.kept
        if path is None or not path.exists():
            return None
        try:
            if path.stat().st_size > MOST_BYTES:
                return None
            data: Any = load_json(path.read_bytes())
            notes = read_notes(data["annotation"], self._record, here=bool(data["here"]))
        except (OSError, NotJsonError, NotesError, KeyError, TypeError):
            return None  # looked for again
        return None if self._sources.lacks(notes) else notes

    def _fetched(self) -> Notes | None:
        if self._sources.fetch is None:
            self._why = "No cloud was asked."
            return None
        for attempt in range(TRIES):
            if attempt and self._stop.wait(self._between_s):
                return None
            try:
                found = self._sources.fetch(self._record)
            except RemoteError as error:
                self._why = f"The coach cannot be reached ({error.cause})."
                return None
            if found:
                return self._first_sound(found)
        self._why = "The cloud has no notes of this match."
        return None

    def _first_sound(self, found: Sequence[Json]) -> Notes | None:
        for data in found:
            try:
                notes = read_notes(data, self._record, here=False)
            except NotesError as error:
                self._why = f"{error}."
                continue
            self._why = self._sources.lacks(notes)
            if not self._why:
                self._keep(data, here=False)
                return notes
        return None

    def _computed(self) -> Notes | None:
        job = self._job = self._sources.compute(self._record) if self._sources.compute is not None else None
        if job is None:
            self.said = f"{self._why} Nobody on this machine plays this game.".strip()
            return None
        while not job.wait(0.1):
            if self._stop.is_set():
                job.cancel()
                return None
        if job.trouble is not None:
            self.said = f"{self._why} The notes could not be computed here: {job.trouble}".strip()
            return None
        notes = read_notes(job.result, self._record, here=True)
        self._keep(job.result, here=True)
        return notes

    def _keep(self, annotation: Json, *, here: bool) -> None:
        path = self._sources.kept
        if path is None or not path.parent.exists():
            return
        staging = path.with_suffix(".notes-new")
        notes = read_notes(annotation, self._record, here=here)
        forms = {seat: asdict(form) for seat, form in notes.forms.items()}
        kept: list[tuple[Path, Any]] = [(path, {"here": here, "annotation": annotation})]
        kept += [(path.with_suffix(FORMS), forms)] if forms else []
        kept += [(path.with_suffix(ACCURACY), dict(notes.accuracy))]
        try:
            for place, data in kept:
                staging.write_text(json.dumps(data), encoding="utf-8")
                staging.replace(place)
        except OSError:
            staging.unlink(missing_ok=True)  # they are looked for again the next time
