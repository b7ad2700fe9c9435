"""Who plays when the function does not answer: a simple local player for each game, always labelled as such.

Pac-Man needs none: a ghost without an answer follows the arcade's rule, which the game itself knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.battleship.fleet import Cell, random_placement
from games.battleship.notation import HIT, MISS, Shot
from games.battleship.rules import PlaceObservation
from games.core import GameError

if TYPE_CHECKING:
    from random import Random

    from games.battleship.rules import Action, Observation


def stand_in(game: str, observation: Any, random: Random) -> Any:
    """Return a legal action of ``game`` for ``observation``.  Raises GameError for a game without a stand-in."""
    if game != "battleship":
        raise GameError(f"{game} has no local stand-in")
    return _battleship(observation, random)


def _battleship(observation: Observation, random: Random) -> Action:
    """Place at random; shoot beside a hit that no sinking has followed, else anywhere."""
    if isinstance(observation, PlaceObservation):
        return random_placement(observation.variant, random)
    variant = observation.variant
    tried = {report.cell for report in observation.shots}
    free = [Cell(x, y) for y in range(variant.size) for x in range(variant.size) if Cell(x, y) not in tried]
    last = [report for report in observation.shots if report.result != MISS][-1:]
    wounded = [report.cell for report in last if report.result == HIT]
    beside = [cell for hit in wounded for cell in free if abs(cell.column - hit.column) + abs(cell.row - hit.row) == 1]
    return Shot(random.choice(beside or free))
