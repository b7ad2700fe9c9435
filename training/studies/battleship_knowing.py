"""An expert in the process that knows a player, as training would make it, without an artifact in between."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship_berths import berth_rows
from ai_functions.features.battleship_expert import BLOCKS, Liking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.features.battleship_expert import Expert


def knowing(expert: Expert, parts: Sequence[NDArray[np.float64]]) -> Expert:
    """Return a copy of ``expert`` that believes in the likings of ``parts``, one for each of ``BLOCKS``."""
    known = copy(expert)
    rows = berth_rows().astype(np.float64)
    known.know(
        [Liking(name, rows @ part[:-1], float(np.exp(part[-1]))) for name, part in zip(BLOCKS, parts, strict=False)]
    )
    return known
