"""What plays Battleship while a function does not answer: places at random, and shoots beside the last hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.battleship.notation import HIT, MISS, Shot
from games.battleship.observation import ShootObservation
from games.battleship.rules import legal_actions, sample_action

if TYPE_CHECKING:
    from random import Random

    from games.battleship.rules import Action, Observation


def policy(observation: Observation, random: Random) -> Action:
    """Return a random placement; a shot beside the last hit unless a sinking followed it; else a random shot."""
    shots = [action for action in legal_actions(observation) or () if isinstance(action, Shot)]
    reports = observation.shots if isinstance(observation, ShootObservation) else ()
    last = [report for report in reports if report.result != MISS][-1:]
    beside = [
        shot
        for report in last
        for shot in shots
        if report.result == HIT
        and abs(shot.cell.column - report.cell.column) + abs(shot.cell.row - report.cell.row) == 1
    ]
    return random.choice(beside) if beside else sample_action(observation, random)
