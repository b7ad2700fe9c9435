"""How the expert plays the variants it says it plays, beside textbook players on the same fleets."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.runtime.loader import load_opponent
from games.battleship import rules
from games.battleship.fleet import Variant, random_placement
from games.record import move_seed
from training.evaluation.page import table
from training.games.battleship.players.textbook import LADDER
from training.games.battleship.studies.tables import FOLDERS, mean

if TYPE_CHECKING:
    from games.battleship.fleet import Placement
    from games.core import Opponent

PART = 40
"""Games on large boards take seconds: they get this part of the fleets."""
VARIANTS: dict[str, dict[str, Any]] = {
    "8x8": {"size": 8},
    "12x12": {"size": 12},
    "13x13": {"size": 13},
    "14x14": {"size": 14},
    "15x15": {"size": 15},
    "ships apart": {"no_touch": True},
    "salvo": {"salvo": True},
}
OTHERS = ("hunt", "density")


def variants(fleets: int) -> str:
    """Return the section on variants."""
    fleets = max(20, fleets // PART)
    expert = load_opponent(FOLDERS / "battleship_expert").act
    rows = []
    for name, options in VARIANTS.items():
        variant = Variant.from_json(options)
        targets = [random_placement(variant, Random(f"{name} {number}")) for number in range(fleets)]  # noqa: S311
        cells = [_shots(LADDER[other], variant, targets)[0] for other in OTHERS]
        rows.append((name, *cells, *_shots(expert, variant, targets)))
    return (
        "## Variants\n\n"
        f"Shots to sink {fleets} fleets drawn from all that the variant allows, by the expert and by textbook players; "
        "in a salvo five shots are called before any is answered. The last column is the expert's mean time for a shot "
        "in the process. The other levels play the standard game alone, and all refuse what they do not play with a "
        "422 that names the option.\n\n" + table(("variant", *OTHERS, "expert", "ms a shot"), rows)
    )


def _shots(player: Opponent, variant: Variant, targets: list[Placement]) -> tuple[str, str]:
    began = perf_counter()
    needed = np.array([float(_sink(player, variant, fleet, seed)) for seed, fleet in enumerate(targets)])
    return mean(needed), f"{(perf_counter() - began) * 1000 / needed.sum():.1f}"


def _sink(player: Opponent, variant: Variant, fleet: Placement, seed: int) -> int:
    """Return how many shots sink ``fleet``; the enemy never shoots, so that salvos stay whole."""
    shooter = rules.PLAYERS[0]
    state = rules.State(variant, (fleet, fleet), ((), ()), shooter)
    shots = 0
    while rules.outcome(state) is None:
        random = Random(move_seed(seed, shots, shooter))  # noqa: S311 - a game, not a secret
        state, _ = rules.step(state, {shooter: player(rules.observe(state, shooter), random)})
        state = replace(state, turn=shooter)
        shots += 1
    return shots
