"""The posterior over whole fleets as numbers: what the strongest player knows of each cell.

Several priors stand side by side, from the uniform fleet to what was learned of one player; each is believed as far as
the answers heard so far bear it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship import CELL_COLUMNS, cell_rows, hear, sea
from ai_functions.features.battleship_fleets import PAIRS, infer
from games.battleship.notation import HIT
from games.battleship.observation import ShootObservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from ai_functions.features.battleship import Sea
    from ai_functions.features.battleship_fleets import Fleets
    from games.battleship.fleet import Variant

FLEET_FEATURES = ("chance", "log_chance", "sinks", "hit_then_hit", "miss_then_hit", "entropy", "longest", "shortest")
"""What a row says of a cell beyond ``CELL_FEATURES``, which follow; twice too, for hunting and chasing."""
FLEET_COLUMNS = 2 * len(FLEET_FEATURES) + CELL_COLUMNS
_FOLLOWED = 1000
"""Fleets that the look one shot ahead is taken on."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """A way a player may lay fleets."""

    name: str
    belief: float
    """Before anything is heard; the beliefs of all priors sum to 1."""
    weight: NDArray[np.float64] | None
    """Shape (berths,): how much each berth counts; None for uniform fleets."""
    fleets: float
    """How many fleets there are on an untouched sea, as this prior counts them."""


def make_prior(variant: Variant, name: str, belief: float, weight: NDArray[np.float64] | None) -> Prior:
    """Return a prior with its fleets counted."""
    untouched = infer(ShootObservation(variant, ()), np.random.default_rng(0), weight)
    return Prior(name, belief, weight, untouched.evidence)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed after the answers heard."""

    waters: Sea
    berth: NDArray[np.float64]
    """Shape (berths,): how likely a ship lies there."""
    cell: NDArray[np.float64]
    """Shape (cells,): how likely any ship does."""
    beliefs: tuple[float, ...]
    """In each prior, in their order."""
    log_fleets: float
    """Natural logarithm of how many uniform fleets are left."""
    fleets: Fleets
    """Those of the likeliest prior."""


def believe(
    observation: ShootObservation, priors: Sequence[Prior], generator: Generator, pairs: int = PAIRS
) -> Posterior:
    """Return the posterior over all ``priors``.  Raises ObservationError where no fleet agrees."""
    waters = sea(observation.variant)
    each = [infer(observation, generator, prior.weight, pairs) for prior in priors]
    share = np.array([prior.belief * one.evidence / prior.fleets for prior, one in zip(priors, each, strict=True)])
    share /= share.sum()
    berth = sum(part * one.berth_chances(waters) for part, one in zip(share, each, strict=True))
    assert isinstance(berth, np.ndarray)  # noqa: S101 - there is always the uniform prior
    return Posterior(
        waters,
        berth,
        np.clip(berth @ waters.cover, 0, 1),
        tuple(share.tolist()),
        float(np.log(each[0].evidence)),
        each[int(share.argmax())],
    )


def posterior_rows(observation: ShootObservation, posterior: Posterior, generator: Generator) -> NDArray[np.float32]:
    """Return shape (cells, FLEET_COLUMNS): a row for every cell, those shot at included."""
    waters, chance = posterior.waters, posterior.cell
    heard = hear(observation)
    rows = np.empty((len(chance), len(FLEET_FEATURES)), np.float32)
    clipped = np.clip(chance, 1e-6, 1 - 1e-6)
    rows[:, 0] = chance
    rows[:, 1] = np.log(clipped)
    rows[:, 2] = sink_chances(observation, posterior)
    rows[:, 3:5] = _ahead(posterior, ~heard.tried, generator)
    rows[:, 5] = -(clipped * np.log(clipped) + (1 - clipped) * np.log1p(-clipped))
    lengths = [
        length if alive else None for (_, length), alive in zip(observation.variant.fleet, heard.afloat, strict=True)
    ]
    known = [length for length in lengths if length is not None]
    for column, wanted in ((6, max(known)), (7, min(known))):
        ship = lengths.index(wanted)
        span = slice(waters.first[ship], waters.first[ship + 1])
        rows[:, column] = posterior.berth[span] @ waters.cover[span]
    both = np.zeros((len(chance), 2, len(FLEET_FEATURES)), np.float32)
    both[:, int(bool(heard.open_hits))] = rows
    return np.hstack([both.reshape(len(chance), -1), cell_rows(observation, heard)])


def sink_chances(observation: ShootObservation, posterior: Posterior) -> NDArray[np.float64]:
    """Return shape (cells,): how likely a shot sinks a ship."""
    size = observation.variant.size
    hits = np.zeros(size**2, np.float32)
    hits[[one.cell.row * size + one.cell.column for one in observation.shots if one.result == HIT]] = 1
    waters = posterior.waters
    last = (waters.cover @ hits == waters.length - 1) * posterior.berth
    return np.asarray(last @ (waters.cover * (1 - hits)), np.float64)


def _ahead(posterior: Posterior, untried: NDArray[np.bool_], generator: Generator) -> NDArray[np.float64]:
    """Return shape (cells, 2): the chance to hit and then hit again, and to miss and then hit."""
    rows, weight = posterior.fleets.rows, posterior.fleets.weight
    if len(rows) > _FOLLOWED:
        chosen = generator.choice(len(rows), _FOLLOWED, p=weight)
        rows, weight = rows[chosen], np.full(_FOLLOWED, 1 / _FOLLOWED)
    ships = posterior.waters.cover[rows].sum(axis=1)
    both = (ships * weight[:, None].astype(np.float32)).T @ ships
    alone = np.diag(both).copy()
    np.fill_diagonal(both, 0)
    missed = alone[None, :] - both
    np.fill_diagonal(missed, 0)
    return np.stack([(both * untried).max(axis=1), (missed * untried).max(axis=1)], axis=1)
