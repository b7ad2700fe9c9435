"""Leagues of known strength, played by chance: what the ratings make of them, beside the truth."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import fmean, stdev

from infra.services.rater.strengths import FIRST_RATING, PLAYER_DEVIATION, Counts, expected, fit_league, fit_player

GAPS = (70.0, 121.0, 191.0)
"""Between neighbours of the league, in points: its lowest is 70, 191 and 382 points below the others."""


@dataclass(frozen=True, slots=True)
class Study:
    """What is played."""

    leagues: int = 1000
    games: int = 25
    """Of each pair of functions in a league."""
    person_games: int = 25
    """Of a person with each function."""
    draws: float = 0.0
    """How often, between equals, a game is drawn."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap, on the mean of all leagues, in points."""

    true: float
    shown: float
    error: float
    """The standard error of ``shown``."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it."""

    gaps: tuple[Gap, ...]
    covered: float
    """Which share of the functions' 95 % intervals held the true rating."""
    people_covered: float
    """The same of persons, whose true ratings are drawn from their prior."""


def run_study(study: Study, seed: int) -> Found:
    """Play ``study`` and return what came of it; the same for the same ``seed``."""
    rng = random.Random(seed)  # noqa: S311 - chance, not secrets
    true = _true_ratings()
    gaps: dict[str, list[float]] = {name: [] for name in list(true)[1:]}
    held = people = 0
    lowest = next(iter(true))
    for _ in range(study.leagues):
        results = {
            (one, two): _played(true[one] - true[two], study.games, study.draws, rng)
            for one, two in combinations(true, 2)
        }
        fitted = fit_league(results)
        for name, shown in gaps.items():
            shown.append(fitted[name].rating - fitted[lowest].rating)
        held += sum(_holds(fitted[name].interval, rating) for name, rating in true.items())
        person = rng.gauss(FIRST_RATING, PLAYER_DEVIATION)
        games = ((fitted[name], _played(person - rating, study.person_games, study.draws, rng))
                 for name, rating in true.items())  # fmt: skip
        people += _holds(fit_player(games).interval, person)
    told = tuple(
        Gap(true[name] - true[lowest], fmean(shown), stdev(shown) / sqrt(study.leagues)) for name, shown in gaps.items()
    )
    return Found(told, held / (study.leagues * len(true)), people / study.leagues)


def _true_ratings() -> dict[str, float]:
    ratings = [0.0]
    for gap in GAPS:
        ratings.append(ratings[-1] + gap)
    mean = fmean(ratings)
    return {f"function_{at}": FIRST_RATING + rating - mean for at, rating in enumerate(ratings)}


def _played(gap: float, games: int, draws: float, rng: random.Random) -> Counts:
    """Return how ``games`` between two ``gap`` points apart end; the expected score is that of the gap."""
    score = expected(gap)
    drawn = draws * 2 * min(score, 1 - score)
    counts = [0, 0, 0]
    for _ in range(games):
        draw = rng.random()
        counts[1 if draw < drawn else 0 if draw < drawn / 2 + score else 2] += 1
    return Counts(*counts)


def _holds(interval: tuple[float, float], rating: float) -> bool:
    return interval[0] <= rating <= interval[1]
