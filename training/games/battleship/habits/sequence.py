"""How a player's next fleet follows from the last ones: the same placements, nearly the same, or never again.

A log-linear model of each ship's placement, beside uniform fleets.  How strongly each trait counts is what makes that
player's fleets likeliest, each given those before it; a normal prior shrinks it towards what is usual.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from ai_functions.policies.battleship.features import board_geometry
from games.battleship.fleet import STANDARD
from training.games.battleship.habits.kernels import nearness
from training.games.battleship.habits.weights import aged, used_placements

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALVED_AFTER = 8
"""After so many later games a fleet counts half."""
USUAL, SPREAD = np.array([1.0, 0.0, 0.0, 0.0, 0.0]), np.array([0.3, 2.0, 2.0, 2.0, 2.0])
"""Mean and deviation of how strongly players heed each trait.  Chosen by how likely the next fleets of
``training.games.battleship.players.habitual.HABITS`` are."""


def following(numbers: NDArray[np.int64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (PLACEMENTS,): log of how much more often the next fleet uses each than a uniform one does.

    ``numbers`` are the fleets so far as placements' numbers, oldest first, shape (fleets, ships); ``usual`` is how
    often a uniform fleet uses each placement.
    """
    traits = np.stack([_traits(numbers[: seen + 1], usual) for seen in range(len(numbers))])
    used = np.zeros((len(numbers) - 1, len(usual)))
    used[np.arange(len(used))[:, None], numbers[1:]] = 1
    counts = aged(len(numbers), HALVED_AFTER)[1:]
    told = (traits[:-1], used * counts[:, None], usual)
    strength = minimize(_unlikely, USUAL, told, method="L-BFGS-B", jac=True).x
    return np.asarray(traits[-1] @ strength, np.float64)


def _traits(numbers: NDArray[np.int64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (PLACEMENTS, traits): how often each was used lately, and what the last two fleets had there."""
    counts = aged(len(numbers), HALVED_AFTER)
    columns = [np.log((used_placements(numbers, counts) + usual) / (usual * (counts.sum() + 1)))]
    for ago in (1, 2):
        fleet = numbers[-ago] if len(numbers) >= ago else numbers[0, :0]
        columns += [_crossing()[:, fleet].any(axis=1), nearness()[:, fleet].sum(axis=1)]
    return np.stack(columns, axis=1)


@lru_cache(maxsize=1)
def _crossing() -> NDArray[np.bool_]:
    """Return shape (PLACEMENTS, PLACEMENTS): whether two placements, of whichever ships, share water."""
    cover = board_geometry(STANDARD).cover
    return np.asarray(cover @ cover.T > 0, np.bool_)


def _unlikely(
    strength: NDArray[np.float64], traits: NDArray[np.float64], used: NDArray[np.float64], usual: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return how unlikely ``strength`` makes the uses, as a negative logarithm, and its slope.

    ``used`` is how much each use counts, shape (fleets, PLACEMENTS), after the fleets of which ``traits`` tell.
    """
    off = (strength - USUAL) / SPREAD
    loss, slope = float(off @ off) / 2, off / SPREAD
    for begin, end in pairwise(board_geometry(STANDARD).first):
        seen, chosen = traits[:, begin:end], used[:, begin:end]
        score = log_softmax(seen @ strength + np.log(usual[begin:end]), axis=1)
        loss -= float(np.sum(chosen * score))
        slope = slope - np.einsum("tb,tbk->k", chosen - chosen.sum(axis=1, keepdims=True) * np.exp(score), seen)
    return loss, slope
