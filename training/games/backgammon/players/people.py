"""Generated players: each sees a position in players' words, has likings of its own, and blunders in its own way.

A player prefers the turn whose position it values most.  A value is a sum over ``choices.FEATURES``, in points or so;
CLUB holds the likings of a sound player.  Beginners leave blots where they can be hit, run for home too early, give up
anchors and pile checkers up, since they care little for what stops that; and the less somebody has played, the less
sure is every judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.choices import COLUMNS, FEATURES, choice_rows
from ai_functions.policies.backgammon.cube import pips_say
from games.backgammon.kernel import POINTS
from games.backgammon.observation import MOVE
from games.backgammon.turns import legal_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from numpy.typing import NDArray

    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action

NAMES = tuple(
    name
    for feature in FEATURES
    for name in ([f"made.{place}" for place in range(1, POINTS + 1)] if feature == f"made[{POINTS}]" else [feature])
)
"""One name for each column."""
CLUB: Mapping[str, float] = {
    "mover.hits": 0.25, "mover.rear_escapes": 0.35, "mover.prime_of_4": 0.15, "mover.prime_of_5": 0.2,
    "mover.prime_of_6": 0.3, "mover.points_in_six": 0.5, "mover.home_points": 0.6, "mover.anchor": 0.25,
    "mover.pips": -1.0, "mover.piles": -0.35, "mover.rear": -0.3,
    "other.hits": -0.35, "other.hit_pips": -0.55, "other.rear_escapes": -0.35, "other.mean_escapes": -0.5,
    "on_bar": 0.5, "off": 1.0, "blots": -0.03, "blots_at_home": -0.04, "back": -0.05,
    "made.1": -0.1, "made.2": -0.05, "made.4": 0.08, "made.5": 0.15, "made.6": 0.1, "made.7": 0.12, "made.8": 0.05,
    "made.18": 0.05, "made.20": 0.1, "made.21": 0.08, "made.22": 0.02,
    "race.home": -1.0, "race.off": 0.3, "race.wasted": -0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likings:
    """A generated player."""

    name: str
    weights: NDArray[np.float32]
    unsure: float
    """How far its judgement of a turn strays, in points: the scale of Gumbel noise, new for every turn."""

    def play(self, observation: Observation, random: Random) -> Action:
        """Return the turn that it likes best now; cubes are left alone, and taken by the count of pips."""
        if observation.phase != MOVE:
            return pips_say(observation)
        assert observation.dice is not None  # noqa: S101 - it is there in this phase
        legal = legal_turns(observation.board, observation.dice)
        if len(legal) == 1:
            return legal[0][0]
        values = choice_rows(np.array([after for _, after in legal], np.int8)) @ self.weights
        return legal[self.prefers(values, random)][0]

    def prefers(self, values: NDArray[np.float32], random: Random) -> int:
        """Return which of its values it takes for the largest."""
        noise = np.random.default_rng(random.getrandbits(62)).gumbel(size=len(values))
        return int((values + self.unsure * noise).argmax())


def likings(name: str, changes: Mapping[str, float], unsure: float) -> Likings:
    """Return a club player with some likings multiplied."""
    weights = np.zeros(COLUMNS, np.float32)
    for number, column in enumerate(NAMES):
        weights[number] = CLUB.get(column, 0.0) * changes.get(column, 1.0)
    return Likings(name, weights, unsure)


def novice(random: Random) -> Likings:
    """Return somebody who has learned the rules and little more."""
    careless = random.uniform(0.0, 0.5)
    changes = dict.fromkeys(("other.hits", "other.hit_pips", "blots", "blots_at_home"), careless)
    changes |= dict.fromkeys(("mover.anchor", "made.20", "made.21", "made.22"), random.uniform(-0.5, 0.3))
    changes |= {"mover.rear": random.uniform(1.0, 3.0), "back": random.uniform(1.0, 3.0)}  # away from there
    changes |= {"mover.piles": random.uniform(0.0, 0.6), "on_bar": random.uniform(0.3, 2.0)}
    changes |= dict.fromkeys(("mover.points_in_six", "mover.home_points"), random.uniform(0.2, 0.8))
    return likings("novice", changes, random.uniform(0.06, 0.16))


def club(random: Random) -> Likings:
    """Return somebody who plays now and then, and has a favourite mistake."""
    changes = {name: random.uniform(0.5, 1.2) for name in CLUB}
    return likings("club", changes, random.uniform(0.02, 0.06))


BEGINNER = likings("beginner", dict.fromkeys(("other.hits", "other.hit_pips", "blots", "mover.anchor"), 0.2), 0.2)
"""Against whom everybody is measured: always the same."""
POPULATIONS: Mapping[str, Callable[[Random], Likings]] = {"novices": novice, "club": club}
