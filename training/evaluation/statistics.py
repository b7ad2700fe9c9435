"""Means with their uncertainty, differences in pairs, and the odds that chance made them.

Everything here is seeded: the same numbers give the same intervals.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.core import JsonObject

Z95 = 1.959964
RESAMPLES = 4000
_SEED = 20_260_101
_BLOCK = 250


@dataclass(frozen=True, slots=True)
class _Figures:
    def to_json(self) -> JsonObject:
        """Return the figures as JSON, with six digits."""
        return {key: round(value, 6) for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Estimate(_Figures):
    """A mean and how sure it is."""

    n: int
    mean: float
    standard_error: float
    low: float
    """95 % interval."""
    high: float
    deviation: float
    """Standard deviation of one game."""


@dataclass(frozen=True, slots=True)
class Difference(_Figures):
    """First minus second, over pairs that faced the same task."""

    pairs: int
    mean: float
    standard_error: float
    low: float
    """95 % interval, by a paired bootstrap."""
    high: float
    p: float
    """Two-sided permutation test: how often swapping within pairs by chance gives as large a difference."""


@dataclass(frozen=True, slots=True)
class WinRate(_Figures):
    """Wins among decided games, draws counting half, with Wilson's interval at 95 %."""

    wins: int
    draws: int
    losses: int
    rate: float
    low: float
    high: float


def estimate(values: Sequence[float] | NDArray[np.float64]) -> Estimate:
    """Return the mean of ``values``.  Raises ValueError for none."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        raise ValueError("no games to take a mean of")
    mean = float(array.mean())
    deviation = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    error = deviation / sqrt(len(array))
    return Estimate(len(array), mean, error, mean - Z95 * error, mean + Z95 * error, deviation)


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Return how the two differ, pair by pair.  Raises ValueError unless there are as many of each."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} values cannot be paired with {len(second)}")
    gaps = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    mean = estimate(gaps)
    low, high = np.quantile(bootstrap_means(gaps[:, None])[:, 0], [0.025, 0.975])
    return Difference(len(gaps), mean.mean, mean.standard_error, float(low), float(high), permutation_test(gaps))


def bootstrap_means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the column means of RESAMPLES resamples of ``rows``, shape (resamples, columns); rows stay whole."""
    random = np.random.default_rng(_SEED)
    drawn = (random.integers(0, len(rows), size=(_BLOCK, len(rows))) for _ in range(RESAMPLES // _BLOCK))
    return np.concatenate([rows[some].mean(axis=1) for some in drawn])


def permutation_test(gaps: NDArray[np.float64]) -> float:
    """Return the two-sided p value of paired differences: signs are flipped by chance RESAMPLES times."""
    random = np.random.default_rng(_SEED)
    total = gaps.sum()
    as_large = 0
    for _ in range(RESAMPLES // _BLOCK):
        swapped = random.integers(0, 2, size=(_BLOCK, len(gaps)), dtype=np.int8).astype(np.float64) @ gaps
        as_large += int((np.abs(total - 2 * swapped) >= abs(total) - 1e-9).sum())
    return (as_large + 1) / (RESAMPLES + 1)


def win_rate(wins: int, draws: int, losses: int) -> WinRate:
    """Return the share of wins with Wilson's interval.  Raises ValueError for no games."""
    games = wins + draws + losses
    if not games:
        raise ValueError("no games to take a win rate of")
    rate = (wins + draws / 2) / games
    middle = rate + Z95**2 / (2 * games)
    spread = Z95 * sqrt(rate * (1 - rate) / games + Z95**2 / (4 * games**2))
    scale = 1 + Z95**2 / games
    return WinRate(wins, draws, losses, rate, (middle - spread) / scale, (middle + spread) / scale)


def race(first: Sequence[float], second: Sequence[float], *, less_wins: bool) -> tuple[float, float]:
    """Return how often ``first`` beats ``second``, ties counting half, over all pairs of their games, and its error.

    Each plays a task of its own.  The error is that of two independent samples (Hanley and McNeil 1982, as for an area
    under a curve).  Raises ValueError for no games.
    """
    if not len(first) or not len(second):
        raise ValueError("no games to race with")
    gap = np.asarray(second, np.float64)[:, None] - np.asarray(first, np.float64)[None, :]
    won = ((gap > 0) if less_wins else (gap < 0)) + 0.5 * (gap == 0)
    error = sqrt(won.mean(axis=0).var() / len(first) + won.mean(axis=1).var() / len(second))
    return float(won.mean()), error
