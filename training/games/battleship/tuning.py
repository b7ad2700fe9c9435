"""What a shot is worth beyond its chance to hit, tuned for the only thing that counts: shots to sink recorded fleets.

The covariance matrix adaptation evolution strategy (Hansen 2016, the library ``cma``) tries weights for what
``posterior`` computes for cells, all of a generation at the same fleets.  They are compared by the shots they
needed, less their control variates (``compiled.control_variates``), whose worth the games before tell.  The board has
no left and right: a fleet stands for all eight ways to turn and mirror it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import NEARLY
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS
from training.games.battleship.compiled.control_variates import VariateRegression
from training.games.battleship.compiled.games import play_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.games.battleship.compiled.games import Games

GENERATIONS, TRIED, FLEETS = 120, 16, 800
"""How long it goes on, how many weightings a generation tries, and at how many fleets each shoots."""
AVERAGED = 40
"""The last generations, whose means are averaged: each is a guess with an error of its own."""
STEP = 0.15
TEMPERATURE = 0.02
REPORT_EVERY = 5


def tuned_part(
    fleets: NDArray[np.int64], seed: int, progress: Callable[[str], None], generations: int = GENERATIONS
) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Return the weights of a cell's row, shape (WORTH_COLUMNS,), and how many shots they need, by measure.

    ``fleets`` holds placements' numbers, shape (any, ships).
    """
    generator = np.random.default_rng(seed)
    start = np.zeros(WORTH_COLUMNS - 1)
    import cma  # noqa: PLC0415 - half a second: it brings what draws charts

    search = cma.CMAEvolutionStrategy(start, STEP, {"seed": seed + 1, "popsize": TRIED, "verbose": -9})
    regression, means = VariateRegression(), []
    before = _play(start, fleets, generations * FLEETS)
    regression.learn(before.variates, before.needed)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for generation in range(generations):
            some = fleets[generator.integers(0, len(fleets), FLEETS)]
            tried, worth = search.ask(), regression.worth()
            games = list(pool.map(partial(_play, fleets=some, seed=generation * FLEETS), tried))
            needed = [float((one.needed - one.variates @ worth).mean()) for one in games]
            search.tell(tried, needed)
            means.append(search.mean)
            for one in games:
                regression.learn(one.variates, one.needed)
            if generation % REPORT_EVERY == 0:
                progress(f"tuning, generation {generation} of {generations}: {np.mean(needed):.2f} shots a fleet")
    best = np.mean(means[-AVERAGED:], axis=0)
    after = _play(best, fleets, (generations + len(fleets)) * FLEETS)
    return np.append(1.0, best), {
        "tuned_on_fleets": float(len(fleets)),
        "untuned_shots": float((before.needed - before.variates @ regression.worth()).mean()),
        "tuned_shots": float((after.needed - after.variates @ regression.worth()).mean()),
    }


def _play(weights: NDArray[np.float64], fleets: NDArray[np.int64], seed: int) -> Games:
    games: Games = play_all(fleets, np.append(1.0, weights), NEARLY, TEMPERATURE, seed)
    return games
