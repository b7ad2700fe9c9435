"""The player whose network was learned from self-play: it plays the turn after which it expects to win most.

In a single game that is points, in a match the chance to win it.  With ``look_ahead`` in the manifest's table
``[training]`` so many of the best turns are looked at again: all 21 rolls of the other side, each with its best reply.
Cube decisions follow from the same chances (see ``cube``).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.bear_off import bear_off
from ai_functions.policies.backgammon.chances import CHANCES, turned
from ai_functions.policies.backgammon.cube import decide, stakes_of, utility
from ai_functions.policies.backgammon.explanation import why
from ai_functions.policies.backgammon.features import FEATURES, features
from ai_functions.policies.backgammon.judging import judge
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import Model
from games.backgammon.kernel import DICE
from games.backgammon.observation import ANSWER, MOVE, ROLL, seen_by_other
from games.backgammon.rules import DOUBLE, DROP, TAKE, THROW, print_action
from games.backgammon.turns import legal_turns, positions_after
from games.core import ObservationError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.cube import Decision, Stakes
    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action
    from games.backgammon.turns import Board, Turn
    from games.core import Json, JsonObject

SHOWN = 3
"""Turns that an explanation tells."""
CLOSE = 0.16
"""A turn that is worse by more than this part of a game's stakes is not looked at again."""
ROLLS = tuple((one, two, 1 if one == two else 2) for one, two in combinations_with_replacement(range(1, DICE + 1), 2))
_DIGITS = 4


class Strong:
    """The opponent in ``folder``.  Raises ManifestError, ModelError, and OSError without the bear-off table."""

    def __init__(self, folder: Path) -> None:
        manifest = Manifest.load(folder)
        self.look_ahead = int(manifest.training.get("look_ahead", 0))
        self.table = bear_off(folder)
        self.model = Model(folder, FEATURES)

    def chances(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return the chances of whoever is on roll, shape (boards, 5)."""
        return judge(self._network, self.table, boards)[0]

    def act(self, observation: Observation, random: Random) -> Action:
        """Return the best turn or cube decision.  Raises ObservationError where there is nothing to decide."""
        del random  # nothing is left to it
        if observation.phase != MOVE:
            return self._answer(observation)
        turns, _, values = self.consider(observation)
        return turns[int(values.argmax())]

    def policy(self, observation: Observation) -> dict[str, float]:
        """Return the probability of each action: all of it goes to one."""
        if observation.phase != MOVE:
            return {print_action(self._answer(observation)): 1.0}
        turns, _, values = self.consider(observation)
        return {print_action(turn): float(number == values.argmax()) for number, turn in enumerate(turns)}

    def explain(self, observation: Observation) -> JsonObject:
        """Return the best turns, what they are worth and why; before a roll, what each cube decision is worth."""
        if observation.phase != MOVE:
            return self._explain_cube(observation)
        turns, chances, values = self.consider(observation)
        best: list[Json] = [
            {
                "turn": print_action(turns[number]),
                "equity": round(float(values[number]), _DIGITS),
                "chances": _named(chances[number]),
                "why": list(why(observation.board, turns[number])),
            }
            for number in np.argsort(-values, kind="stable")[:SHOWN]
        ]
        return {"turns": best}

    def consider(self, observation: Observation) -> tuple[tuple[Turn, ...], NDArray[np.float32], NDArray[np.float64]]:
        """Return the legal turns, the player's chances after each, shape (turns, 5), and what each is worth."""
        assert observation.dice is not None  # noqa: S101 - it is there in this phase
        legal = legal_turns(observation.board, observation.dice)
        boards = -np.array([after for _, after in legal], np.int8)[:, ::-1]
        chances = turned(self.chances(boards))
        stakes, value = stakes_of(observation), observation.cube.value
        values = utility(chances, stakes, value)
        won = ~(boards < 0).any(axis=1).all()  # there is a turn that ends the game, and nothing to look at after it
        again = np.empty(0, np.int64) if won else self._close(values, stakes, value)
        if len(again):
            replies = [
                positions_after([int(one) for one in boards[number]], roll[:2]) for number in again for roll in ROLLS
            ]
            chances[again] = self._replied(replies, len(again), stakes.turned(), value)
            values[again] = utility(chances[again], stakes, value)
            others = np.setdiff1d(np.arange(len(values)), again)
            if len(others):  # whatever was not looked at again stays behind what was
                values[others] = np.minimum(values[others], values[again].max() - 1e-6)
        return tuple(turn for turn, _ in legal), chances, values

    def _close(self, values: NDArray[np.float64], stakes: Stakes, value: int) -> NDArray[np.int64]:
        if not self.look_ahead or len(values) == 1:
            return np.empty(0, np.int64)
        best = np.argsort(-values, kind="stable")[: self.look_ahead]
        scale = stakes.worth(value) - stakes.worth(-value)
        close = best[values[best] >= values[best[0]] - CLOSE * scale / 2]
        return np.asarray(close if len(close) > 1 else close[:0], np.int64)

    def _replied(self, replies: list[list[Board]], turns: int, stakes: Stakes, value: int) -> NDArray[np.float32]:
        """Return the player's chances after each of so many turns, over all rolls and the other side's best replies.

        ``replies`` are, for each turn and roll, where the other side's turns lead, seen by the other side.
        """
        sizes = [len(one) for one in replies]
        begins = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        after = -np.array([board for one in replies for board in one], np.int8)[:, ::-1]
        chances = self.chances(after)
        theirs = utility(turned(chances), stakes, value)
        best = [begin + int(theirs[begin : begin + size].argmax()) for begin, size in zip(begins, sizes, strict=True)]
        weights = np.array([weight for _, _, weight in ROLLS], np.float32) / 36
        return np.asarray(weights @ chances[best].reshape(turns, len(ROLLS), -1), np.float32)

    def _network(self, boards: NDArray[np.int8]) -> NDArray[np.float32]:
        return self.model.predict(features(boards))

    def _answer(self, observation: Observation) -> Action:
        decision = self._decide(observation)
        if observation.phase == ROLL:
            return DOUBLE if decision.doubles else THROW
        return TAKE if decision.takes else DROP

    def _decide(self, observation: Observation) -> Decision:
        """Return what the decision is worth to the side that is on roll, which is the other one where it doubled."""
        if observation.phase not in {ROLL, ANSWER}:
            raise ObservationError("phase", f"is {observation.phase}: the other side is to act")
        seen = observation if observation.phase == ROLL else seen_by_other(observation)
        (chances,) = self.chances(np.array([seen.board], np.int8))
        return decide([float(one) for one in chances], stakes_of(seen), seen.cube.value, seen.cube.owner)

    def _explain_cube(self, observation: Observation) -> JsonObject:
        decision = self._decide(observation)
        sign = 1 if observation.phase == ROLL else -1
        single = not observation.variant.points
        worths = {"no_double": decision.no_double, "take": decision.take, "drop": decision.drop}
        told: JsonObject = {}
        for name, worth in worths.items():
            seen = worth if sign > 0 else (-worth if single else 1 - worth)
            told[name] = round(seen, _DIGITS)
        (chances,) = (
            self.chances(np.array([observation.board], np.int8))
            if sign > 0
            else turned(self.chances(np.array([replace(seen_by_other(observation)).board], np.int8)))
        )
        return {"cube": told, "chances": _named(chances)}


def _named(chances: NDArray[np.float32]) -> JsonObject:
    return {name: round(float(one), _DIGITS) for name, one in zip(CHANCES, chances, strict=True)}
