"""What a shot is worth beyond its chance to hit, tuned for the only thing that counts: shots to sink recorded fleets.

The covariance matrix adaptation evolution strategy (Hansen 2016, the library ``cma``) tries weights for what
``battleship_posterior`` tells of cells.  All that are tried in one generation shoot at the same fleets, so that they
are compared in pairs; the next generation gets others.  The sea has no left and right: a fleet stands for all eight
ways to turn and mirror it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cma
import numpy as np

from ai_functions.features.battleship import sea
from ai_functions.features.battleship_berths import berth_numbers
from ai_functions.features.battleship_expert import NEARLY
from ai_functions.features.battleship_posterior import WORTH_COLUMNS
from games.battleship.fleet import STANDARD
from training.recipes.battleship.compiled import play_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement

GENERATIONS, TRIED, FLEETS = 36, 16, 800
"""How long it goes on, how many weightings a generation tries, and at how many fleets each shoots."""
STEP = 0.15
TEMPERATURE = 0.02
SAY_EVERY = 5


def tuned_part(
    fleets: Sequence[Placement], seed: int, progress: Callable[[str], None]
) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Return the weights of a cell's row, shape (WORTH_COLUMNS,), and how many shots they need, by measure."""
    turned = symmetric(np.array([berth_numbers(fleet) for fleet in fleets]))
    generator = np.random.default_rng(seed)
    start = np.zeros(WORTH_COLUMNS - 1)
    search = cma.CMAEvolutionStrategy(start, STEP, {"seed": seed + 1, "popsize": TRIED, "verbose": -9})
    for generation in range(GENERATIONS):
        some = turned[generator.integers(0, len(turned), FLEETS)]
        tried = search.ask()
        needed = [_shots(weights, some, generation) for weights in tried]
        search.tell(tried, needed)
        if generation % SAY_EVERY == 0:
            progress(f"tuning, generation {generation} of {GENERATIONS}: {np.mean(needed):.2f} shots a fleet")
    part = np.append(1.0, search.mean)
    measures = {"tuned_on_fleets": float(len(fleets)), "untuned_shots": _shots(start, turned, GENERATIONS)}
    return part, {**measures, "tuned_shots": _shots(search.mean, turned, GENERATIONS)}


def _shots(weights: NDArray[np.float64], fleets: NDArray[np.int64], part: int) -> float:
    return float(play_all(fleets, np.append(1.0, weights), NEARLY, TEMPERATURE, part * FLEETS).mean())


def symmetric(fleets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the eight ways each fleet may be turned and mirrored, shape (8 x fleets, ships), as berths' numbers."""
    waters = sea(STANDARD)
    boards = waters.cover.reshape(-1, STANDARD.size, STANDARD.size)
    number = {
        (int(ship), cover.tobytes()): index
        for index, (ship, cover) in enumerate(zip(waters.ship, waters.cover, strict=True))
    }
    ways = []
    for turns in range(4):
        for mirrored in (False, True):
            turned = np.rot90(boards, turns, axes=(1, 2))
            if mirrored:
                turned = turned[:, :, ::-1]
            flat = np.ascontiguousarray(turned.reshape(len(boards), -1))
            to = np.array([number[int(ship), cover.tobytes()] for ship, cover in zip(waters.ship, flat, strict=True)])
            ways.append(to[fleets])
    return np.concatenate(ways)
