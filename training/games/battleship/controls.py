"""Control variates of a game of shots, few enough that some hundred games tell what they are worth.

See ``compiled.control_variates``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.placements import placement_numbers
from games.battleship.fleet import STANDARD
from training.games.battleship.compiled.control_variates import broad
from training.games.battleship.compiled.games import variates_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from games.battleship.notation import Report


def controls_of(fleet: Placement, shots: Sequence[Report]) -> NDArray[np.float64]:
    """Return the control variates of ``shots`` at ``fleet``, whoever fired them.

    Each has the mean 0 over fleets drawn uniformly from all legal ones, and over no others.
    """
    order = np.array([report.cell.row * STANDARD.size + report.cell.column for report in shots])
    return broad(variates_of(np.array(placement_numbers(fleet)), order))
