"""What a new model must pass before it may take the place of the old one: they play, on tasks neither has trained on.

Accuracy decides nothing, play does.  The two get the same tasks; the gate looks after 100, 200, 400, 800 and 1,600 of
them and stops as soon as it is sure.  Looking five times gives chance five opportunities, so each look gets a fifth of
the error allowed (Bonferroni): a model that is worse by the game's margin or more passes in at most 2.5 % of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from training.contracts import LESS
from training.evaluation.evaluate import run
from training.evaluation.statistics import bootstrap_means, difference, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from games.core import JsonObject
    from training.contracts import Yardstick
    from training.evaluation.evaluate import Row, Trial
    from training.evaluation.statistics import Difference, Estimate

LOOKS = (100, 200, 400, 800, 1600)
ERROR = 0.025
"""How often a model that is worse by the margin may pass, over all looks together."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate may replace the current model, and why."""

    passed: bool
    reason: str
    games: int
    candidate: dict[str, Estimate]
    current: dict[str, Estimate]
    differences: dict[str, Difference]
    """Candidate minus current, for each measure."""

    def to_json(self) -> JsonObject:
        """Return the verdict as JSON: the model card keeps it."""
        return {
            "passed": self.passed,
            "reason": self.reason,
            "games": self.games,
            "candidate": {name: value.to_json() for name, value in self.candidate.items()},
            "current": {name: value.to_json() for name, value in self.current.items()},
            "differences": {name: value.to_json() for name, value in self.differences.items()},
        }


def judge(  # noqa: PLR0913 - who plays, on what, and for how long
    yardstick: Yardstick,
    candidate: Trial,
    current: Trial | None,
    seeds: Iterator[int],
    *,
    aim: float | None = None,
    most: int = LOOKS[-1],
    pool: Executor | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Let both play ``seeds`` until it is clear whether ``candidate`` may replace ``current``.

    ``aim`` is the value the first measure should have; with one, worse means further from it.  ``most`` is how many
    tasks each may get.  Without a ``current`` there is nothing to be worse than: the candidate is measured and passes.
    """
    looks = looks_within(most)
    error = ERROR / len(looks)
    mine: list[Row] = []
    theirs: list[Row] = []
    for look in looks if current else looks[:2]:
        some = list(islice(seeds, look - len(mine)))
        mine += run(candidate, some, pool, progress)
        if current is None:
            continue
        theirs += run(current, some, pool, progress)
        low, high = harm(yardstick, mine, theirs, aim, error)
        if low > 0:
            return _verdict(yardstick, mine, theirs, passed=False, reason=f"worse: {_words(low, high, aim, error)}")
        if high <= yardstick.margin:
            return _verdict(yardstick, mine, theirs, passed=True, reason=f"not worse: {_words(low, high, aim, error)}")
    if current is None:
        return _verdict(yardstick, mine, theirs, passed=True, reason="there is no model to replace")
    reason = f"not shown to be as good within {yardstick.margin:g}: {_words(low, high, aim, error)}"
    return _verdict(yardstick, mine, theirs, passed=False, reason=reason)


def looks_within(most: int) -> tuple[int, ...]:
    """Return after how many tasks the gate looks when each may get ``most``."""
    return (*(look for look in LOOKS if look < most), most)


def harm(
    yardstick: Yardstick, mine: list[Row], theirs: list[Row], aim: float | None, error: float
) -> tuple[float, float]:
    """Return the least and the most that the candidate may be worse by, each wrong with probability ``error``."""
    name, better = next(iter(yardstick.measures.items()))
    rows = np.array([[a[name], b[name]] for a, b in zip(mine, theirs, strict=True)], dtype=np.float64)
    means = bootstrap_means(rows)
    if aim is not None:
        distances = np.abs(means - aim)
        worse_by = distances[:, 0] - distances[:, 1]
    else:
        worse_by = (means[:, 0] - means[:, 1]) * (1 if better == LESS else -1)
    low, high = np.quantile(worse_by, [error, 1 - error])
    return float(low), float(high)


def _words(low: float, high: float, aim: float | None, error: float) -> str:
    further = "" if aim is None else f" further from the aim of {aim:g}"
    return (
        f"the new model is between {low:+.2f} and {high:+.2f} worse{further} ({100 * (1 - 2 * error):.4g} % interval)"
    )


def _verdict(yardstick: Yardstick, mine: list[Row], theirs: list[Row], *, passed: bool, reason: str) -> Verdict:
    first = next(iter(yardstick.measures))
    columns = {name: [row[name] for row in mine] for name in yardstick.measures}
    others = {name: [row[name] for row in theirs] for name in yardstick.measures} if theirs else {}
    return Verdict(
        passed=passed,
        reason=f"{first}: {reason}" if theirs else reason,
        games=len(mine),
        candidate={name: estimate(values) for name, values in columns.items()},
        current={name: estimate(values) for name, values in others.items()},
        differences={name: difference(columns[name], values) for name, values in others.items()},
    )
