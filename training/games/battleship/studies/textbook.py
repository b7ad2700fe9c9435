"""How strong the textbook players are, for comparison with the levels (``lambda-arcade evaluate`` measures those)."""

from __future__ import annotations

import numpy as np

from training.games.battleship.players.textbook import LADDER
from training.games.battleship.studies.tables import mean, shots, table


def textbook(fleets: int) -> str:
    """Return the section on textbook players."""
    found = {name: shots(name, fleets) for name in LADDER}
    rows = [
        (name, mean(needed), f"{np.median(needed):.0f}", f"{np.quantile(needed, 0.9):.0f}", f"{needed.std(ddof=1):.1f}")
        for name, needed in found.items()
    ]
    return (
        "## Textbook players\n\n"
        f"Shots to sink {fleets} uniform fleets, the same for all "
        "(`training/games/battleship/players/textbook.py`).\n\n"
        + table(("player", "mean", "median", "90 % need at most", "deviation"), rows)
    )
