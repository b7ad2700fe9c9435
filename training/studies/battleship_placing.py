"""What placing is worth: shots that players need for the levels' own fleets, and what knowing them gives away."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship_berths import draw_fleet
from ai_functions.features.battleship_expert import Expert, hiding_weights
from games.battleship.fleet import STANDARD
from training.evaluate import task_seeds
from training.players.battleship import LADDER
from training.recipes.battleship.likings import block
from training.recipes.battleship.measure import sink
from training.studies.battleship_knowing import knowing
from training.studies.battleship_tables import FOLDERS, LEVELS, mean, shots, table

if TYPE_CHECKING:
    from games.core import Opponent

SEEN = 1000
TILTS = (0.0, 0.02, 0.05, 0.1, 0.2)


def placing(fleets: int) -> str:
    """Return the section on placing."""
    rows = []
    for name in LEVELS:
        density, expert = shots("density", fleets, name), shots("battleship_expert", fleets, name)
        rows.append((name, mean(density), mean(expert)))
    return (
        "## Placing\n\n"
        "Shots that the density player and the expert need for each level's own fleets.\n\n"
        + table(("fleets of", "density player", "expert"), rows)
        + "\nThe expert's fleets weigh each berth by exp(-tilt x how early shooters look there).  The last column "
        f"is an expert that has seen {SEEN} fleets of that tilt.\n\n"
        + table(("tilt", "density player", "expert", "expert that knows"), [_tilted(tilt, fleets) for tilt in TILTS])
    )


def _tilted(tilt: float, fleets: int) -> tuple[str, str, str, str]:
    weights = hiding_weights(tilt)
    expert = Expert(FOLDERS / "battleship_expert")
    seen = [draw_fleet(STANDARD, weights, Random(f"seen {number}")) for number in range(SEEN)]  # noqa: S311
    known = knowing(expert, [block(seen, None, 1)])
    seeds = list(islice(task_seeds("study", 1), fleets))
    targets = [draw_fleet(STANDARD, weights, Random(seed)) for seed in seeds]  # noqa: S311 - games, not secrets

    def played(player: Opponent) -> str:
        return mean(np.array([len(sink(player, fleet, seed)) for fleet, seed in zip(targets, seeds, strict=True)]))

    return f"{tilt:g}", played(LADDER["density"]), played(expert.act), played(known.act)
