"""Strengths from counts: a Bradley-Terry model with a prior, on Elo's scale, with 95 % intervals.

The expected score of a player who is D points above another is ``1 / (1 + 10 ** (-D / 400))``; a draw is half a win.
Functions are fitted to each other, all at once (``fit_league``); a person is fitted to the functions' values alone
(``fit_player``), which is a sum over the functions played, however many people there are.

Jeffreys' prior takes off the first order of the maximum's bias (Firth, Biometrika 80, 1993), so that shown gaps are
neither stretched nor shrunk in few games, and keeps whoever has won every game from infinity.  A wide normal prior
around 1500 holds those whom no game connects.  The variance is the sandwich estimate, since draws vary less than wins
and losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log1p, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FIRST_RATING = 1500.0
SCALE = log(10) / 400
"""Of a point, in units of log odds."""
PRIOR_DEVIATION = 700.0
"""Of a function, before its games: points."""
PLAYER_DEVIATION = 350.0
"""Of a person, before their games: points."""
SURE = 1.96
"""How many standard deviations a 95 % interval has on each side."""
STEPS = 100
CLOSE = 1e-7
"""When to stop: the largest step, in units of log odds."""
LARGEST_STEP = 2.0


class Counts(NamedTuple):
    """How games of one with another ended, as the first sees it."""

    wins: float
    draws: float
    losses: float

    @property
    def games(self) -> float:
        """How many there were."""
        return self.wins + self.draws + self.losses

    @property
    def score(self) -> float:
        """What the first made of them."""
        return self.wins + self.draws / 2


@dataclass(frozen=True, slots=True)
class Strength:
    """What is known of a player."""

    rating: float = FIRST_RATING
    deviation: float = PRIOR_DEVIATION
    """The standard deviation of ``rating``."""
    games: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which ratings the true one is, 95 times of 100."""
        return self.rating - SURE * self.deviation, self.rating + SURE * self.deviation


def expected(gap: float) -> float:
    """Return the expected score of a player ``gap`` points above another."""
    return 1 / (1 + exp(-gap * SCALE)) if gap > 0 else 1 - 1 / (1 + exp(gap * SCALE))


def fit_league(
    results: Mapping[tuple[str, str], Counts], priors: Mapping[str, Strength] | None = None
) -> dict[str, Strength]:
    """Return the strengths of all who are named in ``results``; their mean is 1500, and deviations are against it.

    ``priors`` are what is known of some from elsewhere; the others' is PRIOR_DEVIATION around 1500.
    """
    known = priors or {}
    names = sorted({name for pair in results for name in pair} | known.keys())
    if not names:
        return {}
    place = {name: at for at, name in enumerate(names)}
    games = [(place[one], place[two], counts) for (one, two), counts in results.items() if counts.games > 0]
    first = [known.get(name, Strength()) for name in names]
    centre = [(item.rating - FIRST_RATING) * SCALE for item in first]
    weight = [1 / (item.deviation * SCALE) ** 2 for item in first]
    theta, inverse = _solve(games, centre, weight)
    covariance = _sandwich(games, theta, weight, inverse)
    mean = sum(theta) / len(theta)
    played = [0.0] * len(names)
    for one, two, counts in games:
        played[one] += counts.games
        played[two] += counts.games
    variances = _against_mean(covariance) if len(names) > 1 else [row[at] for at, row in enumerate(covariance)]
    shift = mean if len(names) > 1 else 0.0
    return {
        name: Strength(
            FIRST_RATING + (theta[at] - shift) / SCALE, sqrt(max(variances[at], 0.0)) / SCALE, round(played[at])
        )
        for name, at in place.items()
    }


Matrix = list[list[float]]
Games = list[tuple[int, int, Counts]]


def _solve(games: Games, centre: Sequence[float], weight: Sequence[float]) -> tuple[list[float], Matrix]:
    """Return the most likely strengths (log odds), and the inverse of the information there, by Fisher's scoring."""
    theta = list(centre)
    inverse: Matrix = []
    for _ in range(STEPS):
        information = _information(games, theta, weight)
        inverse = _inverted(information)
        gradient = [w * (c - t) for w, c, t in zip(weight, centre, theta, strict=True)]
        for one, two, counts in games:
            chance = _logistic(theta[one] - theta[two])
            spread = inverse[one][one] + inverse[two][two] - 2 * inverse[one][two]
            leverage = counts.games * chance * (1 - chance) * spread
            pull = counts.score - counts.games * chance + leverage * (0.5 - chance)  # Firth's correction
            gradient[one] += pull
            gradient[two] -= pull
        step = [sum(row[at] * gradient[at] for at in range(len(theta))) for row in inverse]
        largest = max(map(abs, step))
        damped = min(1.0, LARGEST_STEP / largest) if largest else 1.0
        theta = [value + damped * change for value, change in zip(theta, step, strict=True)]
        if largest < CLOSE:
            break
    return theta, inverse


def _information(games: Games, theta: Sequence[float], weight: Sequence[float]) -> Matrix:
    size = len(theta)
    matrix = [[weight[row] if row == column else 0.0 for column in range(size)] for row in range(size)]
    for one, two, counts in games:
        chance = _logistic(theta[one] - theta[two])
        _add(matrix, one, two, counts.games * chance * (1 - chance))
    return matrix


def _add(matrix: Matrix, one: int, two: int, value: float) -> None:
    matrix[one][one] += value
    matrix[two][two] += value
    matrix[one][two] -= value
    matrix[two][one] -= value


def _sandwich(games: Games, theta: Sequence[float], weight: Sequence[float], inverse: Matrix) -> Matrix:
    """Return the covariance, given that a draw varies less than a win and a loss."""
    size = len(theta)
    meat = [[weight[row] if row == column else 0.0 for column in range(size)] for row in range(size)]
    for one, two, counts in games:
        chance = _logistic(theta[one] - theta[two])
        binomial = counts.games * chance * (1 - chance)
        _add(meat, one, two, max(binomial - counts.draws / 4, binomial / 20))
    return _product(_product(inverse, meat), inverse)


def _against_mean(covariance: Matrix) -> list[float]:
    """Return the variances of all against the mean of all."""
    size = len(covariance)
    rows = [sum(row) / size for row in covariance]
    whole = sum(rows) / size
    return [covariance[at][at] - 2 * rows[at] + whole for at in range(size)]


def fit_player(results: Iterable[tuple[Strength, Counts]], prior: Strength | None = None) -> Strength:
    """Return the strength of a player whose games with each of some opponents are ``results``.

    Mean and standard deviation of what is left of the prior, summed over POINTS values: no lock, and no other player.
    An opponent whose own strength is unsure tells less: its logistic curve is flattened by
    ``1 / sqrt(1 + pi * variance / 8)`` (MacKay, 1992).  Drawn games tell more, as in ``fit_league``.
    """
    before = prior or Strength(deviation=PLAYER_DEVIATION)
    centre, width = (before.rating - FIRST_RATING) * SCALE, before.deviation * SCALE
    seen = [
        ((item.rating - FIRST_RATING) * SCALE, 1 / sqrt(1 + pi * (item.deviation * SCALE) ** 2 / 8), counts)
        for item, counts in results
        if counts.games > 0
    ]
    if not seen:
        return before
    middle, spread = _peak(seen, centre, width)
    values = [middle + spread * WIDE * (2 * at / (POINTS - 1) - 1) for at in range(POINTS)]
    weight = _weight_of_games(seen, middle)
    heights = [weight * _likelihood(seen, value) - ((value - centre) / width) ** 2 / 2 for value in values]
    highest = max(heights)
    masses = [exp(height - highest) for height in heights]
    whole = sum(masses)
    mean = sum(mass * value for mass, value in zip(masses, values, strict=True)) / whole
    variance = sum(mass * (value - mean) ** 2 for mass, value in zip(masses, values, strict=True)) / whole
    games = round(sum(counts.games for _, _, counts in seen))
    return Strength(FIRST_RATING + mean / SCALE, sqrt(variance) / SCALE, games)


Seen = list[tuple[float, float, Counts]]
POINTS, WIDE = 81, 6.0
"""How many values are summed over, and how many standard deviations they reach to each side."""


def _peak(seen: Seen, centre: float, width: float) -> tuple[float, float]:
    """Return the most likely value, by Newton's method in one dimension, and the standard deviation there."""
    value, curvature = centre, 1 / width**2
    for _ in range(STEPS):
        slope, curvature = (centre - value) / width**2, 1 / width**2
        for other, flat, counts in seen:
            chance = _logistic(flat * (value - other))
            slope += flat * (counts.score - counts.games * chance)
            curvature += flat * flat * counts.games * chance * (1 - chance)
        step = slope / curvature
        value += max(-LARGEST_STEP, min(LARGEST_STEP, step))
        if abs(step) < CLOSE:
            break
    return value, 1 / sqrt(curvature)


def _weight_of_games(seen: Seen, value: float) -> float:
    """Return how much more games tell because some of them were drawn: 1 where none was."""
    binomial = drawn = 0.0
    for other, flat, counts in seen:
        chance = _logistic(flat * (value - other))
        binomial += counts.games * chance * (1 - chance)
        drawn += counts.draws / 4
    return binomial / max(binomial - drawn, binomial / 20)


def _likelihood(seen: Seen, value: float) -> float:
    total = 0.0
    for other, flat, counts in seen:
        gap = flat * (value - other)
        total += counts.score * _log_logistic(gap) + (counts.games - counts.score) * _log_logistic(-gap)
    return total


def _log_logistic(value: float) -> float:
    return -log1p(exp(-value)) if value >= 0 else value - log1p(exp(value))


def _logistic(value: float) -> float:
    if value >= 0:
        return 1 / (1 + exp(-value))
    power = exp(value)
    return power / (1 + power)


def _product(one: Matrix, two: Matrix) -> Matrix:
    columns = list(zip(*two, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in one]


def _inverted(matrix: Matrix) -> Matrix:
    """Return the inverse of a symmetric, positive definite matrix (Gauss and Jordan)."""
    size = len(matrix)
    rows = [[*row, *(1.0 if at == column else 0.0 for column in range(size))] for at, row in enumerate(matrix)]
    for at in range(size):
        pivot = rows[at][at]
        rows[at] = [value / pivot for value in rows[at]]
        for other in range(size):
            factor = rows[other][at]
            if other != at and factor:
                rows[other] = [value - factor * base for value, base in zip(rows[other], rows[at], strict=True)]
    return [row[size:] for row in rows]
