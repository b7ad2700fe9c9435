"""How strong the levels are: shots to sink uniform fleets, and races between neighbours."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from training.studies.battleship_tables import LEVELS, mean, shots, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AIMS = {
    "battleship_easy": "66 ± 2",
    "battleship_medium": "56 ± 2",
    "battleship_hard": "49 ± 1.5",
    "battleship_expert": "≤ 44.8",
}
_YARDSTICKS = ("random", "hunt", "parity", "density")


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
    races = [(upper, lower, *_race(found[upper], found[lower])) for lower, upper in pairwise(LEVELS)]
    return (
        "## Strength\n\n"
        f"Shots to sink a fleet drawn uniformly from all legal fleets, {fleets} fleets, the same for all.\n\n"
        + table(("player", "aim", "mean", "median", "p90", "deviation"), rows)
        + "\nRaces between neighbours: each sinks a fleet of its own, who needs fewer shots wins, ties count half.\n\n"
        + table(("stronger", "weaker", "wins", "standard error"), races)
    )


def _race(upper: NDArray[np.float64], lower: NDArray[np.float64]) -> tuple[str, str]:
    """Return how often the first needs fewer shots, over all pairs of their games, and a standard error.

    The error is that of two independent samples (Hanley and McNeil 1982, as for an area under the curve).
    """
    gap = lower[:, None] - upper[None, :]
    won = (gap > 0) + 0.5 * (gap == 0)
    error = np.sqrt(won.mean(axis=0).var() / len(upper) + won.mean(axis=1).var() / len(lower))
    return f"{won.mean():.1%}", f"{error:.1%}"
