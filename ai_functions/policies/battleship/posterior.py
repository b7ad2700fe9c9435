"""The posterior over whole fleets as numbers: what the strongest player knows of each cell.

Several priors stand side by side, from the uniform fleet to what was learned of one player; each is believed as far as
the answers so far bear it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_array, board_geometry
from ai_functions.policies.battleship.inference import PAIRS, infer
from games.battleship.observation import ShootObservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.battleship.features import BoardGeometry
    from games.battleship.fleet import Variant

WORTH_FEATURES = (
    "longest", "shortest", "goes_on", "around", "open_sides", "misses_beside", "shorter_run", "longer_run", "crowded",
    "sides_off_board", "centre", "parity_habit", "sinks", "met", "tried_diagonals", "next_best", "placements_left",
)  # fmt: skip
"""What a row says of a cell beside the logarithm of its chance, which is its first column."""
PHASES = ("hunting", "hunting_shortest", "hunting_longer", "chasing")
"""A row holds the features in its phase's columns: a shooter hunts otherwise when ships of the shortest kind alone are
afloat, and when none of them is."""
WORTH_ROW = ("log_chance", *(f"{phase}.{name}" for phase in PHASES for name in WORTH_FEATURES))
"""The columns of a cell's row."""
WORTH_COLUMNS = len(WORTH_ROW)
CHASING = 0.5
"""From so many ships on, expected to have been hit and still afloat, a shooter chases."""
LEAST_MISS = 0.05
"""Misses less likely count as this likely where a chance is divided by theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """A way a player may lay fleets."""

    name: str
    belief: float
    """Before the first shot; the beliefs of all priors sum to 1."""
    weight: NDArray[np.float64] | None
    """Shape (placements,): how much each placement counts; None for uniform fleets."""
    touching: float
    """How much more a fleet counts for every two of its ships that lie side by side."""
    fleets: float
    """How many fleets there are on an untouched board, as this prior counts them."""


def make_prior(
    variant: Variant, name: str, belief: float, weight: NDArray[np.float64] | None, touching: float = 1.0
) -> Prior:
    """Return a prior with its fleets counted."""
    return Prior(name, belief, weight, touching, infer(ShootObservation(variant, ()), weight, touching).evidence)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed after the shots fired."""

    geometry: BoardGeometry
    placement: NDArray[np.float64]
    """Shape (placements,): how likely a ship lies there."""
    cell: NDArray[np.float64]
    """Shape (cells,): how likely any ship does."""
    beliefs: tuple[float, ...]
    """In each prior, in their order."""
    log_fleets: float
    """Natural logarithm of how many uniform fleets are left."""
    exact: bool
    """Whether every fleet was looked at; else those not met yet were counted, not listed."""


def believe(observation: ShootObservation, priors: Sequence[Prior], pairs: int = PAIRS) -> Posterior:
    """Return the posterior over all ``priors``, the uniform one first.

    Raises ObservationError where no fleet agrees.
    """
    geometry = board_geometry(observation.variant)
    each = [infer(observation, prior.weight, prior.touching, pairs) for prior in priors]
    share = np.array([prior.belief * one.evidence / prior.fleets for prior, one in zip(priors, each, strict=True)])
    share /= share.sum()
    placement = np.einsum("p,pb->b", share, np.stack([one.placement for one in each]))
    return Posterior(
        geometry,
        placement,
        np.clip(placement.astype(np.float32) @ geometry.cover, 0, 1).astype(np.float64),
        tuple(share.tolist()),
        float(np.log(each[0].evidence)),
        all(one.exact for one in each),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Chart:
    """What is around each cell of a board."""

    links: NDArray[np.float32]
    """Shape (placements, 2 x cells): 1 where a placement holds a cell and the next one, to the right and then
    downwards."""
    diagonal: NDArray[np.float32]
    """Shape (cells, cells)."""
    sides: NDArray[np.float64]
    """Shape (cells,): the part of a cell's four sides that the board's edge is."""


@lru_cache(maxsize=8)
def _chart(variant: Variant) -> _Chart:
    geometry = board_geometry(variant)
    cells = variant.size**2
    links = np.zeros((len(geometry.placements), 2, cells), np.float32)
    for number, placement in enumerate(geometry.placements):
        held = np.flatnonzero(geometry.cover[number])
        links[number, int(placement.vertical), held[:-1]] = 1
    down, right = np.abs(geometry.row[:, None] - geometry.row), np.abs(geometry.column[:, None] - geometry.column)
    sides = 1 - geometry.beside.sum(axis=1) / 4
    return _Chart(
        links.reshape(len(links), -1), ((down == 1) & (right == 1)).astype(np.float32), sides.astype(np.float64)
    )


def worth_rows(observation: ShootObservation, posterior: Posterior, cells: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return shape (len(cells), WORTH_COLUMNS): a row for each of ``cells``, which have not been shot at."""
    geometry, chart, variant = posterior.geometry, _chart(observation.variant), observation.variant
    history = observation.history
    shot_at, misses = board_array(history.tried, variant), board_array(history.misses, variant)
    hits, closed = board_array(history.hits, variant), board_array(history.misses | history.sinking, variant)
    chance = np.maximum(posterior.cell[cells], 1e-9)
    afloat = np.array([name in observation.afloat for name in variant.names])
    struck = geometry.cover @ hits.astype(np.float32)
    floating = np.where(afloat[geometry.ship], posterior.placement, 0).astype(np.float32)
    met = np.where(struck > 0, floating, 0)
    last = np.where(struck == geometry.length - 1, met, 0)
    lengths = np.array([length for _, length in variant.fleet])
    longest = int(np.argmax(np.where(afloat, lengths, 0)))
    shortest = int(len(lengths) - 1 - np.argmin(np.where(afloat, lengths, variant.size + 1)[::-1]))
    ships = [np.where(geometry.ship == ship, floating, 0) for ship in (longest, shortest)]
    surprise = floating * np.log(np.maximum(floating, 1e-30))
    of_each = np.stack([*ships, last, met, floating, surprise]) @ geometry.cover
    of_longest, of_shortest, sinks, met_here, any_ship, surprise_here = of_each
    untried = (~shot_at).astype(np.float32)
    beside = geometry.beside[cells]
    features = np.empty((len(cells), len(WORTH_FEATURES)))
    of = {name: features[:, number] for number, name in enumerate(WORTH_FEATURES)}
    of["longest"][:] = of_longest[cells] / chance
    of["shortest"][:] = of_shortest[cells] / chance
    of["goes_on"][:] = _goes_on(floating @ chart.links, untried, variant.size)[cells] / chance
    of["around"][:] = beside @ (untried * any_ship) / (4 * chance)
    of["open_sides"][:] = beside @ untried / 4
    of["misses_beside"][:] = beside @ misses.astype(np.float32) / 4
    across, along = _runs(closed.reshape(variant.size, -1))
    of["shorter_run"][:] = np.log(np.minimum(across, along)[cells])
    of["longer_run"][:] = np.log(np.maximum(across, along)[cells])
    tried = 1 - untried
    of["crowded"][:] = geometry.around[cells] @ tried / 24
    of["sides_off_board"][:] = chart.sides[cells]
    of["centre"][:] = geometry.place[cells, 2]
    habit = float(geometry.place[shot_at, 0].mean()) - 0.5 if shot_at.any() else 0.0
    of["parity_habit"][:] = habit * (2 * geometry.place[cells, 0] - 1)
    of["sinks"][:] = sinks[cells] / chance
    of["met"][:] = met_here[cells] / chance
    of["tried_diagonals"][:] = chart.diagonal[cells] @ tried / 4
    both = (geometry.cover[:, cells].T * floating) @ geometry.cover
    missed = untried * (any_ship - both)
    of["next_best"][:] = missed.max(axis=1) / (np.maximum(1 - chance, LEAST_MISS) * chance)
    of["placements_left"][:] = np.log(chance) - surprise_here[cells] / chance
    rows = np.zeros((len(features), len(PHASES), len(WORTH_FEATURES)))
    rows[:, _phase(lengths, afloat, chasing=met.sum() > CHASING)] = features
    return np.hstack([np.log(chance)[:, None], rows.reshape(len(rows), -1)]).astype(np.float32)


def _phase(lengths: NDArray[np.int64], afloat: NDArray[np.bool_], *, chasing: bool) -> int:
    """Return the number of the shooter's phase in ``PHASES``."""
    if chasing:
        return 3
    if lengths[afloat].max() == lengths.min():
        return 1
    return 2 if lengths[afloat].min() > lengths.min() else 0


def _goes_on(links: NDArray[np.float32], untried: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return shape (cells,): the chance that a ship here also holds the untried neighbour it likeliest holds."""
    right, down = links.reshape(2, size, size)
    free = untried.reshape(size, size)
    best = np.zeros((size, size), np.float32)
    best[:, :-1] = np.maximum(best[:, :-1], right[:, :-1] * free[:, 1:])
    best[:, 1:] = np.maximum(best[:, 1:], right[:, :-1] * free[:, :-1])
    best[:-1] = np.maximum(best[:-1], down[:-1] * free[1:])
    best[1:] = np.maximum(best[1:], down[:-1] * free[:-1])
    return best.ravel()


def _runs(closed: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many cells the open stretch through each cell has, across and downwards; at least 1."""
    across, along = _stretches(np.stack([closed, closed.T]))
    return across.ravel(), along.T.ravel()


def _stretches(closed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many cells the open stretch through each has along the last axis."""
    place = np.arange(closed.shape[-1])
    before = np.maximum.accumulate(np.where(closed, place, -1), axis=-1)
    after = np.minimum.accumulate(np.where(closed, place, len(place))[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(np.maximum(after - before - 1, 1), np.int64)


def sink_chances(observation: ShootObservation, posterior: Posterior) -> NDArray[np.float64]:
    """Return shape (cells,): how likely a shot sinks a ship."""
    geometry, hits = posterior.geometry, board_array(observation.history.hits, observation.variant)
    last = (geometry.cover @ hits == geometry.length - 1) * posterior.placement
    return np.asarray(last @ (geometry.cover * ~hits), np.float64)
