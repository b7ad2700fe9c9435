"""Kuhn's own solution: no other way to play wins against it in the long run.

Source: H. W. Kuhn, "A Simplified Two-Person Poker" (1950), with the first player's free parameter at 1/3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.games.kuhn.rules import BET, CARDS, PASS

if TYPE_CHECKING:
    from random import Random

    from tests.games.kuhn.rules import Action, Observation

BETS: dict[str, dict[tuple[Action, ...], float]] = {
    "jack": {(): 1 / 3, (PASS,): 1 / 3, (BET,): 0.0, (PASS, BET): 0.0},
    "queen": {(): 0.0, (PASS,): 0.0, (BET,): 1 / 3, (PASS, BET): 2 / 3},
    "king": {(): 1.0, (PASS,): 1.0, (BET,): 1.0, (PASS, BET): 1.0},
}
"""How often each card bets, by what was played before."""


def act(observation: Observation, random: Random) -> Action:
    """Return a bet as often as the solution says."""
    return BET if random.random() < policy(observation)[BET] else PASS


def policy(observation: Observation) -> dict[Action, float]:
    """Return how likely each action is."""
    bets = BETS[CARDS[observation.card]][observation.played]
    return {PASS: 1 - bets, BET: bets}
