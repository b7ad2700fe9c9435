"""Whether a player has two styles of laying fleets, and which fleet is of which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from training.games.battleship.habits.gaussian_process import fit_prior
from training.games.battleship.habits.kernels import kernels
from training.games.battleship.habits.weights import used_placements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.games.battleship.habits.gaussian_process import FittedPrior

LEAST = 2
"""Fleets a style has."""
FEW = 6
"""Fewer fleets than these are of one style."""
TWO = np.log(20.0)
"""For two styles, as a logarithm of odds: to take one style for two costs less than to take two for one.  Chosen by how
likely the next fleets of ``training.games.battleship.players.habitual.HABITS`` are."""
_STEPS, _TURNS, _AXES = 5, 2, 2

Style = tuple["FittedPrior", "NDArray[np.float64]"]
"""A prior, and how much each fleet counts for it: 1 or 0."""


def two_styles(
    numbers: NDArray[np.int64], usual: NDArray[np.float64], whole: FittedPrior
) -> tuple[Style, Style] | None:
    """Return two styles, the one laid oftener first, if the fleets are likelier as theirs than by ``whole``.

    ``numbers`` are the fleets' placements, shape (fleets, ships).  The odds are those of the evidence, every number of
    fleets of the first style being as likely as any other.
    """
    best, odds = None, whole.evidence
    for labels in _guesses(numbers) if len(numbers) >= FEW else ():
        of_one = labels
        for _ in range(_TURNS):
            styles = _learn(numbers, usual, of_one), _learn(numbers, usual, ~of_one)
            found = styles[0][0].evidence + styles[1][0].evidence + _halves(int(of_one.sum()), len(numbers)) + TWO
            if found > odds:
                best, odds = styles, found
            fits = [style.scores[numbers].sum(axis=1) + np.log(counts.mean()) for style, counts in styles]
            moved = fits[0] > fits[1]
            if (moved == of_one).all() or not LEAST <= moved.sum() <= len(numbers) - LEAST:
                break
            of_one = moved
    if best is not None and best[0][1].sum() < best[1][1].sum():
        return best[1], best[0]
    return best


def _guesses(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    """Yield ways to part the fleets in two: along the principal axes of the kernels' mean."""
    used = np.stack([used_placements(fleet[None], np.ones(1)) for fleet in numbers])
    alike = used @ kernels().mean(axis=0) @ used.T
    centre = np.eye(len(used)) - 1 / len(used)
    _, axes = np.linalg.eigh(centre @ alike @ centre)
    for axis in range(1, _AXES + 1):
        labels = axes[:, -axis] > 0
        if LEAST <= labels.sum() <= len(numbers) - LEAST:
            yield labels


def _learn(numbers: NDArray[np.int64], usual: NDArray[np.float64], chosen: NDArray[np.bool_]) -> Style:
    counts = chosen.astype(np.float64)
    return fit_prior(used_placements(numbers, counts), usual * counts.sum(), steps=_STEPS), counts


def _halves(one: int, both: int) -> float:
    """Return the logarithm of how likely just these of ``both`` fleets are of the first style."""
    return float(gammaln(one + 1) + gammaln(both - one + 1) - gammaln(both + 2))
