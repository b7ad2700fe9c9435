"""How strong the levels are: shots to sink uniform fleets, and races between neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.page import table
from training.statistics import race
from training.studies.battleship_tables import LEVELS, mean, shots

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AIMS = {
    "battleship_easy": "66 ± 2",
    "battleship_medium": "56 ± 2",
    "battleship_hard": "49 ± 1.5",
    "battleship_expert": "< 44",
}
_YARDSTICKS = ("random", "hunt", "parity", "density", "posterior")


def levels(fleets: int) -> str:
    """Return the section on strength."""
    found = {name: shots(name, fleets) for name in (*_YARDSTICKS, *LEVELS)}
    rows = [
        (
            name,
            _AIMS.get(name, ""),
            mean(values),
            f"{np.median(values):.0f}",
            f"{np.quantile(values, 0.9):.0f}",
            f"{values.std(ddof=1):.1f}",
        )
        for name, values in found.items()
    ]
    races = [(one, *(_race(found[one], found[two]) if one != two else "" for two in LEVELS)) for one in LEVELS]
    return (
        "## Strength\n\n"
        f"Shots to sink a fleet drawn uniformly from all legal fleets, {fleets} fleets, the same for all.\n\n"
        + table(("player", "aim", "mean", "median", "p90", "deviation"), rows)
        + "\nRaces: each sinks a fleet of its own, who needs fewer shots wins, ties count half.  How often the level "
        "at the left beats the one above.\n\n" + table(("", *LEVELS), races)
    )


def _race(first: NDArray[np.float64], second: NDArray[np.float64]) -> str:
    won, error = race(first.tolist(), second.tolist(), less_wins=True)
    return f"{won:.1%} ± {error:.1%}"
