"""What a new model must pass before it may take the place of the old one, on games and tasks neither has trained on.

A level that aims at a strength is asked two things.  Does its model foretell recorded games not worse than the model
it replaces (``foretells``)?  And does it, its dial set, play as strongly as it aims to (``in_band``)?  An opponent
without an aim is asked one: does it play not worse than the model it replaces (``not_worse``)?

What is played is looked at after 100, 200, 400… tasks, by intervals that hold at all looks together
(``training/evaluation/sequential.py``), and ends as soon as it is clear.  A model that is worse by the margin, or off
its band, passes in at most 2.5 % of cases; how often a good one does stands in docs/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from training.contracts import LESS
from training.evaluation.control_variates import less_chance
from training.evaluation.sequential import interval_at, looks_within
from training.evaluation.statistics import difference, estimate
from training.evaluation.verdict import Answer, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from training.contracts import Benchmark, Level
    from training.evaluation.evaluate import Task
    from training.evaluation.sequential import Interval
    from training.evaluation.statistics import Estimate

FIRST_LOOK, MOST_TASKS = 100, 6400
ERROR = 0.02
"""How often a model that is worse by the margin, or off its band, may pass.  Less than the 2.5 % promised: what is
measured is not quite normal, and what chance gave is learned from the same tasks.
"""
LEAST_MATCHES = 3
"""Held out, to foretell."""


@dataclass(frozen=True, slots=True)
class Table:
    """Tasks that somebody played: what was measured, and what chance gave."""

    measures: dict[str, NDArray[np.float64]]
    """Shape (tasks,) each."""
    controls: NDArray[np.float64]
    """Shape (tasks, any)."""

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> Table:
        """Return the tasks by column."""
        names = list(tasks[0].row) if tasks else []
        columns = {name: np.array([task.row[name] for task in tasks]) for name in names}
        return cls(columns, np.array([task.controls for task in tasks]).reshape(len(tasks), -1))

    def first(self) -> NDArray[np.float64]:
        """Return the measure that decides, less what chance gave."""
        return less_chance(next(iter(self.measures.values())), self.controls)

    def estimates(self) -> dict[str, Estimate]:
        """Return the mean of each measure; the first less what chance gave."""
        names = list(self.measures)
        return {name: estimate(self.first() if name == names[0] else self.measures[name]) for name in names}


def foretells(level: Level, losses: NDArray[np.float64]) -> Answer:
    """Answer whether the candidate foretells games not worse than the current model, by more than the margin.

    ``losses`` has shape (matches, 2): what the candidate and the current model lose on each match held out.  A match
    counts once, however long it is: shots of one game are not independent.
    """
    if len(losses) < LEAST_MATCHES:
        reason = (
            f"only {len(losses)} games are held out to compare the models on; give more games (a fifth is held out)"
        )
        return Answer("foretelling", passed=False, reason=reason)
    gaps = losses[:, 0] - losses[:, 1]
    error = float(gaps.std(ddof=1)) / sqrt(len(gaps))
    most = float(gaps.mean()) + float(student.isf(ERROR, len(gaps) - 1)) * error
    passed = most <= level.margin
    found = (
        f"{level.loss}: {losses[:, 0].mean():.4g}, the model replaced {losses[:, 1].mean():.4g}, on {len(gaps)} games "
        f"held out; {gaps.mean():+.3g} ± {error:.2g}"
    )
    if passed:
        return Answer("foretelling", passed=True, reason=f"{found}, less than {level.margin:+g}")
    asked = f"it must be shown to be less than {level.margin:+g}; learn from more games (--records, --bootstrap)"
    return Answer("foretelling", passed=False, reason=f"{found}; {asked}")


def in_band(
    benchmark: Benchmark, aim: float, play: Callable[[Sequence[int]], list[Task]], seeds: Iterator[int], most: int
) -> tuple[Answer, Table]:
    """Answer whether the level is within the benchmark's band around ``aim``: two one-sided tests (Schuirmann 1987)."""
    name, _ = next(iter(benchmark.measures.items()))
    tasks: list[Task] = []
    looks = looks_within(FIRST_LOOK, most)
    for look in looks:
        tasks += play(list(islice(seeds, look - len(tasks))))
        found = interval_at(Table.of(tasks).first(), looks, ERROR)
        if aim - benchmark.band < found.low and found.high < aim + benchmark.band:
            reason = f"{_measured(name, found)}, within {benchmark.band:g} of the aim of {aim:g}"
            return Answer("aim", passed=True, reason=reason), Table.of(tasks)
        if found.high < aim - benchmark.band or found.low > aim + benchmark.band:
            break
    reason = (
        f"{_measured(name, found)} after {len(tasks)} tasks; to be within {benchmark.band:g} of the aim of {aim:g} was "
        f"asked for; --games N lets it play more, --aim {found.mean:.3g} aims at what it is"
    )
    return Answer("aim", passed=False, reason=reason), Table.of(tasks)


def not_worse(
    benchmark: Benchmark,
    candidate: Callable[[Sequence[int]], list[Task]],
    current: Callable[[Sequence[int]], list[Task]],
    seeds: Iterator[int],
    most: int,
) -> tuple[Answer, Table, Table]:
    """Answer whether the candidate plays not worse than the current model by more than the margin, on the same tasks.

    ``candidate`` and ``current`` play the tasks of some seeds.
    """
    (name, better), *_ = benchmark.measures.items()
    mine: list[Task] = []
    theirs: list[Task] = []
    looks = looks_within(FIRST_LOOK, most)
    passed = False
    for look in looks:
        some = list(islice(seeds, look - len(mine)))
        mine += candidate(some)
        theirs += current(some)
        gaps = Table.of(mine).first() - Table.of(theirs).first()
        found = interval_at(gaps if better == LESS else -gaps, looks, ERROR)
        passed = found.high <= benchmark.margin
        if passed or found.low > 0:
            break
    asked = f"worse by {benchmark.margin:g} {name} or more is refused"
    told = f"{name}: worse by {found.low:+.2f} to {found.high:+.2f} after {len(mine)} tasks; {asked}"
    if not passed and found.low <= 0:
        told += "; --games N lets both play more, and more games to learn from make it better"
    return Answer("incumbent", passed=passed, reason=told), Table.of(mine), Table.of(theirs)


def _measured(name: str, found: Interval) -> str:
    return f"{found.mean:.2f} ± {found.standard_error:.2f} {name} ({found.low:.2f} to {found.high:.2f})"


def verdict(answers: Sequence[Answer], mine: Table | None = None, theirs: Table | None = None) -> Verdict:
    """Return whether all ``answers`` let the candidate pass, with what was measured of it and of the current model."""
    refused = [answer for answer in answers if not answer.passed]
    differences = {}
    if mine and theirs:
        name = next(iter(mine.measures))
        pairs = {key: (mine.measures[key], theirs.measures[key]) for key in mine.measures}
        pairs[name] = (mine.first(), theirs.first())
        differences = {key: difference(list(new), list(old)) for key, (new, old) in pairs.items()}
    return Verdict(
        passed=not refused,
        reason="; ".join(answer.reason for answer in refused or answers),
        games=len(next(iter(mine.measures.values()))) if mine else 0,
        candidate=mine.estimates() if mine else {},
        current=theirs.estimates() if theirs else {},
        differences=differences,
        answers=tuple(answers),
    )
