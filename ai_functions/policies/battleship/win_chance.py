"""How likely a game is won from here, as numbers: the race that two fleets sunk shot by shot make.

A shooter does not know how far the enemy is with its own fleet.  So the chance is that of sinking the enemy's fleet
before someone as strong, who has fired as many shots, sinks one's own; it was learned from who won recorded games.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_array, board_geometry
from games.battleship.fleet import STANDARD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.policies.battleship.posterior import Posterior
    from games.battleship.observation import ShootObservation

LATE = (0.2, 0.3, 0.4, 0.5, 0.6)
"""Parts of the board shot at, from each of which on time counts anew."""
RACE_FEATURES = (
    "one", "fired", *(f"fired_from_{late}" for late in LATE), "left", "left_squared", "afloat", "log_fleets",
    "log_fleets_squared", "left_by_fired", "log_fleets_by_fired", "log_fleets_by_left", "likeliest",
)  # fmt: skip
"""The columns of a position's row."""
RACE_COLUMNS = len(RACE_FEATURES)
_USUAL_LOG = 25.0
"""About the logarithm of how many fleets there are: it keeps the column near one."""


def race_row(observation: ShootObservation, posterior: Posterior) -> NDArray[np.float32]:
    """Return shape (RACE_COLUMNS,): how far a shooter of the standard game is."""
    geometry = board_geometry(STANDARD)
    cells = sum(length for _, length in STANDARD.fleet)
    fired = len(observation.shots) / STANDARD.size**2
    history = observation.history
    left = 1 - (history.hits | history.sinking).bit_count() / cells
    fleets = posterior.log_fleets / _USUAL_LOG
    chance = np.where(board_array(history.tried, STANDARD), 0, posterior.cell)
    of = {
        "one": 1,
        "fired": fired,
        **{f"fired_from_{late}": max(0.0, fired - late) for late in LATE},
        "left": left,
        "left_squared": left * left,
        "afloat": len(observation.afloat) / len(geometry.variant.fleet),
        "log_fleets": fleets,
        "log_fleets_squared": fleets * fleets,
        "left_by_fired": left * fired,
        "log_fleets_by_fired": fleets * fired,
        "log_fleets_by_left": fleets * left,
        "likeliest": chance.max(),
    }
    return np.array([of[name] for name in RACE_FEATURES], np.float32)
