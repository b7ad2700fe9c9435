"""A learned player of Kuhn poker: a linear model with a column for each action in each situation.

The model says how many chips an action wins on average; the player takes the one that wins most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.runtime.model import Model
from tests.games.kuhn.rules import ACTIONS, CARDS, HISTORIES

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from games.core import JsonObject
    from tests.games.kuhn.rules import Action, Observation

FEATURES = tuple(".".join((card, *played, action)) for card in CARDS for played in HISTORIES for action in ACTIONS)
"""The columns of the model: an action in a situation."""
COLUMNS = len(FEATURES)


def row(observation: Observation, action: Action) -> NDArray[np.float32]:
    """Return shape (COLUMNS,): 1 in the column of this action in this situation, 0 elsewhere."""
    place = (observation.card, HISTORIES.index(observation.played), ACTIONS.index(action))
    found = np.zeros(COLUMNS, np.float32)
    found[np.ravel_multi_index(place, (len(CARDS), len(HISTORIES), len(ACTIONS)))] = 1
    return found


class Learned:
    """The player whose model is in ``folder``.  Raises ModelError."""

    def __init__(self, folder: Path) -> None:
        self._model = Model(folder, FEATURES)

    def act(self, observation: Observation, random: Random) -> Action:  # noqa: ARG002 - it is always sure
        """Return the action that wins most."""
        chips = self._chips(observation)
        return max(ACTIONS, key=lambda action: chips[action])

    def policy(self, observation: Observation) -> dict[Action, float]:
        """Return how likely each action is."""
        chips = self._chips(observation)
        return {action: float(chips[action] == max(chips.values())) for action in ACTIONS}

    def explain(self, observation: Observation) -> JsonObject:
        """Return how many chips each action is expected to win."""
        return {"chips": dict(self._chips(observation))}

    def _chips(self, observation: Observation) -> dict[Action, float]:
        values = self._model.predict(np.array([row(observation, action) for action in ACTIONS]))[:, 0]
        return {action: round(float(value), 4) for action, value in zip(ACTIONS, values, strict=True)}
