"""How well models foretell games that they did not learn from: loss, accuracy and calibration, with intervals.

Decisions of one match are not independent, so intervals come from a bootstrap that draws whole matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.statistics import RESAMPLES
from training.report.questions import CHANCE, CHOICE, VALUE, losses_of, matches_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from games.core import JsonObject
    from training.report.questions import Foretelling, Questions

BINS = 8
"""Of the calibration."""
_SEED = 20_260_102
LOSS = {CHOICE: "log loss, nats", CHANCE: "log loss, nats", VALUE: "squared error"}


class Matches:
    """Resamples of whole matches, the same for everything that is measured on them."""

    def __init__(self, match: NDArray[np.int64]) -> None:
        """Prepare resamples for decisions, or candidates, of which ``match`` gives the match."""
        self.count = int(match.max()) + 1
        random = np.random.default_rng(_SEED)
        drawn = random.integers(0, self.count, size=(RESAMPLES, self.count))
        self._weights = np.stack([np.bincount(one, minlength=self.count) for one in drawn]).astype(np.float64)

    def ratio(self, above: NDArray[np.float64], below: NDArray[np.float64], match: NDArray[np.int64]) -> JsonObject:
        """Return sum(above) / sum(below) with its 95 % interval; both have a number a decision."""
        tops, bottoms = (np.bincount(match, one, minlength=self.count) for one in (above, below))
        if bottoms.sum() == 0:
            return {"value": None, "low": None, "high": None}
        under = self._weights @ bottoms
        drawn = (self._weights @ tops)[under > 0] / under[under > 0]
        low, high = np.quantile(drawn, [0.025, 0.975])
        return _interval(float(tops.sum() / bottoms.sum()), float(low), float(high))

    def mean(self, values: NDArray[np.float64], match: NDArray[np.int64]) -> JsonObject:
        """Return the mean of a number a decision, with its 95 % interval."""
        return self.ratio(values, np.ones(len(values)), match)

    def spread(self, measure: Callable[[NDArray[np.float64]], float], most: int = 400) -> tuple[float, float]:
        """Return the 95 % interval of what ``measure`` makes of the weights of matches."""
        drawn = [measure(weights) for weights in self._weights[:most]]
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(low), float(high)


def _interval(value: float, low: float, high: float) -> JsonObject:
    return {"value": round(value, 6), "low": round(low, 6), "high": round(high, 6)}


def measured(
    foretelling: Foretelling, questions: Questions, chances: NDArray[np.float64], matches: Matches
) -> JsonObject:
    """Return loss, accuracy and calibration of what a model said, ``chances``, shape (candidates,)."""
    match = matches_of(questions)
    losses = losses_of(foretelling, questions, chances)
    found: JsonObject = {"loss": matches.mean(losses, match)}
    hits = _hits(foretelling, questions, chances)
    if hits is not None:
        found["accuracy"] = matches.mean(hits, match)
    if foretelling.kind == VALUE:
        around = (questions.answer - questions.answer.mean()) ** 2
        wrong = (chances - questions.answer) ** 2
        unexplained: Any = matches.ratio(wrong, around, questions.match)
        if unexplained["value"] is not None:
            found["explained"] = _interval(*(1 - unexplained[key] for key in ("value", "high", "low")))
    found["calibration"] = _calibration(questions, chances, matches, choice=foretelling.kind == CHOICE)
    return found


def _hits(foretelling: Foretelling, questions: Questions, chances: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return for each decision how often the likeliest answer was right: equals share; None for values."""
    if foretelling.kind == VALUE:
        return None
    if foretelling.kind == CHANCE:
        right = ((chances > 0.5) == (questions.answer > 0)).astype(np.float64)  # noqa: PLR2004 - even chances
        return np.bincount(questions.decision, right) / np.bincount(questions.decision)
    first = np.flatnonzero(np.diff(questions.decision, prepend=-1))
    best = chances >= np.maximum.reduceat(chances, first)[questions.decision] - 1e-12
    shared = np.bincount(questions.decision, best.astype(np.float64))
    return np.bincount(questions.decision, best * (questions.answer > 0)) / shared


def _edges(chances: NDArray[np.float64], *, weighted: bool) -> NDArray[np.float64]:
    """Return what separates BINS bins with as many candidates each or, ``weighted``, with as much of all chances.

    Nearly all of many candidates have no chance: bins of as many each would tell of nothing else.
    """
    shares = np.linspace(0, 1, BINS + 1)[1:-1]
    if not weighted:
        return np.unique(np.quantile(chances, shares))
    rising = np.sort(chances)
    return np.unique(rising[np.searchsorted(np.cumsum(rising), shares * rising.sum())])


def _calibration(questions: Questions, chances: NDArray[np.float64], matches: Matches, *, choice: bool) -> JsonObject:
    """Return bins of what was said, with what came of it, and the mean distance of the two.

    Of a choice that is the share of all chances that belongs into another bin.
    """
    edges = _edges(chances, weighted=choice)
    place = np.searchsorted(edges, chances, side="right")
    bins: list[Any] = []
    for number in range(len(edges) + 1):
        inside = place == number
        if inside.any():
            came = matches.mean(questions.answer[inside], questions.match[inside])
            bins.append({"said": round(float(chances[inside].mean()), 6), "came": came, "n": int(inside.sum())})
    sums = np.stack([
        np.bincount(questions.match * (len(edges) + 1) + place, one, minlength=matches.count * (len(edges) + 1))
        for one in (chances, questions.answer, np.ones(len(chances)))
    ]).reshape(3, matches.count, -1)  # fmt: skip

    def off(weights: NDArray[np.float64]) -> float:
        said, came, counted = np.einsum("m,kmb->kb", weights, sums)
        return float(np.abs(said - came).sum() / max(said.sum() if choice else counted.sum(), 1.0))

    low, high = matches.spread(off)
    value = off(np.ones(matches.count))
    return {"bins": bins, "error": _interval(value, min(low, value), max(high, value))}
