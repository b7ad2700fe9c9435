"""What a model is asked about recorded games: decisions as rows, and what was right.

The module ``questions`` of a game's training has ``foretelling(manifest)``, which returns a :class:`Foretelling`, or in
words why that opponent foretells nothing; it may have ``picture``, see ``changes``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from games.catalog import find_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

CHOICE, CHANCE, VALUE = "choice", "chance", "value"
"""What is foretold: which candidate was taken; whether something is so; a number."""
LEAST_CHANCE = 1e-4
"""That a model gives anything: what it holds impossible happens, too."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Decisions, as rows."""

    rows: NDArray[np.float32]
    """What is known of each candidate, shape (candidates, columns)."""
    decision: NDArray[np.int64]
    """Which decision each belongs to, from 0, rising; shape (candidates,)."""
    answer: NDArray[np.float64]
    """1 for the candidate that was taken, or what was so, else 0; or the number; shape (candidates,)."""
    match: NDArray[np.int64]
    """Which match each comes from, rising; shape (candidates,)."""

    @property
    def decisions(self) -> int:
        """Return how many decisions there are."""
        return int(self.decision[-1]) + 1 if len(self.decision) else 0

    def thinned(self, most: int) -> Questions:
        """Return at most so many of the decisions, evenly from all; matches keep their numbers."""
        count = self.decisions
        if count <= most:
            return self
        kept = np.zeros(count, np.bool_)
        kept[np.linspace(0, count - 1, most).round().astype(int)] = True
        rows = kept[self.decision]
        number = np.cumsum(kept) - 1
        return Questions(self.rows[rows], number[self.decision[rows]], self.answer[rows], self.match[rows])


@dataclass(frozen=True, slots=True)
class Foretelling:
    """What an opponent's model foretells, and how it is asked."""

    kind: str
    """CHOICE, CHANCE or VALUE."""
    what: str
    """What is foretold, such as ``the shot that a player takes``."""
    unit: str
    """One of them, such as ``shot``."""
    read: Callable[[GameRecord, int], Questions | None]
    """Return at most about so many decisions of a match, evenly from all of it; None for a match without any."""
    said: Callable[[NDArray[Any]], NDArray[np.float64]]
    """From the model's output, shape (rows, any), to shape (rows,): log-weights of a CHOICE, the chance, the value."""
    columns: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """In a player's words what the model looks at -> the columns that tell it."""
    not_anew: str = ""
    """Why it is not fitted anew to fewer games, where it is not."""
    not_shuffled: str = ""
    """Why nothing that it looks at is shuffled, where nothing is."""


def foretelling_for(manifest: Manifest) -> Foretelling | str:
    """Return what the opponent foretells, or why it foretells nothing."""
    part = find_part(manifest.game, "questions", "training.games")
    if part is None:
        return f"{manifest.game} does not say what its models foretell"
    found: Foretelling | str = part.foretelling(manifest)
    return found


def questions_in(
    records: Sequence[GameRecord],
    foretelling: Foretelling,
    most: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Questions | None:
    """Return about ``most`` decisions of ``records``, as many of each match; None for none."""
    parts: list[Questions] = []
    share = max(1, most // max(1, len(records)))
    decided = 0
    for number, record in enumerate(records):
        found = foretelling.read(record, share)
        if found is not None:
            match = np.full(len(found.rows), len(parts))
            parts.append(Questions(found.rows, found.decision + decided, found.answer, match))
            decided += found.decisions
        progress(number + 1, len(records))
    if not parts:
        return None
    return Questions(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "decision", "answer", "match"))
    )


def chances_of(foretelling: Foretelling, questions: Questions, output: NDArray[Any]) -> NDArray[np.float64]:
    """Return what a model says of each candidate, shape (candidates,): its chance, or the value."""
    said = foretelling.said(output)
    if foretelling.kind == VALUE:
        return said
    if foretelling.kind == CHANCE:
        return np.clip(said, LEAST_CHANCE, 1 - LEAST_CHANCE)
    first = np.flatnonzero(np.diff(questions.decision, prepend=-1))
    weight = np.exp(said - np.maximum.reduceat(said, first)[questions.decision])
    shares: NDArray[np.float64] = weight / np.add.reduceat(weight, first)[questions.decision]
    return shares


def guessed(foretelling: Foretelling, questions: Questions) -> NDArray[np.float64]:
    """Return what somebody says who knows nothing: all candidates alike, or the mean."""
    if foretelling.kind == CHOICE:
        return 1 / np.bincount(questions.decision)[questions.decision]
    return np.full(len(questions.answer), questions.answer.mean())


def losses_of(foretelling: Foretelling, questions: Questions, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loss of each decision, shape (decisions,): log loss in nats, or the squared error of a value."""
    if foretelling.kind == CHOICE:
        taken = questions.answer > 0
        return -np.log(np.maximum(chances[taken], LEAST_CHANCE))
    if foretelling.kind == CHANCE:
        wrong = -np.log(np.where(questions.answer > 0, chances, 1 - chances))
    else:
        wrong = (chances - questions.answer) ** 2
    return np.bincount(questions.decision, wrong) / np.bincount(questions.decision)


def matches_of(questions: Questions) -> NDArray[np.int64]:
    """Return the match of each decision, shape (decisions,)."""
    first = np.flatnonzero(np.diff(questions.decision, prepend=-1))
    return questions.match[first]
