"""What tuning for shots saves on greedy play: the expert and the posterior player in compiled code, on many fleets."""

from __future__ import annotations

from itertools import islice
from random import Random

import numpy as np

from ai_functions.features.battleship_berths import berth_numbers
from ai_functions.features.battleship_expert import NEARLY
from ai_functions.features.battleship_posterior import WORTH_COLUMNS
from games.battleship.fleet import STANDARD, random_placement
from training.evaluate import task_seeds
from training.page import table
from training.recipes.battleship import kept
from training.recipes.battleship.compiled import play_all
from training.recipes.battleship.tuning import TEMPERATURE
from training.studies.battleship_tables import mean

TIMES = 5
"""A compiled game takes a millisecond: so many times the fleets."""


def tuned(fleets: int) -> str:
    """Return the section on what tuning saves."""
    seeds = islice(task_seeds("tuned", 1), fleets * TIMES)
    targets = np.array([berth_numbers(random_placement(STANDARD, Random(seed))) for seed in seeds])  # noqa: S311
    greedy = play_all(targets, np.eye(WORTH_COLUMNS)[0], NEARLY, TEMPERATURE, 1)
    expert = play_all(targets, kept(0, WORTH_COLUMNS), NEARLY, TEMPERATURE, 1)
    return (
        "## What tuning for shots saves\n\n"
        f"{len(targets)} uniform fleets that none of the tuning saw, in the compiled code that tuning plays (a test "
        "holds its scores and the function's equal).\n\n"
        + table(
            ("greedy on the posterior", "the expert", "saved"), [(mean(greedy), mean(expert), mean(greedy - expert))]
        )
    )
