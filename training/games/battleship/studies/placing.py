"""What placing is worth: shots that players need for the levels' own fleets, and what knowing them gives away."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import NEARLY, Expert, hiding_weights
from ai_functions.policies.battleship.placements import draw_fleet, placement_numbers
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS, make_prior
from ai_functions.runtime.loader import load_opponent
from games.battleship.fleet import STANDARD
from games.battleship.observation import PlaceObservation
from training.evaluation.page import table
from training.games.battleship.benchmark import sink
from training.games.battleship.compiled.games import play_all
from training.games.battleship.habits.gate import knowing_fleets
from training.games.battleship.players.textbook import LADDER
from training.games.battleship.studies.tables import FOLDERS, LEVELS, mean, report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from games.core import Opponent

SEEN = 1000
TILTS = (0.0, 0.02, 0.05, 0.08)
COMPILED = 5
"""The compiled posterior player takes a millisecond a game: it gets so many times the fleets."""
KNOWING = 5
"""An expert that knows a player takes longest: it gets this part of the fleets."""


def placing(fleets: int) -> str:
    """Return the section on placing."""
    rows = []
    for number, name in enumerate(LEVELS, 1):
        place = load_opponent(FOLDERS / name).act
        placed = [place(PlaceObservation(STANDARD), Random(f"{name} {one}")) for one in range(COMPILED * fleets)]  # noqa: S311
        rows.append((name, _density(placed[:fleets]), _posterior(placed)))
        report(" | ".join(rows[-1]), number, len(LEVELS) + len(TILTS))
    tilted = []
    for number, tilt in enumerate(TILTS, len(LEVELS) + 1):
        tilted.append(_tilted(tilt, fleets))
        report(" | ".join(tilted[-1]), number, len(LEVELS) + len(TILTS))
    return (
        "## Placing\n\n"
        f"Shots that the density player needs for {fleets} of each level's fleets, and greedy play on the posterior "
        f"for {COMPILED * fleets}.\n\n"
        + table(("fleets of", "density player", "posterior player"), rows)
        + "\nThe expert's fleets weigh each placement by exp(-tilt x how early shooters look there); "
        "tilt 0 is uniform, and the expert's is in its `opponent.toml`. How much of a habit that is: bits by which a "
        "fleet is likelier to one who knows the distribution than to one who thinks it uniform. The last columns: of "
        f"{fleets // KNOWING} fleets: what the expert needs that knows nothing, and how many shots an expert saves "
        f"on them that has seen {SEEN} fleets of that tilt.\n\n"
        + table(("tilt", "bits", "density player", "posterior player", "expert", "saved by knowing"), tilted)
    )


def _tilted(tilt: float, fleets: int) -> tuple[str, ...]:
    weights = hiding_weights(tilt)
    expert = Expert(FOLDERS / "battleship_expert")

    def draw(purpose: str, count: int) -> list[Placement]:
        return [draw_fleet(STANDARD, weights, Random(f"{purpose} {number}")) for number in range(count)]  # noqa: S311

    known = knowing_fleets(expert, draw("seen", SEEN), 1)
    targets = draw("target", COMPILED * fleets)
    few = targets[: fleets // KNOWING]
    plain = _shots(expert.act, few)
    habit = f"{bits(np.array(weights), targets):.3f}"
    saved = mean(plain - _shots(known.act, few))
    return f"{tilt:g}", habit, _density(targets[:fleets]), _posterior(targets), mean(plain), saved


def bits(weights: NDArray[np.float64], targets: Sequence[Placement]) -> float:
    """Return the relative entropy of the fleets that placements' weights draw, to uniform ones."""
    likelier = np.log2(weights)[[placement_numbers(fleet) for fleet in targets]].sum(axis=1).mean()
    learned, uniform = make_prior(STANDARD, "tilted", 1.0, weights), make_prior(STANDARD, "uniform", 1.0, None)
    return float(likelier + np.log2(uniform.fleets) - np.log2(learned.fleets))


def _density(targets: Sequence[Placement]) -> str:
    return mean(_shots(LADDER["density"], targets))


def _posterior(targets: Sequence[Placement]) -> str:
    """Return what greedy play on the posterior of uniform fleets needs."""
    greedy = np.eye(WORTH_COLUMNS)[0]
    return mean(play_all(np.array([placement_numbers(fleet) for fleet in targets]), greedy, NEARLY, 0.0, 0).needed)


def _shots(player: Opponent, targets: Sequence[Placement]) -> NDArray[np.float64]:
    return np.array([float(len(sink(player, fleet, seed))) for seed, fleet in enumerate(targets)])
