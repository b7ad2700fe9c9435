"""One player's placement prior: a Gaussian process over placements, with a strength for each kernel.

How often each placement was used is a Poisson count whose logarithmic rate, compared with uniform fleets, is the sum of
one function for each of ``kernels``.  The strength of each kernel is what makes the counts likeliest (automatic
relevance determination: MacKay 1992; Laplace's approximation as in Rasmussen and Williams 2006, sections 3.4 and 5.5):
someone who lays all ships upright is known for that after a few fleets, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import spotrf, spotri

from ai_functions.policies.battleship.features import board_geometry
from games.battleship.fleet import STANDARD
from training.games.battleship.habits.kernels import kernels

Single = NDArray[np.float32]
USUAL_STRENGTH, SPREAD = np.log(0.01), 2.0
"""Strengths are variances; their logarithms have this normal distribution among players.  Chosen by how likely the next
fleets of ``training.games.battleship.players.habitual.HABITS`` are."""
START = np.log(0.05)
STEPS, LAST_STEP, SLOWER = 20, 0.15, 0.5
"""How often strengths are mended, how little the last time changes them, and how much slower those that turn back."""
_SHIP = 9.0
"""Variance of what a ship's placements have in common; the counts settle it."""
_NEWTON, _NEWTON_STEP, _SETTLED = 12, 3.0, 0.1
_FAINT, _LOUD = -12.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class FittedPrior:
    """What was learned of one player's placements."""

    scores: NDArray[np.float64]
    """Shape (PLACEMENTS,): logarithm of how much more often each placement is used than by uniform fleets."""
    strengths: NDArray[np.float64]
    """Shape (kernels,): logarithms of variances."""
    evidence: float
    """Logarithm of how likely the counts are, by Laplace's approximation; comparable for one player's fleets alone."""


def fit_prior(
    used: NDArray[np.float64],
    usual: NDArray[np.float64],
    strengths: NDArray[np.float64] | None = None,
    steps: int = STEPS,
) -> FittedPrior:
    """Return a prior from how often each placement was used, and is by that many uniform fleets; shapes (PLACEMENTS,).

    ``strengths`` is where to look first, ``steps`` how long to look for better ones.
    """
    counts, rate = used.astype(np.float32), usual.astype(np.float32)
    strength = np.full(len(kernels()), START) if strengths is None else strengths
    scores = np.zeros(len(used), np.float32)
    step, pace = np.zeros(len(strength)), np.ones(len(strength))
    for _ in range(steps):
        scores, factor, root = _mode(_prior(strength), counts, rate, scores)
        better = _better(strength, counts - rate * np.exp(scores), _residual(factor, root))
        pace[better * step < 0] *= SLOWER
        step = pace * better
        strength = strength + step
        if np.abs(step).max() < LAST_STEP:
            break
    scores, factor, root = _mode(_prior(strength), counts, rate, scores)
    surplus = counts - root**2
    likely = counts @ scores - (root**2).sum() - surplus @ scores / 2 - np.log(factor.diagonal()).sum()
    unusual = (((strength - USUAL_STRENGTH) / SPREAD) ** 2).sum() / 2
    return FittedPrior(_normal(scores.astype(np.float64), usual), strength, float(likely - unusual))


def _normal(scores: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores by which each ship is in one placement."""
    geometry = board_geometry(STANDARD)
    used = np.add.reduceat(usual * np.exp(scores), geometry.first[:-1])
    return np.asarray(scores - np.log(used / np.add.reduceat(usual, geometry.first[:-1]))[geometry.ship])


def _prior(strength: NDArray[np.float64]) -> Single:
    ship = board_geometry(STANDARD).ship
    mixed = np.exp(strength).astype(np.float32) @ kernels().reshape(len(strength), -1)
    return np.asarray(mixed.reshape(len(ship), -1) + _SHIP * (ship[:, None] == ship), np.float32)


def _mode(prior: Single, counts: Single, rate: Single, scores: Single) -> tuple[Single, Single, Single]:
    """Return the likeliest scores, the Cholesky factor of 1 + root * prior * root there, and root (algorithm 3.1)."""
    for _ in range(_NEWTON):
        factor, root = _factor(prior, rate, scores)
        target = root**2 * scores + counts - root**2
        half = solve_triangular(factor, root * (prior @ target), lower=True, check_finite=False)
        half = solve_triangular(factor, half, lower=True, trans=1, check_finite=False)
        change = prior @ (target - root * half) - scores
        size = float(np.abs(change).max())
        scores = scores + change * min(1.0, _NEWTON_STEP / max(size, _SETTLED))
        if size < _SETTLED:
            break
    return scores, *_factor(prior, rate, scores)


def _factor(prior: Single, rate: Single, scores: Single) -> tuple[Single, Single]:
    root = np.sqrt(rate * np.exp(np.clip(scores, _FAINT, _LOUD)))
    factor, _ = spotrf(np.eye(len(root), dtype=np.float32) + root[:, None] * prior * root, lower=1)
    return factor, root


def _residual(factor: Single, root: Single) -> Single:
    """Return the inverse of prior + 1 / root^2."""
    inverse, _ = spotri(factor, lower=1)
    inverse = np.tril(inverse)
    inverse += np.tril(inverse, -1).T
    return np.asarray(root[:, None] * inverse * root, np.float32)


def _better(strength: NDArray[np.float64], surplus: Single, residual: Single) -> NDArray[np.float64]:
    """Return a step up the evidence: its explicit derivatives (equation 5.22), over those of its spread."""
    both = np.stack([np.outer(surplus, surplus).ravel(), residual.ravel()], axis=1)
    gained, paid = np.exp(strength) * (kernels().reshape(len(strength), -1) @ both).T
    slope = (gained - paid) / 2 - (strength - USUAL_STRENGTH) / SPREAD**2
    return np.asarray(np.clip(slope / (np.maximum(paid, 0) / 2 + SPREAD**-2), -1, 1), np.float64)
