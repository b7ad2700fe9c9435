"""What a coach says of a recorded match, as far as it can be understood: it may be a stranger's function.

``annotate`` in ``ai_functions.runtime.coach`` writes it.  How much a move gave away is the difference between what the
coach's own best move was worth and what this one was: points that may be expected (equities, in backgammon), or chances
(of a hit, in Battleship).  A coach that cannot say what moves are worth tells how likely it is to play them; then the
difference is between those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.coach import ANNOTATION, FORMAT
from client.records.form import Form
from games.schema import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.core import Json, Player
    from games.record import GameRecord

BLUNDER, BLUNDER_BY_ODDS = 0.2, 0.5
"""A move that gives away as much is listed: by what it was worth, or by how likely the coach is to play it."""
BLUNDER_IN_POINTS = 0.08
"""The same by equity, of a game that is worth a point."""
RIGHT_IN_POINTS = 0.02
"""A move that gives away less counts as right: what nobody plays better on purpose."""


class NotesError(ValueError):
    """Something that cannot be shown as a coach's notes; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the coach says of one turn."""

    step: int
    player: Player
    played: str
    best: str
    """The move that is worth most; of a coach that cannot say, the one it is likeliest to play."""
    probability: float | None
    """How likely it was to play what was played; None where it has no odds."""
    best_probability: float | None
    worth: float | None = None
    """What the move that was played was worth, a chance; None where the coach cannot say."""
    best_worth: float | None = None
    explanation: Json = None
    equity: float | None = None
    """The points that could be expected of what was played; None where the coach does not judge by points."""
    best_equity: float | None = None
    counts: bool = True
    """Whether there was something to decide."""
    luck: float | None = None
    """What chance gave before the move, in points."""

    @property
    def by_equity(self) -> bool:
        """Whether the coach says what moves are worth in points."""
        return self.equity is not None and self.best_equity is not None

    @property
    def by_worth(self) -> bool:
        """Whether the coach says what moves are worth."""
        return self.worth is not None and self.best_worth is not None

    @property
    def gave_away(self) -> float | None:
        """0 for the coach's best move, up to 1 (by equity: points); None where the coach does not judge it."""
        if self.equity is not None and self.best_equity is not None:
            return max(0.0, self.best_equity - self.equity)
        if self.worth is not None and self.best_worth is not None:
            return max(0.0, self.best_worth - self.worth)
        if self.probability is None or self.best_probability is None:
            return None
        return max(0.0, self.best_probability - self.probability)

    @property
    def gave(self) -> str:
        """What it gave away, as text."""
        gave = self.gave_away or 0.0
        return f"{gave:.3f}" if self.by_equity else f"{gave:.0%}"

    @property
    def part(self) -> float:
        """What it gave away as a part of what fills a bar, 0 to 1."""
        return min(1.0, (self.gave_away or 0.0) / (2 * BLUNDER_IN_POINTS if self.by_equity else 1.0))

    @property
    def share(self) -> float | None:
        """How much of the best move's worth it had, 0 to 1; by odds, 1 less what it gave away; by equity, 1 or 0."""
        if self.by_equity:
            return float((self.gave_away or 0.0) < RIGHT_IN_POINTS)
        if self.worth is not None and self.best_worth is not None:
            return 1.0 if self.best_worth <= self.worth else self.worth / self.best_worth
        gave = self.gave_away
        return None if gave is None else 1 - gave

    @property
    def blunder(self) -> bool:
        """Whether it gave away much."""
        least = BLUNDER_IN_POINTS if self.by_equity else BLUNDER if self.by_worth else BLUNDER_BY_ODDS
        return (self.gave_away or 0.0) >= least


@dataclass(frozen=True, slots=True)
class Notes:
    """All that one coach says of a match."""

    name: str
    version: str
    here: bool
    """Whether it was computed by this program rather than by a function in the cloud."""
    by_turn: Mapping[tuple[int, Player], Note]
    accuracy: Mapping[Player, float]
    """How much of the best moves' worth a seat's moves had, on average; seats that were not judged are missing."""
    blunders: tuple[Note, ...]
    """The moves that gave away much, in the order they were played."""
    worst: Note | None
    """The move that gave away most; None where none gave away anything."""
    forms: Mapping[Player, Form] = field(default_factory=dict)
    """Error rate and luck of each seat, where the coach judges by points; empty elsewhere."""
    until_step: int | None = None
    """How far a coach came that had no time for more; None where it has seen all."""

    @property
    def label(self) -> str:
        """Who says it, and where it was computed."""
        version = f" v{self.version}" if self.version else ""
        return f"{self.name}{version}, {'computed here' if self.here else 'by its function'}"

    @classmethod
    def of(cls, name: str, version: str, notes: Sequence[Note], *, here: bool, until_step: int | None = None) -> Notes:
        """Return what ``notes`` say, summed up once."""
        judged = [note for note in notes if note.gave_away is not None and note.counts]
        shares: dict[Player, list[float]] = {}
        for note in judged:
            shares.setdefault(note.player, []).append(note.share or 0.0)
        blunders = sorted((note for note in judged if note.blunder), key=lambda note: (note.step, note.player))
        worst = max((note for note in judged if note.gave_away), key=lambda note: note.gave_away or 0.0, default=None)
        return cls(
            name, version, here,
            {(note.step, note.player): note for note in notes},
            {player: sum(values) / len(values) for player, values in shares.items()},
            tuple(blunders),
            worst,
            _forms(notes),
            until_step,
        )  # fmt: skip


def read_notes(data: Any, record: GameRecord, *, here: bool) -> Notes:
    """Return the notes that ``data`` holds about ``record``.  Raises NotesError."""
    try:
        found = ANNOTATION.parse(data, "")
    except InvalidError as error:
        raise NotesError(f"the annotation cannot be read: {error}") from error
    by = found["by"]
    if found["match_id"] != record.match_id or found["game"] != record.game:
        raise NotesError(f"the annotation of {by['name']} is about another match")
    if found.get("format", 1) != FORMAT:
        raise NotesError(f"{by['name']} annotated in format {found.get('format', 1)}; this version reads {FORMAT}")
    played = {(turn.step, turn.player): turn.action for turn in record.turns}
    notes = []
    for item in found["turns"]:
        key = item["step"], item["player"]
        if played.get(key) != item["played"]:
            raise NotesError(f"the annotation of {by['name']} is of other moves than were played")
        notes.append(
            Note(
                *key,
                item["played"],
                item.get("best") or item["would_play"],
                item["probability"],
                item.get("best_probability"),
                item.get("worth"),
                item.get("best_worth"),
                item.get("explanation"),
                item.get("equity"),
                item.get("best_equity"),
                item.get("counts", True),
                item.get("luck"),
            )
        )
    return Notes.of(by["name"], by["version"], notes, here=here, until_step=found.get("until_step"))


def _forms(notes: Sequence[Note]) -> dict[Player, Form]:
    """Return how each seat played, of the notes that judge by points."""
    found: dict[Player, Form] = {}
    for note in notes:
        if note.by_equity:
            form = found.get(note.player, Form())
            lost = (note.gave_away or 0.0) if note.counts else 0.0
            found[note.player] = Form(form.decisions + note.counts, form.lost + lost, form.luck + (note.luck or 0.0))
    return found
