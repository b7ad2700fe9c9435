"""The spaces of Gymnasium that both kinds of environment have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

if TYPE_CHECKING:
    from ai_functions.policies.spaces import Space


def observations(space: Space) -> spaces.Space[Any]:
    """Return the space of ``observation`` and ``action_mask``."""
    return spaces.Dict(
        {
            "observation": spaces.Box(space.low, space.high, space.shape, np.float32),
            "action_mask": spaces.Box(0, 1, (space.actions,), np.int8),
        }
    )


def actions(space: Space) -> spaces.Discrete:
    """Return the space of choices."""
    return spaces.Discrete(space.actions)
