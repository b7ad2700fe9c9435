"""What a coach says of a recorded match, as far as it can be understood: it may be a stranger's function.

``annotate`` in ``ai_functions.runtime.coach`` writes it.  How much a move gave away is the difference between what the
coach's own best move was worth and what this one was, both chances (of a hit, in Battleship).  A coach that cannot say
what moves are worth tells how likely it is to play them; then the difference is between those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.coach import ANNOTATION, FORMAT
from games.schema import InvalidError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.core import Json, Player
    from games.record import GameRecord

BLUNDER, BLUNDER_BY_ODDS = 0.2, 0.5
"""A move that gives away as much is listed: by what it was worth, or by how likely the coach is to play it."""


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

    @property
    def by_worth(self) -> bool:
        """Whether the coach says what moves are worth."""
        return self.worth is not None and self.best_worth is not None

    @property
    def gave_away(self) -> float | None:
        """0 for the coach's best move, up to 1; None where the coach does not judge it."""
        if self.worth is not None and self.best_worth is not None:
            return max(0.0, self.best_worth - self.worth)
        if self.probability is None or self.best_probability is None:
            return None
        return max(0.0, self.best_probability - self.probability)

    @property
    def share(self) -> float | None:
        """How much of the best move's worth it had, 0 to 1; by odds, 1 less what it gave away."""
        if self.worth is not None and self.best_worth is not None:
            return 1.0 if self.best_worth <= self.worth else self.worth / self.best_worth
        gave = self.gave_away
        return None if gave is None else 1 - gave

    @property
    def blunder(self) -> bool:
        """Whether it gave away much."""
        return (self.gave_away or 0.0) >= (BLUNDER if self.by_worth else BLUNDER_BY_ODDS)


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

    @property
    def label(self) -> str:
        """Who says it, and where it was computed."""
        version = f" v{self.version}" if self.version else ""
        return f"{self.name}{version}, {'computed here' if self.here else 'by its function'}"

    @classmethod
    def of(cls, name: str, version: str, notes: Sequence[Note], *, here: bool) -> Notes:
        """Return what ``notes`` say, summed up once."""
        judged = [note for note in notes if note.gave_away is not None]
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
            )
        )
    return Notes.of(by["name"], by["version"], notes, here=here)
