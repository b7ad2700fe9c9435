"""Who plays when the function does not answer: a simple local player for each game, always labelled as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.battleship.fleet import Cell
from games.battleship.notation import HIT, MISS, Shot
from games.battleship.observation import PlaceObservation
from games.battleship.rules import sample_action
from games.catalog import find_game

if TYPE_CHECKING:
    from random import Random

    from games.battleship.rules import Action, Observation
    from games.core import Opponent
    from games.pacman.observation import Observation as Screen


def stand_in(game: str, observation: Any, random: Random) -> Any:
    """Return a legal action of ``game`` for what somebody in ``to_act`` was asked.  Raises GameError for no game."""
    policy = POLICIES.get(game) or find_game(game).sample_action
    return policy(observation, random)


def _battleship(observation: Observation, random: Random) -> Action:
    """Place at random; shoot beside a hit that no sinking has followed, else anywhere."""
    if isinstance(observation, PlaceObservation):
        return sample_action(observation, random)
    variant = observation.variant
    tried = {report.cell for report in observation.shots}
    free = [Cell(x, y) for y in range(variant.size) for x in range(variant.size) if Cell(x, y) not in tried]
    last = [report for report in observation.shots if report.result != MISS][-1:]
    wounded = [report.cell for report in last if report.result == HIT]
    beside = [cell for hit in wounded for cell in free if abs(cell.column - hit.column) + abs(cell.row - hit.row) == 1]
    return Shot(random.choice(beside or free))


def _pacman(observation: Screen, random: Random) -> Any:
    """Name no exit: a ghost without one follows the arcade's rule, which the game knows.  Pac-Man goes anywhere."""
    return {} if observation.decide else find_game("pacman").sample_action(observation, random)


POLICIES: dict[str, Opponent] = {"battleship": _battleship, "pacman": _pacman}
"""By game; one that is not here is played at random."""
