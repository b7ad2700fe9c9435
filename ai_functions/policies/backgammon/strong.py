"""The player whose network was learned from self-play: it plays the turn after which it expects to win most.

In a single game that is points, in a match the chance to win it.  With a temperature it draws, turns that are worth
nearly as much nearly as often.  With ``look_ahead`` in the manifest's table
``[training]`` so many of the best turns are looked at again: all 21 rolls of the other side, each with its best reply.
Cube decisions follow from the same chances (see ``cube``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ai_functions.policies.backgammon.assessing import assess
from ai_functions.policies.backgammon.bear_off import bear_off
from ai_functions.policies.backgammon.chances import CHANCES, turned
from ai_functions.policies.backgammon.cube import decide, normalised, stakes_of, utility
from ai_functions.policies.backgammon.explanation import why
from ai_functions.policies.backgammon.features import FEATURES, features
from ai_functions.policies.backgammon.judging import judge
from ai_functions.policies.backgammon.learned import draw, softmax
from ai_functions.policies.backgammon.replies import LookedAt
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model, dial
from games.backgammon.observation import ANSWER, MOVE, ROLL, seen_by_other
from games.backgammon.rules import DOUBLE, DROP, TAKE, THROW, print_action
from games.backgammon.turns import legal_turns
from games.core import ObservationError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.cube import Decision, Stakes
    from ai_functions.runtime.assessment import Assessment
    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action
    from games.backgammon.turns import Board, Turn
    from games.core import Json, JsonObject

    Considered: TypeAlias = tuple[tuple[Turn, ...], NDArray[np.float32], NDArray[np.float64]]

SHOWN = 3
"""Turns that an explanation tells."""
CLOSE = 0.08
"""A turn that is worse by more than this part of a game's stakes is not looked at again."""
_DIGITS = 4


class Strong:
    """The opponent in ``folder``.  Raises ManifestError, ModelError, and OSError without the bear-off table."""

    def __init__(self, folder: Path) -> None:
        manifest = Manifest.load(folder)
        self.look_ahead = int(manifest.training.get("look_ahead", 0))
        self.temperature = dial(folder, "temperature", manifest.temperature)
        """In points of a game at the cube's value; 0 plays the best turn."""
        self.table = bear_off(folder)
        self.model = Model(folder, FEATURES)
        self.replies = LookedAt(self.chances)
        self._considered: tuple[tuple[Observation, int | None], Considered] | None = None
        """The last answer of ``consider``: a coach asks the same several times."""

    def chances(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return the chances of whoever is on roll, shape (boards, 5)."""
        return judge(self._network, self.table, boards)[0]

    def act(self, observation: Observation, random: Random) -> Action:
        """Return a turn, drawn, or a cube decision.  Raises ObservationError where there is nothing to decide."""
        if observation.phase != MOVE:
            return self._answer(observation)
        return self.consider(observation)[0][draw(self._odds(observation), random)]

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each action."""
        if observation.phase != MOVE:
            return {print_action(self._answer(observation)): 1.0}
        odds = zip(self.consider(observation)[0], self._odds(observation), strict=True)
        return {print_action(turn): float(chance) for turn, chance in odds}

    def explain(self, observation: Observation) -> JsonObject:
        """Return the best turns, what they are worth and why; before a roll, what each cube decision is worth."""
        if observation.phase != MOVE:
            return self._explain_cube(observation)
        turns, chances, values = self.consider(observation)
        equities = normalised(values, stakes_of(observation), observation.cube.value)
        best: list[Json] = [
            {
                "turn": print_action(turns[number]),
                "equity": round(float(equities[number]), _DIGITS),
                "chances": _named(chances[number]),
                "why": list(why(observation.board, turns[number])),
            }
            for number in np.argsort(-values, kind="stable")[:SHOWN]
        ]
        return {"turns": best}

    def consider(self, observation: Observation, besides: int | None = None) -> Considered:
        """Return the legal turns, the player's chances after each, shape (turns, 5), and what each is worth.

        ``besides`` is the number of a turn that is looked at again whatever it is thought to be worth.
        """
        if self._considered is None or self._considered[0] != (observation, besides):
            self._considered = (observation, besides), self._consider(observation, besides)
        return self._considered[1]

    def assess(self, observation: Observation, action: Action) -> Assessment:
        """Return what an action gave away, and what the roll before it was worth."""
        return assess(self, observation, action)

    def _consider(self, observation: Observation, besides: int | None) -> Considered:
        assert observation.dice is not None  # noqa: S101 - it is there in this phase
        legal = legal_turns(observation.board, observation.dice)
        boards = -np.array([after for _, after in legal], np.int8)[:, ::-1]
        chances = turned(self.chances(boards))
        stakes, value = stakes_of(observation), observation.cube.value
        values = utility(chances, stakes, value)
        won = ~(boards < 0).any(axis=1).all()  # there is a turn that ends the game, and nothing to look at after it
        again = np.empty(0, np.int64) if won else self._close(values, stakes, value)
        if besides is not None and self.look_ahead and not won:
            again = np.append(again, [besides, int(values.argmax())])
        looked = np.zeros(len(values), np.bool_)  # sets of numpy's cost a cold start 14 ms: they import numpy.ma
        looked[again] = True
        if looked.any():
            again = np.flatnonzero(looked)
            seen = [tuple(int(one) for one in boards[number]) for number in again]
            chances[again] = [self.replies(board).mean(stakes.turned(), value) for board in seen]
            values[again] = utility(chances[again], stakes, value)
            # whatever was not looked at again stays behind what was
            values[~looked] = np.minimum(values[~looked], values[again].max() - 1e-6)
        return tuple(turn for turn, _ in legal), chances, values

    def _close(self, values: NDArray[np.float64], stakes: Stakes, value: int) -> NDArray[np.int64]:
        if not self.look_ahead or len(values) == 1:
            return np.empty(0, np.int64)
        best = np.argsort(-values, kind="stable")[: self.look_ahead]
        scale = stakes.worth(value) - stakes.worth(-value)
        close = best[values[best] >= values[best[0]] - CLOSE * scale / 2]
        return np.asarray(close if len(close) > 1 else close[:0], np.int64)

    def _odds(self, observation: Observation) -> NDArray[np.float64]:
        """Return how likely each turn is to be played."""
        _, _, values = self.consider(observation)
        return softmax(normalised(values, stakes_of(observation), observation.cube.value), self.temperature)

    def _network(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        return self.model.predict(features(boards))

    def _answer(self, observation: Observation) -> Action:
        decision, _ = self.decide(observation)
        if observation.phase == ROLL:
            return DOUBLE if decision.doubles else THROW
        return TAKE if decision.takes else DROP

    def decide(self, observation: Observation) -> tuple[Decision, Observation]:
        """Return what the decision is worth to the side that is on roll, and what that side sees.

        It is the other side where that has doubled.  Raises ObservationError where there is nothing to decide.
        """
        if observation.phase not in {ROLL, ANSWER}:
            raise ObservationError("phase", f"is {observation.phase}: the other side is to act")
        seen = observation if observation.phase == ROLL else seen_by_other(observation)
        stakes, value = stakes_of(seen), seen.cube.value
        chances = self.chances_before_roll(seen.board, stakes, value)
        return decide([float(one) for one in chances], stakes, value, seen.cube.owner), seen

    def chances_before_roll(self, board: Board, stakes: Stakes, value: int) -> NDArray[np.float32]:
        """Return the chances of who is on roll, by which cube decisions are made: with look-ahead over all rolls."""
        if not self.look_ahead:
            (chances,) = self.chances(np.array([board], np.int8))
            return np.asarray(chances, np.float32)
        return turned(self.replies(board).mean(stakes, value))

    def _explain_cube(self, observation: Observation) -> JsonObject:
        decision, seen = self.decide(observation)
        stakes, value = stakes_of(seen), seen.cube.value
        sign = 1 if observation.phase == ROLL else -1
        worths = {"no_double": decision.no_double, "take": decision.take, "drop": decision.drop}
        told: JsonObject = {
            name: round(sign * float(normalised(worth, stakes, value)), _DIGITS) for name, worth in worths.items()
        }
        chances = self.chances_before_roll(seen.board, stakes, value)
        return {"cube": told, "chances": _named(chances if sign > 0 else turned(chances))}


def _named(chances: NDArray[np.float32]) -> JsonObject:
    return {name: round(float(one), _DIGITS) for name, one in zip(CHANCES, chances, strict=True)}
