"""The player whose model was learned from what players chose: it plays as people of their strength do.

The model says how much a turn is to their liking; turns are drawn in proportion to exp(liking / temperature): the
card's temperature, where training set it to an aim, or else the manifest's.  It never doubles, and takes by the count
of pips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.choices import FEATURES, choice_rows
from ai_functions.policies.backgammon.cube import pips_say
from ai_functions.policies.backgammon.explanation import why
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, dial
from games.backgammon.observation import MOVE, WAIT
from games.backgammon.rules import print_action
from games.backgammon.turns import legal_turns
from games.core import ObservationError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action
    from games.backgammon.turns import Turn
    from games.core import Json, JsonObject

SHOWN = 3
_DIGITS = 4


class Learned:
    """The opponent in ``folder``.  Raises ManifestError, ModelError."""

    def __init__(self, folder: Path) -> None:
        self.temperature = dial(folder, "temperature", Manifest.load(folder).temperature)
        self._model = Model(folder, FEATURES)

    def consider(self, observation: Observation) -> tuple[tuple[Turn, ...], NDArray[np.float64]]:
        """Return the legal turns, and how likely each is to be played."""
        assert observation.dice is not None  # noqa: S101 - it is there in this phase
        legal = legal_turns(observation.board, observation.dice)
        likings = self.likings(np.array([after for _, after in legal], np.int8))
        return tuple(turn for turn, _ in legal), softmax(likings, self.temperature)

    def likings(self, after: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return the model's answer for the boards, shape (turns, 26), that turns lead to, seen by the mover."""
        return self._model.predict(choice_rows(after))[:, 0].astype(np.float64)

    def act(self, observation: Observation, random: Random) -> Action:
        """Return a turn, drawn, or a cube decision.  Raises ObservationError where there is nothing to decide."""
        if observation.phase != MOVE:
            return _cube(observation)
        turns, chances = self.consider(observation)
        return turns[draw(chances, random)]

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each action."""
        if observation.phase != MOVE:
            return {print_action(_cube(observation)): 1.0}
        turns, chances = self.consider(observation)
        return {print_action(turn): float(chance) for turn, chance in zip(turns, chances, strict=True)}

    def explain(self, observation: Observation) -> JsonObject:
        """Return the likeliest turns, and why; nothing about the cube but what is done."""
        if observation.phase != MOVE:
            return {"cube": _cube(observation)}
        turns, chances = self.consider(observation)
        best: list[Json] = [
            {
                "turn": print_action(turns[number]),
                "chance": round(float(chances[number]), _DIGITS),
                "why": list(why(observation.board, turns[number])),
            }
            for number in np.argsort(-chances, kind="stable")[:SHOWN]
        ]
        return {"turns": best}


def draw(chances: NDArray[np.float64], random: Random) -> int:
    """Return an index, drawn by ``chances``."""
    return min(int(np.searchsorted(np.cumsum(chances), random.random())), len(chances) - 1)


def softmax(likings: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities in proportion to exp(liking / temperature); at 0 all of it goes to the best."""
    if temperature <= 0:
        best = np.zeros(len(likings))
        best[likings.argmax()] = 1
        return best
    weights = np.exp((likings - likings.max()) / temperature)
    return np.asarray(weights / weights.sum(), np.float64)


def _cube(observation: Observation) -> str:
    if observation.phase == WAIT:
        raise ObservationError("phase", "is wait: the other side is to act")
    return pips_say(observation)
