"""One player's placement priors, one for each of ``BLOCKS``: weights of placements and of ships that touch.

- ``usual``: of all fleets; or, where the player seems to have two styles, of those of the one laid oftener;
- ``recent``: of the latest fleets, for players change their habits;
- ``other``: of the fleets of the other style; without one, what follows from the last fleets.

The expert weighs them against each other and against uniform fleets by the answers within a game.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from ai_functions.policies.battleship.expert import BLOCK_COLUMNS, BLOCKS
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import clashes, infer, touches
from ai_functions.policies.battleship.placements import PLACEMENT_SCALE, PLACEMENTS
from games.battleship.fleet import STANDARD
from games.battleship.observation import ShootObservation
from training.games.battleship.habits.gaussian_process import fit_prior
from training.games.battleship.habits.sequence import following
from training.games.battleship.habits.styles import two_styles
from training.games.battleship.habits.weights import aged, numbers_of, uniform_use, used_placements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from training.games.battleship.habits.gaussian_process import FittedPrior

HALVED_AFTER = 4
"""After so many later games a fleet counts half among the latest."""
TOUCHING_SPREAD = 1.0
DRAWN = 4000
_FITTED, _CAREFUL, _ODDS = 8, 0.8, 8.0


def blocks_of(fleets: Sequence[Placement], seed: int) -> list[NDArray[np.float64]]:
    """Return what a player's fleets, oldest first, tell: shape (BLOCK_COLUMNS,) for each of the expert's ``BLOCKS``."""
    if not fleets:
        return [np.zeros(BLOCK_COLUMNS) for _ in BLOCKS]
    numbers, usual = numbers_of(fleets), uniform_use(seed)
    every = np.ones(len(fleets))
    whole = fit_prior(used_placements(numbers, every), usual * len(fleets))
    lately = aged(len(fleets), HALVED_AFTER)
    recent = fit_prior(used_placements(numbers, lately), usual * lately.sum(), whole.strengths)
    styles = two_styles(numbers, usual, whole)
    if styles is None:
        next_one = _as_block(following(numbers, usual), 0.0)
        return [_block(whole, numbers, every, seed), _block(recent, numbers, lately, seed), next_one]
    (one, mine), (two, others) = styles
    return [_block(one, numbers, mine, seed), _block(recent, numbers, lately, seed), _block(two, numbers, others, seed)]


def _block(
    prior: FittedPrior, numbers: NDArray[np.int64], counts: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    scores = weigh(prior.scores, uniform_use(seed))
    return _as_block(scores, touching_weight(numbers, counts, np.exp(scores), seed))


def _as_block(scores: NDArray[np.float64], touching: float) -> NDArray[np.float64]:
    """Return weights of the columns that placements have of their own, and of the one for ships that touch."""
    block = np.zeros(BLOCK_COLUMNS)
    block[-PLACEMENTS - 1 : -1] = np.clip(scores - scores.mean(), -_ODDS, _ODDS) / PLACEMENT_SCALE
    block[-1] = touching
    return block


def weigh(scores: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logarithms of placements' weights by which whole fleets use placements as ``scores`` says.

    Ships keep out of each other's way, so a fleet uses heavy placements less often than they weigh: the weights are
    fitted to the use in turns (iterative proportional fitting), not to the end where the fleets are too few for it.
    """
    geometry = board_geometry(STANDARD)
    wanted = usual * np.exp(scores)
    weight = np.exp(scores)
    for _ in range(_FITTED):
        found = infer(ShootObservation(STANDARD, ()), weight).placement
        weight = weight * (wanted / np.maximum(found, 1e-12)) ** _CAREFUL
        weight /= np.exp(np.add.reduceat(np.log(weight), geometry.first[:-1]) / np.diff(geometry.first))[geometry.ship]
    return np.asarray(np.log(weight))


def touching_weight(
    numbers: NDArray[np.int64], counts: NDArray[np.float64], weight: NDArray[np.float64], seed: int
) -> float:
    """Return the logarithm of how much more a fleet counts for every two of its ships that lie side by side.

    It makes the player's own mean number of such pairs likeliest, among fleets drawn by the placements' ``weight``;
    shrunk towards none by a normal prior of deviation TOUCHING_SPREAD.
    """
    touch = touches(STANDARD)
    usual = _pairs(touch, _drawn(weight, seed))
    total = float(np.sum(counts))
    mean = float(np.average(_pairs(touch, numbers), weights=counts))

    def loss(log_weight: float) -> float:
        spread = np.log(np.mean(np.exp(log_weight * usual)))
        return float(total * (spread - log_weight * mean) + (log_weight / TOUCHING_SPREAD) ** 2 / 2)

    return float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x)


def _pairs(touch: NDArray[np.float32], fleets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many pairs of ships of each fleet lie side by side, for fleets as placements' numbers."""
    return np.asarray(touch[fleets[:, :, None], fleets[:, None, :]].sum(axis=(1, 2)) / 2, np.float64)


def _drawn(weight: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return some fleets by how much each placement counts, as placements' numbers."""
    generator = np.random.default_rng(seed)
    first = board_geometry(STANDARD).first
    columns = []
    for begin, end in pairwise(first):
        share = weight[begin:end] / weight[begin:end].sum()
        columns.append(begin + generator.choice(end - begin, DRAWN, p=share))
    fleets = np.stack(columns, axis=1)
    clash = clashes(STANDARD)
    overlaps = clash[fleets[:, :, None], fleets[:, None, :]].sum(axis=(1, 2)) - fleets.shape[1]
    whole = fleets[overlaps == 0]
    return whole if len(whole) else fleets
