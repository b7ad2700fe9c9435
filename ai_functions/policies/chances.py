"""From what candidates are worth to how likely each is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 1e-7
"""Probabilities nearer to 0 or 1 count as this near: their odds stay finite."""


def softmax(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities in proportion to exp(score / temperature); at 0 all of it to the best, shared evenly."""
    if temperature <= 0:
        best = scores == scores.max()
        return np.asarray(best / best.sum(), np.float64)
    weight = np.exp((scores - scores.max()) / temperature)
    return np.asarray(weight / weight.sum())


def log_odds_of(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds of probabilities, of any shape."""
    kept = np.clip(chances, LEAST, 1 - LEAST)
    odds: NDArray[np.float64] = np.log(kept) - np.log1p(-kept)
    return odds
