"""What placing is worth: shots that players need for the levels' own fleets, and what knowing them gives away."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship_berths import berth_numbers, draw_fleet
from ai_functions.features.battleship_expert import NEARLY, Expert, hiding_weights
from ai_functions.features.battleship_posterior import WORTH_COLUMNS
from ai_functions.runtime.loader import load_opponent
from games.battleship.fleet import STANDARD
from games.battleship.observation import PlaceObservation
from training.page import table
from training.players.battleship import LADDER
from training.recipes.battleship.compiled import play_all
from training.recipes.battleship.measure import sink
from training.recipes.battleship.personal import knowing_fleets
from training.studies.battleship_tables import FOLDERS, LEVELS, mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.battleship.fleet import Placement
    from games.core import Opponent

SEEN = 1000
TILTS = (0.0, 0.02, 0.05, 0.1)
COMPILED = 10
"""The compiled posterior player takes a millisecond a game: it gets so many times the fleets."""
KNOWING = 4
"""An expert that knows a player takes longest: it gets this part of the fleets."""


def placing(fleets: int) -> str:
    """Return the section on placing."""
    rows = []
    for name in LEVELS:
        place = load_opponent(FOLDERS / name).act
        placed = [place(PlaceObservation(STANDARD), Random(f"{name} {number}")) for number in range(fleets)]  # noqa: S311
        rows.append((name, _density(placed), _posterior(placed)))
    return (
        "## Placing\n\n"
        f"Shots that the density player and greedy play on the posterior need for {fleets} of each level's fleets.\n\n"
        + table(("fleets of", "density player", "posterior player"), rows)
        + "\nThe expert's fleets weigh each berth by exp(-tilt x how early shooters look there); "
        f"tilt 0 is uniform, and the expert's is in its `opponent.toml`. {fleets} fleets for the density player, "
        f"{COMPILED * fleets} for the posterior player, {fleets // KNOWING} for the last column: how many shots an "
        f"expert that has seen {SEEN} fleets of that tilt saves on the expert that has not, on the same fleets.\n\n"
        + table(
            ("tilt", "density player", "posterior player", "saved by knowing"),
            [_tilted(tilt, fleets) for tilt in TILTS],
        )
    )


def _tilted(tilt: float, fleets: int) -> tuple[str, str, str, str]:
    weights = hiding_weights(tilt)
    expert = Expert(FOLDERS / "battleship_expert")

    def draw(purpose: str, count: int) -> list[Placement]:
        return [draw_fleet(STANDARD, weights, Random(f"{purpose} {number}")) for number in range(count)]  # noqa: S311

    known = knowing_fleets(expert, draw("seen", SEEN), 1)
    targets = draw("target", COMPILED * fleets)
    few = targets[: fleets // KNOWING]
    saved = _shots(expert.act, few) - _shots(known.act, few)
    return f"{tilt:g}", _density(targets[:fleets]), _posterior(targets), mean(saved)


def _density(targets: Sequence[Placement]) -> str:
    return mean(_shots(LADDER["density"], targets))


def _posterior(targets: Sequence[Placement]) -> str:
    """Return what greedy play on the posterior of uniform fleets needs."""
    greedy = np.eye(WORTH_COLUMNS)[0]
    return mean(play_all(np.array([berth_numbers(fleet) for fleet in targets]), greedy, NEARLY, 0.0, 0))


def _shots(player: Opponent, targets: Sequence[Placement]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(len(sink(player, fleet, seed))) for seed, fleet in enumerate(targets)])
