"""Opponents that get to know the person at the window: one piece of work at a time, which goes on during matches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from client.records.acquaintance import ENOUGH, FORGETTING, KNOWS, MORE
from client.troubles import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from client.jobs.job import Job
    from client.records.acquaintance import Acquaintance
    from client.records.archive import Summary

LEARN, GAIN, FORGET, DROP, PUBLISH = "learn", "gain", "forget", "drop", "publish"
"""Pieces of work: to learn and publish, to work out what that gained, to forget, to leave nothing of what was
cancelled, and to publish what was learned."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who could get to know a person."""

    title: str
    """Of the opponent that it would be made of."""
    refusal: str = ""
    """Why nobody can; empty where somebody can."""
    missing: tuple[str, ...] = ()
    """Commands that bring what training needs, and train; empty where it is there."""


class Tutor(Protocol):
    """What trains and deploys; the composition root brings it."""

    def offer(self, game: str, player: str) -> Offer:
        """Return who could get to know ``player``.  May wait."""

    def read(self, game: str, player: str) -> Acquaintance | None:
        """Return how far that has come.  May wait."""

    def begin(self, what: str, game: str, player: str) -> Job:
        """Begin a piece of work.  Returns at once."""


class Acquaintances:
    """Follows what is known of one person in one game, and what is being done.  Main thread only; nothing waits."""

    def __init__(self, tutor: Tutor) -> None:
        self.offer: Offer | None = None
        """None while it is not known."""
        self.known: Acquaintance | None = None
        self.trouble = ""
        """Why the last piece of work failed."""
        self.doing = ""
        """The piece of work that is being done."""
        self._tutor = tutor
        self._of = ("", "")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="acquaintance")
        self._reading: Future[tuple[Offer, Acquaintance | None]] | None = None
        self._job: Job | None = None
        self._job_of = ("", "")

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._job is not None

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self._job.share if self._job is not None else 0.0

    @property
    def words(self) -> str:
        """What of it is being done, in words."""
        return (self._job.doing if self._job is not None else "") or "getting ready"

    @property
    def ended(self) -> str:
        """How the last piece of work came to its end, in a sentence; empty where nobody needs to hear."""
        if self.trouble:
            return f"Not done: {self.trouble}"
        return {LEARN: "Getting to know you has come to its end.", FORGET: "You are forgotten."}.get(self.doing, "")

    def look(self, game: str, player: str) -> None:
        """Follow ``player`` in ``game`` from now on."""
        if self._of != (game, player):
            self._of = game, player
            self.offer, self.known, self.trouble = None, None, ""
            self._read()

    def begin(self, what: str) -> None:
        """Begin a piece of work for whoever is followed; nothing while another is being done."""
        if self._job is None and self._reading is None:
            self.trouble, self.doing, self._job_of = "", what, self._of
            self._job = self._tutor.begin(what, *self._of)

    def cancel(self) -> None:
        """End what is being done, and leave nothing of it."""
        if self._job is not None and self.doing != DROP:
            self._job.cancel()

    def tick(self) -> bool:
        """Follow what is read and done; return whether a piece of work has come to its end."""
        if self._reading is not None and self._reading.done():
            (self.offer, self.known), self._reading = self._reading.result(), None
        job = self._job
        if job is None or not job.over:
            return False
        self._job = None
        if job.trouble == "cancelled" and self.doing == LEARN:
            self.doing = DROP
            self._job = self._tutor.begin(DROP, *self._job_of)
            return False
        self.trouble = "" if job.trouble in (None, "cancelled") else str(job.trouble)
        self._read()
        return True

    def close(self) -> None:
        """End what is being done; what is finished of it is kept, and the next start goes on."""
        if self._job is not None:
            self._job.cancel()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> None:
        tutor, of = self._tutor, self._of

        def read() -> tuple[Offer, Acquaintance | None]:
            try:
                return tutor.offer(*of), tutor.read(*of)
            except Exception as error:  # noqa: BLE001 - whatever it is, the window goes on, and the page says so
                return Offer("", refusal=f"That cannot be told: {told(error)}"), None

        self._reading = self._reader.submit(read)


def matches_of(rows: Sequence[Summary], game: str, player: str, after: str = "") -> int:
    """Return how many matches there are to learn from: finished ones by the usual rules, that began later."""
    return sum(
        row.game == game and row.finished and bool(row.tally) and row.started_at > after
        and row.person is not None and row.person.name == player
        for row in rows
    )  # fmt: skip


def gain_is_due(known: Acquaintance | None, later: int) -> bool:
    """Say whether enough matches were played since, ``later`` of them, to tell what knowing the person gained."""
    if known is None or known.stage != KNOWS or known.learning:
        return False
    return later >= (MORE if known.gain is None else known.gain.matches + MORE)


def may_offer(known: Acquaintance | None, rows: Sequence[Summary], game: str, player: str) -> bool:
    """Say whether the menu offers it."""
    return known is not None or matches_of(rows, game, player) >= ENOUGH


def needs_mending(known: Acquaintance | None) -> str:
    """Return the piece of work that a killed program left: to forget somebody, before all else; empty for none."""
    return FORGET if known is not None and known.stage == FORGETTING else ""
