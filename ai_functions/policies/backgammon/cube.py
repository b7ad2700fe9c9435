"""What a game is worth with a cube, and what to do with it: Janowski's model.

What a result is worth is given by :class:`Stakes`: points in a single game, the chance to win the match in one.  With
the chances of gammons fixed, the worth of a position is a function of the chance ``p`` to win.  With a *dead* cube,
which nobody turns any more, it is linear.  With a *live* one, which is turned at the very moment at which the other
side may as well drop, it is linear between the points where somebody would drop.  A real cube is in between: EFFICIENCY
of the live one.  Source: R. Janowski, "Take-Points in Money Games" (1993), which treats money alone; for matches the
same is done with what the scores are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.backgammon.chances import LOSE_BACKGAMMON, LOSE_GAMMON, WIN, WIN_BACKGAMMON, WIN_GAMMON
from games.backgammon.kernel import pips
from games.backgammon.observation import CUBES, MIDDLE, OTHER, OWN, ROLL
from games.backgammon.rules import DROP, TAKE, THROW
from games.backgammon.turns import flipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.backgammon.observation import Observation

EFFICIENCY = 0.68
"""Janowski's estimate for positions with contact."""
_NEXT = {OWN: OTHER, OTHER: OWN}


@dataclass(frozen=True, slots=True)
class Stakes:
    """What results are worth to a player.  0 points are needed in a single game, where every point counts."""

    own: int = 0
    """Points that the player needs."""
    other: int = 0
    after_crawford: bool = False
    gammons: bool = True
    """Whether gammons count (Jacoby's rule)."""

    def worth(self, points: int) -> float:
        """Return what winning so many points is worth (losing, below 0): points, or the chance to win the match."""
        if not self.own:
            return float(points)
        from ai_functions.policies.backgammon.match_equity import match_equity  # noqa: PLC0415 - each needs the other

        own, other = self.own - max(points, 0), self.other - max(-points, 0)
        after = self.after_crawford or 1 in {self.own, self.other}
        return match_equity(own, other, crawford=not after and 1 in {own, other}, after=after)

    def turned(self) -> Stakes:
        """Return the stakes of the other side."""
        return Stakes(self.other, self.own, self.after_crawford, self.gammons)


def stakes_of(observation: Observation) -> Stakes:
    """Return what is at stake for the player who sees ``observation``."""
    variant, (own, other) = observation.variant, observation.score
    if not variant.points:
        return Stakes(gammons=not variant.jacoby or observation.cube.owner != MIDDLE)
    needs = variant.points - own, variant.points - other
    return Stakes(*needs, after_crawford=1 in needs and not observation.crawford)


def utility(chances: NDArray[np.float32], stakes: Stakes, value: int) -> NDArray[np.float64]:
    """Return what chances of shape (..., 5) are worth with a cube of ``value`` that nobody turns any more."""
    weights, constant = _weights(stakes, value)
    return np.asarray(chances.astype(np.float64) @ weights + constant)


def normalised(worth: NDArray[np.float64] | float, stakes: Stakes, value: int) -> NDArray[np.float64]:
    """Return what something is worth in games at the cube's value: +1 for winning one, -1 for losing one.

    GNU Backgammon and eXtreme Gammon write equities so.  With ``w`` and ``l`` what winning and losing are worth (points
    in a single game, the chance to win the match in one), it is ``(2 * worth - w - l) / (w - l)``.
    """
    won, lost = stakes.worth(value), stakes.worth(-value)
    return np.asarray((2 * np.asarray(worth) - won - lost) / (won - lost))


def cube_value(
    chances: Sequence[float], stakes: Stakes, value: int, owner: str, efficiency: float = EFFICIENCY
) -> float:
    """Return what a game is worth to a player on roll with these chances, and with the cube as it is."""
    p = chances[WIN]
    low, high = _ends(chances, stakes, value)
    dead = p * high + (1 - p) * low
    places, worths = [0.0], [low]
    if owner != OWN and _usable(stakes.turned(), value):
        places.append(_take_point(chances, stakes, value, efficiency))
        worths.append(stakes.worth(-value))
    if owner != OTHER and _usable(stakes, value):
        point = 1 - _take_point(_turned(chances), stakes.turned(), value, efficiency)
        if point > places[-1]:
            places.append(point)
            worths.append(stakes.worth(value))
    live = float(np.interp(p, [*places, 1.0], [*worths, high]))
    found = efficiency * live + (1 - efficiency) * dead
    if owner != OWN and _free(stakes.turned(), value):  # the other side will double, unless it plays for a gammon
        found = min(found, max(stakes.worth(-value), cube_value(chances, stakes, 2 * value, OWN, efficiency)))
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """What a cube decision is worth to the side on roll, in points or the chance to win the match."""

    no_double: float
    take: float
    drop: float

    @property
    def doubles(self) -> bool:
        """Whether the side on roll gains by doubling."""
        return min(self.take, self.drop) > self.no_double

    @property
    def takes(self) -> bool:
        """Whether the other side loses no more by taking."""
        return self.take <= self.drop


def decide(chances: Sequence[float], stakes: Stakes, value: int, owner: str) -> Decision:
    """Return what the side on roll, whose chances and stakes these are, may do with its own or nobody's cube."""
    counted = Stakes(stakes.own, stakes.other, stakes.after_crawford)  # a cube that was turned makes gammons count
    return Decision(
        no_double=cube_value(chances, stakes, value, owner),
        take=cube_value(chances, counted, 2 * value, OTHER),
        drop=stakes.worth(value),
    )


def _weights(stakes: Stakes, value: int) -> tuple[NDArray[np.float64], float]:
    """Return what each chance adds to the worth, and the worth of losing a single game."""
    most = 3 if stakes.gammons else 1
    won = [stakes.worth(min(kind, most) * value) for kind in (1, 2, 3)]
    gone = [stakes.worth(-min(kind, most) * value) for kind in (1, 2, 3)]
    weights = np.zeros(5)
    weights[WIN] = won[0] - gone[0]
    weights[WIN_GAMMON], weights[WIN_BACKGAMMON] = won[1] - won[0], won[2] - won[1]
    weights[LOSE_GAMMON], weights[LOSE_BACKGAMMON] = gone[1] - gone[0], gone[2] - gone[1]
    return weights, gone[0]


def _ends(chances: Sequence[float], stakes: Stakes, value: int) -> tuple[float, float]:
    """Return what losing and what winning is worth, with gammons as likely as they are among losses and wins."""
    weights, gone = _weights(stakes, value)
    wins, losses = max(chances[WIN], 1e-6), max(1 - chances[WIN], 1e-6)
    low = gone + (weights[LOSE_GAMMON] * chances[LOSE_GAMMON] + weights[LOSE_BACKGAMMON] * chances[LOSE_BACKGAMMON]) / (
        losses
    )
    high = gone + weights[WIN]
    high += (weights[WIN_GAMMON] * chances[WIN_GAMMON] + weights[WIN_BACKGAMMON] * chances[WIN_BACKGAMMON]) / wins
    return float(low), float(high)


def _turned(chances: Sequence[float]) -> tuple[float, ...]:
    return (
        1 - chances[WIN],
        chances[LOSE_GAMMON],
        chances[LOSE_BACKGAMMON],
        chances[WIN_GAMMON],
        chances[WIN_BACKGAMMON],
    )


def _usable(stakes: Stakes, value: int) -> bool:
    """Return whether a player with these stakes gains anything by doubling a cube of ``value``."""
    return value < CUBES[-1] and (not stakes.own or value < stakes.own)


def _free(stakes: Stakes, value: int) -> bool:
    """Return whether doubling a cube of ``value`` costs a player nothing: who loses the game loses the match anyhow."""
    return 0 < stakes.other <= value and _usable(stakes, value)


def _take_point(chances: Sequence[float], stakes: Stakes, value: int, efficiency: float) -> float:
    """Return the least chance to win with which a player takes a cube that is turned from ``value``."""
    counted = Stakes(stakes.own, stakes.other, stakes.after_crawford)
    doubled = 4 * value if _free(counted, 2 * value) else 2 * value
    low, high = _ends(chances, counted, doubled)
    dropped = stakes.worth(-value)
    dead = (dropped - low) / max(high - low, 1e-9)
    if doubled > 2 * value or not _usable(stakes, 2 * value):
        return min(max(dead, 0.0), 1.0)
    cash = 1 - _take_point(_turned(chances), counted.turned(), 2 * value, efficiency)
    live = cash * (dropped - low) / max(stakes.worth(2 * value) - low, 1e-9)
    return min(max(efficiency * live + (1 - efficiency) * dead, 0.0), 1.0)


PIPS_TO_TAKE = 0.12
"""How much longer one's own way home may be, as a part of the other side's, for a take by the count of pips."""


def pips_say(observation: Observation) -> str:
    """Return what somebody does about the cube who counts pips and no more: never double, take if not far behind."""
    if observation.phase == ROLL:
        return THROW
    own, other = pips(observation.board), pips(flipped(observation.board))
    return TAKE if own <= other * (1 + PIPS_TO_TAKE) else DROP
