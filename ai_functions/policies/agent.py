"""An opponent whose model learned in an environment: it says what each choice is worth, and the mask says which count.

The model has one float32 input, an observation as the game's space encodes it, in one row, and one output with a number
for each choice; an action of several choices asks it as often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.chances import softmax
from ai_functions.policies.spaces import space_of
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, ModelError, dial, read_card
from games.catalog import find_game

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random
    from types import ModuleType

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Chosen

SPACE = "space"
"""The card's key for the space that the model learned: ``actions``, ``shape``, ``options``, ``output``."""


class Agent:
    """The opponent in ``folder``; ``spaces`` is its game's module of that name, None for a game without one.

    Raises ModelError for a model of another space than the code computes.
    """

    def __init__(self, folder: Path, spaces: ModuleType | None) -> None:
        manifest = Manifest.load(folder)
        said: Any = read_card(folder).get(SPACE)
        if not isinstance(said, dict):
            raise ModelError(f"{folder}: its card has no {SPACE!r}: la.deploy_agent writes it")
        self.temperature = dial(folder, "temperature", manifest.temperature)
        self._rules = find_game(manifest.game)
        self._space = space_of(manifest.game, spaces, said["options"], int(said["actions"]))
        there = (self._space.actions, list(self._space.shape))
        if there != (said["actions"], said["shape"]):
            raise ModelError(
                f"{folder}: its model learned {said['actions']} choices and observations of {said['shape']}, and "
                f"{manifest.game} has {there[0]} and {there[1]}: train it again"
            )
        self._model = Model(folder, output=str(said["output"]))

    def act(self, observation: Any, random: Random) -> Any:
        """Return an action, each choice drawn by chance; at temperature 0 one of the best."""
        chosen: Chosen = ()
        while (action := self._space.action(observation, chosen)) is None:
            allowed, chances = self._chances(observation, chosen)
            index = int(np.searchsorted(np.cumsum(chances), random.random(), side="right"))
            chosen = (*chosen, allowed[min(index, len(allowed) - 1)])
        return action

    def policy(self, observation: Any) -> dict[str, float]:
        """Return the chance of each action; nothing where an action takes several choices."""
        allowed, chances = self._chances(observation, ())
        found: dict[str, float] = {}
        for choice, chance in zip(allowed, chances, strict=True):
            action = self._space.action(observation, (choice,))
            if action is None:
                return {}
            found[self._rules.print_action(action)] = float(chance)
        return found

    def _chances(self, observation: Any, chosen: Chosen) -> tuple[list[int], NDArray[np.float64]]:
        """Return the choices that the mask allows, and the chance of each."""
        row = self._space.encode(observation, chosen).reshape(1, -1)
        allowed = np.flatnonzero(self._space.mask(observation, chosen))
        worth = self._model.predict(row)[0].astype(np.float64)
        return [int(choice) for choice in allowed], softmax(worth[allowed], self.temperature)
