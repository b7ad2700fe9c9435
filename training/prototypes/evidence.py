"""What a person's estimator foretells of matches that it did not learn from, and how much more games would help.

Nobody knows which rows of a table an estimator was fitted on.  So copies of it are fitted anew, to more and more of the
table's matches, and each is asked about the same fifth of them, which no copy saw.  Fits end where the next would take
longer than there is patience.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from hashlib import blake2b
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from sklearn.base import clone, is_classifier

from ai_functions.policies.chances import log_odds_of
from training.contracts import TrainingError
from training.dataset import HELD_OUT
from training.export import name_of
from training.patience import Patience
from training.prototypes.conversion import as_asked, ask_estimator
from training.report.asked import NEW, SHUFFLED, Asked
from training.report.curve import LEAST, point
from training.report.findings import MOST_DECISIONS, MOST_MATCHES, why_not
from training.report.foretelling import LOSS, Matches, measured
from training.report.questions import CHANCE, CHOICE, VALUE, Foretelling, Questions, chances_of
from training.tables.table import IMITATED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from training.patience import Clock
    from training.progress import ProgressReporter
    from training.report.asked import Ask
    from training.tables.table import Table

PATIENCE_S = 6.0
"""Of the processor, for all fits: what else the machine does changes no report.  The smallest is made in any case."""
GROWTH = 2.5
"""How much longer a fit of twice the rows may take."""
MOST_GAMES, A_MATCH = 320, 30
"""From which a copy learns, and decisions of each."""
LEAST_SHUFFLED = 50
"""Decisions on which things are shuffled, where the model is slow."""
_MATCH, _DECISION = "match", ("match", "step", "player")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report says of the model beside the rows that it could have learned from."""

    asked: Asked | dict[str, Any]
    curve: dict[str, Any]
    learned: int
    """Matches that the largest copy learned from."""
    held_out: int
    """Matches that no copy learned from."""


def evidence(
    model: Any, features: Sequence[str], table: Table, reporter: ProgressReporter, clock: Clock = process_time
) -> Evidence:
    """Return what copies of ``model`` foretell, which learns the columns ``features`` of ``table``.

    ``clock`` counts the seconds of PATIENCE_S.
    """
    try:
        rows = _Rows.of(model, features, table)
        return _measured(model, rows, reporter, clock)
    except TrainingError as error:
        reason = why_not(str(error))
        return Evidence(reason, reason, 0, 0)


@dataclass(frozen=True)
class _Rows:
    """Rows of a table: numbers, with words as their places in a list."""

    values: NDArray[np.float32]
    """Shape (rows, columns)."""
    features: tuple[str, ...]
    words: Mapping[str, Sequence[str]]
    answer: NDArray[np.float64]
    decision: NDArray[np.int64]
    """Rising; shape (rows,)."""
    match: NDArray[np.int64]
    """Rising, those held out first; shape (rows,)."""
    kept: NDArray[np.bool_]
    """Of A_MATCH decisions of each match at most, from which copies learn; shape (rows,)."""
    matches_there: int
    held_out: int
    """Of the matches."""
    foretelling: Foretelling

    @classmethod
    def of(cls, model: Any, features: Sequence[str], table: Table) -> _Rows:
        label = table.label
        frame = table.lazy().select(*dict.fromkeys((*_DECISION, *features, label)), "kind")
        wanted = pl.col(label).is_not_nan() & pl.col(label).is_not_null()
        if label == IMITATED:
            wanted &= pl.col("kind") != "function"
        if is_classifier(model):
            wanted &= pl.col(label).is_in([0.0, 1.0])
        found = frame.filter(wanted)  # of a table of millions of rows no others than those of some matches are kept
        ids = found.select(pl.col(_MATCH).unique(maintain_order=True)).collect()[_MATCH].to_list()
        ids.sort(key=lambda one: blake2b(str(one).encode(), digest_size=8).digest())
        ids = ids[: MOST_MATCHES + MOST_GAMES]
        held_out = min(MOST_MATCHES, round(len(ids) * HELD_OUT))
        if not held_out or len(ids) - held_out < LEAST:
            raise TrainingError(f"{len(ids)} matches are too few to learn from a part of them and ask about the rest")
        numbers = {one: number for number, one in enumerate(ids)}
        some = found.filter(pl.col(_MATCH).is_in(ids)).with_columns(
            pl.col(_MATCH).replace_strict(numbers, return_dtype=pl.Int64).alias("__match")
        ).sort("__match", "step", "player", maintain_order=True).collect()  # fmt: skip
        decision = some.select(pl.struct("__match", "step", "player").rle_id()).to_series().to_numpy().astype(np.int64)
        match = some["__match"].to_numpy()
        words = {name: sorted(some[name].drop_nulls().unique()) for name in features if some[name].dtype == pl.String}
        columns = [_numbers(some[name], words.get(name)) for name in features]
        return cls(
            np.stack(columns, axis=1), tuple(features), words, some[label].to_numpy().astype(np.float64), decision,
            match, _evenly(decision, match), len(ids), held_out, _foretelling(model, features, table),
        )  # fmt: skip

    def matches(self, first: int, last: int) -> NDArray[np.bool_]:
        """Return which rows are of the matches from ``first`` to before ``last``."""
        return (self.match >= first) & (self.match < last)

    def frame(self, values: NDArray[np.float32]) -> dict[str, Any]:
        """Return rows by column, with words for words."""
        return {
            name: [self.words[name][int(one)] if one >= 0 else None for one in values[:, number]]
            if name in self.words
            else values[:, number]
            for number, name in enumerate(self.features)
        }

    def given(self, model: Any, values: NDArray[np.float32]) -> Any:
        """Return rows as ``model`` is fitted and asked."""
        return as_asked(model, self.frame(values), {name: name in self.words for name in self.features})

    def questions(self) -> Questions:
        """Return what is asked: at most MOST_DECISIONS of the matches held out, evenly."""
        some = self.matches(0, self.held_out)
        decision = np.unique(self.decision[some], return_inverse=True)[1]
        found = Questions(self.values[some], decision, self.answer[some], self.match[some])
        found = found.thinned(MOST_DECISIONS)
        return Questions(found.rows, found.decision, found.answer, np.unique(found.match, return_inverse=True)[1])


def _evenly(decision: NDArray[np.int64], match: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are of A_MATCH decisions of each match at most, evenly from all of it; shape (rows,)."""
    first = np.flatnonzero(np.diff(decision, prepend=-1))
    of = match[first]
    begins = np.searchsorted(of, of)
    there = np.bincount(of)[of]
    place = np.arange(len(of)) - begins
    kept = (place * A_MATCH) // there != ((place - 1) * A_MATCH) // there
    return np.repeat(kept, np.diff(np.append(first, len(decision))))


def _numbers(column: pl.Series, words: Sequence[str] | None) -> NDArray[np.float32]:
    if words is None:
        return column.cast(pl.Float32).fill_null(np.nan).to_numpy()
    places = {word: number for number, word in enumerate(words)}
    return np.array([places.get(word, -1) for word in column.to_list()], np.float32)


def _foretelling(model: Any, features: Sequence[str], table: Table) -> Foretelling:
    """Return what is foretold: the chance of a label, which of a decision's candidates was taken, or a value."""
    kind, label = table.kind, table.label
    what = f"{label} ({kind.labels.get(label, label)})"
    if not is_classifier(model):
        found, said = VALUE, lambda output: np.asarray(output[:, -1], np.float64)
    elif label == IMITATED and kind.each > 1:
        found, said = CHOICE, lambda output: log_odds_of(np.asarray(output[:, -1], np.float64))
        what = f"which of up to {kind.each} candidates was taken"
    else:
        found, said = CHANCE, lambda output: np.asarray(output[:, -1], np.float64)
    columns: dict[str, list[int]] = {}
    for number, name in enumerate(features):
        columns.setdefault(f"{name}: {kind.columns[name]}" if name in kind.columns else name, []).append(number)
    return Foretelling(found, what, "decision", lambda _record, _most: None, said, columns)


class _Copy(NamedTuple):
    """A copy of a model that learned from some matches."""

    games: int
    ask: Ask
    said: NDArray[Any]
    """What it says of the questions."""
    took: float
    """Seconds of the processor to learn, and to answer."""


def _measured(model: Any, rows: _Rows, reporter: ProgressReporter, clock: Clock) -> Evidence:
    questions, foretelling = rows.questions(), rows.foretelling
    copies = _copies(model, rows, questions, reporter, clock)
    last = copies[-1]
    asked = Asked.of(
        foretelling, questions, {NEW: lambda some: last.said if some is questions.rows else last.ask(some)}
    )
    share = PATIENCE_S / (last.took * len(rows.features) + 1e-6)
    asked = replace(asked, new=last.ask, shuffled=min(SHUFFLED, max(LEAST_SHUFFLED, int(questions.decisions * share))))
    asked.told["note"] = (
        f"Nobody knows which games the model was fitted on: asked is a copy of it that learned from {last.games} "
        f"others, at most {A_MATCH} decisions of each."
    )
    matches = Matches(questions.match)
    points = [
        {"games": copy.games, **point(measured(foretelling, questions, chances_of(foretelling, questions, copy.said),
                                               matches))}
        for copy in copies
    ]  # fmt: skip
    curve: dict[str, Any] = {"loss": LOSS[foretelling.kind], "points": points}
    if len(points) == 1:
        curve = why_not(f"there was no time for another fit than that to {last.games} games")
    return Evidence(asked, curve, last.games, rows.held_out)


def _copies(model: Any, rows: _Rows, questions: Questions, reporter: ProgressReporter, clock: Clock) -> list[_Copy]:
    """Return copies of the model that learned from more and more games, as long as there is patience."""
    counts = _sizes(rows.matches_there - rows.held_out)
    found: list[_Copy] = []
    patience = Patience(PATIENCE_S, clock)
    for number, count in enumerate(counts):
        reporter.count("copies of the model, fitted to some of the games", number, len(counts))
        before = patience.spent
        with patience.at_work():
            ask = _copy(model, rows, count)
            said = ask(questions.rows)
        took = patience.spent - before
        found.append(_Copy(count, ask, said, took))
        if patience.is_over(GROWTH * took):
            break
    return found


def _sizes(games: int) -> list[int]:
    """Return how many games copies learn from, rising: all, half of them, and so on."""
    found = []
    count = min(games, MOST_GAMES)
    while count >= LEAST:
        found.append(count)
        count //= 2
    return sorted(found)


def _copy(model: Any, rows: _Rows, games: int) -> Ask:
    """Return a copy of the model that learned from so many matches, none of them held out."""
    wanted = getattr(model, "best_estimator_", model)  # what a search found: it is not searched again
    some = rows.matches(rows.held_out, rows.held_out + games) & rows.kept
    answer = rows.answer[some]
    label = answer.astype(np.int64) if is_classifier(model) else answer
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            copy = clone(wanted).fit(rows.given(model, rows.values[some]), label)
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise TrainingError(f"a copy of {name_of(model)} cannot be fitted: {type(error).__name__}: {first}") from error

    def ask(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return ask_estimator(copy, rows.given(model, values))[0]

    return ask
