"""Group-sequential tests: intervals that may be looked at again and again, wrong no more often than one look would be.

The information gathered at the looks is fixed beforehand, and so is how much of the allowed error each look may spend
(Lan and DeMets 1983, "Discrete sequential boundaries for clinical trials", Biometrika 70, with their spending function
of Pocock's kind: most looks are early, and few tasks are to be played).  The boundaries follow by integrating over what
the looks before left undecided (Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, "Group sequential
methods", chapter 19).  An interval at a look is the mean plus or minus its boundary times the standard error: a
repeated confidence interval (Jennison and Turnbull 1989), which holds at all looks together, whatever made one stop.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from math import e, log1p, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from training.evaluation.statistics import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.evaluation.statistics import Estimate

_POINTS = 1201
"""Of the grid that is integrated over, by Simpson's rule; the boundaries are right to 1e-4."""
_FAR = 8.0
"""Standard deviations beyond which nothing is left to integrate."""


class Interval(NamedTuple):
    """What a look knows of a mean."""

    mean: float
    standard_error: float
    low: float
    high: float


def looks_within(first: int, most: int) -> tuple[int, ...]:
    """Return after how many tasks to look: ``first``, and ever twice as many, up to ``most``."""
    looks = [first]
    while looks[-1] * 2 <= most:
        looks.append(looks[-1] * 2)
    return tuple(looks) if looks[-1] == most else (*(look for look in looks if look < most), most)


def spent(fraction: float, error: float) -> float:
    """Return how much of ``error`` may be spent by the time that ``fraction`` of the information is there."""
    return error * log1p((e - 1) * min(fraction, 1.0))


@lru_cache
def boundaries(looks: tuple[int, ...], error: float) -> tuple[float, ...]:
    """Return for each look the standardised mean that chance exceeds there, or did before, as often as is spent.

    ``looks`` says how many tasks have been played at each; all together chance exceeds a boundary with probability
    ``error``.  One-sided.  Raises ValueError unless the looks rise.
    """
    if not looks or looks[0] < 1 or any(after <= before for before, after in itertools.pairwise(looks)):
        raise ValueError(f"looks must rise from 1: {looks}")
    fractions = [look / looks[-1] for look in looks]
    found: list[float] = []
    grid = density = np.zeros(0)
    before = 0.0
    for fraction in fractions:
        step = sqrt(fraction - before)
        share = spent(fraction, error) - spent(before, error)
        edge = _edge(grid, density, step, share)
        grid, density = _carried_on(grid, density, step, edge, -_FAR * sqrt(fraction))
        found.append(edge / sqrt(fraction))
        before = fraction
    return tuple(found)


def _edge(grid: NDArray[np.float64], density: NDArray[np.float64], step: float, share: float) -> float:
    """Return what a random walk with this density exceeds after another ``step`` with probability ``share``."""
    if not len(grid):
        return float(norm.isf(share)) * step

    def excess(edge: float) -> float:
        return float((density * norm.sf((edge - grid) / step)).sum()) - share

    return float(brentq(excess, -_FAR, 2 * _FAR, xtol=1e-10))


def _carried_on(
    grid: NDArray[np.float64], density: NDArray[np.float64], step: float, edge: float, low: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points below ``edge``, and how much of the walk that has not crossed it is at each."""
    points = np.linspace(low, edge, _POINTS)
    weights = np.ones(_POINTS)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    weights *= (points[1] - points[0]) / 3
    if not len(grid):
        return points, weights * norm.pdf(points / step) / step
    passed = norm.pdf((points[:, None] - grid[None, :]) / step) / step
    return points, weights * (passed @ density)


def interval_at(values: Sequence[float] | NDArray[np.float64], looks: tuple[int, ...], error: float) -> Interval:
    """Return the repeated confidence interval of the mean of ``values``, each side wrong with probability ``error``.

    There must be as many values as one of ``looks`` says.  Raises ValueError otherwise.
    """
    if len(values) not in looks:
        raise ValueError(f"{len(values)} values, and the looks are at {looks}")
    found: Estimate = estimate(values)
    reach = boundaries(looks, error)[looks.index(len(values))] * found.standard_error
    return Interval(found.mean, found.standard_error, found.mean - reach, found.mean + reach)
