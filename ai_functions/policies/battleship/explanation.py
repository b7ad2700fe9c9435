"""Why a player shoots where it does, in numbers and in words.

An explanation of a shot holds ``heat``, the probability of a ship in each cell (rows from the top); ``choice``, how
likely this opponent shoots there; ``best``, its three likeliest shots with reasons; ``entropy_bits``, how much is still
unknown of the fleet; ``exact``, whether the probabilities are exact or nearly so; ``chance_of_winning``, what the
opponent's model says of the race (``win_chance``), None for a variant.  Of a placement: ``heat``, how likely
this opponent has a ship in each cell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_geometry, settle, tried_cells
from ai_functions.policies.battleship.placements import has_standard_placements
from ai_functions.policies.battleship.posterior import sink_chances
from games.battleship.fleet import Cell
from games.battleship.notation import COLUMNS, print_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.battleship.posterior import Posterior, Prior
    from games.battleship.fleet import Variant
    from games.battleship.observation import ShootObservation
    from games.core import Json, JsonObject

BEST = 3
WORTH_SAYING = 0.15
"""A part of the chance that is named: smaller ones are not what decided."""
_HABIT = 1.3
"""How much likelier than under uniform fleets a cell must be to be called a habit."""


def explain_shot(
    observation: ShootObservation,
    cells: NDArray[np.int64],
    chances: NDArray[np.float64],
    posterior: Posterior,
    priors: Sequence[Prior] = (),
) -> JsonObject:
    """Return the explanation of a shot at one of ``cells``, chosen with ``chances``."""
    size = observation.variant.size
    choice = np.zeros(size**2)
    choice[cells] = chances
    order = np.lexsort((-posterior.cell, -choice))[:BEST]
    best: list[Json] = [
        {
            "shot": print_cell(Cell(int(cell) % size, int(cell) // size)),
            "chance": round(float(posterior.cell[cell]), 4),
            "choice": round(float(choice[cell]), 4),
            "reasons": _reasons(observation, posterior, priors, int(cell)),
        }
        for cell in order
        if choice[cell] > 0
    ]
    return {
        "heat": grid(posterior.cell, size),
        "choice": grid(choice, size),
        "best": best,
        "entropy_bits": round(_entropy_bits(posterior), 2),
        "exact": posterior.exact,
    }


def shot_worth(observation: ShootObservation, posterior: Posterior) -> dict[str, float]:
    """Return what each shot is worth that was not taken yet: its chance to hit, by the cell's text."""
    size = observation.variant.size
    untried = np.flatnonzero(~tried_cells(observation))
    return {
        print_cell(Cell(int(cell) % size, int(cell) // size)): round(float(posterior.cell[cell]), 4) for cell in untried
    }


def explain_placement(variant: Variant, weights: Sequence[float] | None) -> JsonObject:
    """Return each cell's chance to hold a ship by placement ``weights``, overlaps aside."""
    geometry = board_geometry(variant)
    weight = (
        np.array(weights)
        if weights is not None and has_standard_placements(variant)
        else np.ones(len(geometry.placements))
    )
    total = np.add.reduceat(weight, geometry.first[:-1])
    return {"heat": grid((weight / total[geometry.ship]) @ geometry.cover, variant.size)}


def grid(values: NDArray[np.float64], size: int) -> list[Json]:
    """Return values over cells as rows from the top, four digits each."""
    return [[round(float(value), 4) for value in row] for row in values.reshape(size, size)]


def _entropy_bits(posterior: Posterior) -> float:
    """Return how many bits are missing to know the fleet: exact for uniform fleets."""
    if len(posterior.beliefs) == 1:
        return float(max(0.0, posterior.log_fleets / np.log(2)))
    chance = np.clip(posterior.placement, 1e-12, 1)
    return float(-(chance * np.log2(chance)).sum())


def _reasons(observation: ShootObservation, posterior: Posterior, priors: Sequence[Prior], cell: int) -> list[Json]:
    """Return what speaks for a shot, the weightiest first."""
    geometry, variant = posterior.geometry, observation.variant
    open_hits, _ = settle(variant, observation.shots)
    reasons: list[Json] = []
    beside = [
        hit
        for hit in sorted(open_hits)
        if abs(hit.column - cell % variant.size) + abs(hit.row - cell // variant.size) == 1
    ]
    if beside:
        reasons.append(f"goes on from the unfinished hit at {' and '.join(print_cell(hit) for hit in beside)}")
    sinks = float(sink_chances(observation, posterior)[cell])
    if sinks > WORTH_SAYING:
        reasons.append(f"sinks a ship with {sinks:.0%}")
    chance = float(posterior.cell[cell])
    spans = [slice(*pair) for pair in pairwise(geometry.first)]
    shares = [float(posterior.placement[span] @ geometry.cover[span, cell]) for span in spans]
    ship = int(np.argmax(shares))
    if shares[ship] > WORTH_SAYING * chance:
        fits = int(((posterior.placement[spans[ship]] > 0) & (geometry.cover[spans[ship], cell] > 0)).sum())
        placements = "1 placement" if fits == 1 else f"{fits} placements"
        reasons.append(f"{placements} of the {variant.names[ship]} through here ({shares[ship]:.0%})")
    reasons += _habits(posterior, priors, cell)
    return reasons


def _habits(posterior: Posterior, priors: Sequence[Prior], cell: int) -> list[str]:
    """Return what the player's earlier fleets add to a cell's chance."""
    geometry = posterior.geometry
    size = geometry.variant.size
    found = []
    for prior, belief in zip(priors, posterior.beliefs, strict=False):
        if prior.weight is None or belief < WORTH_SAYING:
            continue
        total = np.add.reduceat(prior.weight, geometry.first[:-1])
        usual = (prior.weight / total[geometry.ship]) @ geometry.cover
        counts = np.add.reduceat(np.ones(len(geometry.placements)), geometry.first[:-1])
        even = (1 / counts[geometry.ship]) @ geometry.cover
        row, column = divmod(cell, size)
        line, plain = usual.reshape(size, size), even.reshape(size, size)
        if line[row].sum() > _HABIT * plain[row].sum():
            found.append(f"you rarely leave row {row + 1} empty")
        elif line[:, column].sum() > _HABIT * plain[:, column].sum():
            found.append(f"you rarely leave column {COLUMNS[column]} empty")
        elif usual[cell] > _HABIT * even[cell]:
            found.append("you often have a ship here")
    return found[:1]
