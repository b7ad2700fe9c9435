"""How backgammon's golden matches are played: single games with and without a cube, and matches, by who doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.backgammon import rules
from tests.golden.write import Plan

if TYPE_CHECKING:
    from random import Random

MOVES = frozenset({"rolled", "moved", "hit", "game", "won"})


def bold(observation: rules.Observation, random: Random) -> rules.Action:
    """Double one time in eight, drop one offer in three, and move at random."""
    if observation.phase == "roll":
        return rules.DOUBLE if random.random() < 1 / 8 else rules.THROW
    if observation.phase == "answer":
        return rules.DROP if random.random() < 1 / 3 else rules.TAKE
    return rules.sample_action(observation, random)


def _plan(name: str, options: dict[str, Any], *events: str) -> Plan:
    return Plan(name, options, dict.fromkeys(rules.PLAYERS, bold), events=MOVES | set(events))


PLANS = (
    Plan("single-game", events=MOVES),
    _plan("single-game-with-a-cube-and-jacoby", {"cube": True, "jacoby": True}, "doubled", "took"),
    _plan("match-to-5", {"points": 5}, "doubled", "took", "dropped"),
    _plan("match-to-3-without-crawford", {"points": 3, "crawford": False}, "doubled"),
)
