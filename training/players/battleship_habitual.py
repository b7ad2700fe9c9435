"""Players with strong habits of placing, to learn to know; they shoot anywhere."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from games.battleship.fleet import Placement, berths, random_placement
from games.battleship.observation import PlaceObservation
from training.players.battleship import LADDER, cells_of, neighbours

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.battleship.fleet import Berth, Cell, Variant
    from games.battleship.observation import Observation
    from games.battleship.rules import Action
    from games.core import Opponent


_FAITHFUL = 0.75


def _shoot_anywhere(observation: Observation, random: Random) -> Action:
    shot: Action = LADDER["random"](observation, random)
    return shot


def _even(_variant: Variant, _berth: Berth) -> float:
    return 1.0


def _by_weights(
    weigh: Callable[[Variant, Berth], float] = _even, touching: Callable[[int], float] = lambda _: 1.0
) -> Opponent:
    """Return a player who likes berths by weight and shoots at random.

    ``touching`` is how likely a fleet is kept, given how many pairs of its ships touch.
    """

    def place(observation: Observation, random: Random) -> Action:
        if not isinstance(observation, PlaceObservation):
            return _shoot_anywhere(observation, random)
        variant = observation.variant
        weights = {ship: [weigh(variant, berth) for berth in berths(variant, ship)] for ship in variant.names}
        while True:
            placed = Placement(tuple(random.choices(berths(variant, ship), weights[ship])[0] for ship in variant.names))
            cells = [cells_of(variant, berth) for berth in placed.berths]
            if len(set().union(*cells)) == sum(map(len, cells)) and random.random() < touching(_contacts(cells)):
                return placed

    return place


def _contacts(ships: list[set[Cell]]) -> int:
    """Return how many pairs of ships touch."""
    near = [{beside for cell in ship for beside in neighbours(cell)} for ship in ships]
    return sum(bool(near[one] & ships[two]) for two in range(len(ships)) for one in range(two))


def _edges(variant: Variant, berth: Berth) -> float:
    cells = cells_of(variant, berth)
    columns, rows = {cell.column for cell in cells}, {cell.row for cell in cells}
    along = (columns in ({0}, {variant.size - 1}) and berth.vertical) or (
        rows in ({0}, {variant.size - 1}) and not berth.vertical
    )
    return 1.0 if along else 0.02


def _one_side(variant: Variant, berth: Berth) -> float:
    return 1.0 if all(cell.column < variant.size // 2 for cell in cells_of(variant, berth)) else 0.02


def _upright(_variant: Variant, berth: Berth) -> float:
    return 1.0 if berth.vertical else 0.03


def _middle(variant: Variant, berth: Berth) -> float:
    inside = range(2, variant.size - 2)
    return 1.0 if all(cell.column in inside and cell.row in inside for cell in cells_of(variant, berth)) else 0.02


def _corner(variant: Variant, berth: Berth) -> float:
    reach = variant.size // 2
    return 1.0 if all(cell.column + cell.row <= reach for cell in cells_of(variant, berth)) else 0.03


def _rows(variant: Variant, berth: Berth) -> float:
    return 1.0 if not berth.vertical and berth.cell.row in (1, 4, variant.size - 2) else 0.03


def _three_fleets(observation: Observation, random: Random) -> Action:
    """Use one of three fleets, always the same."""
    if isinstance(observation, PlaceObservation):
        return random_placement(observation.variant, Random(f"fleet {random.randrange(3)}"))  # noqa: S311
    return _shoot_anywhere(observation, random)


def _one_fleet(observation: Observation, random: Random) -> Action:
    """Use the same fleet, or once in four games any other."""
    if isinstance(observation, PlaceObservation):
        chosen = Random("the one fleet") if random.random() < _FAITHFUL else random  # noqa: S311
        return random_placement(observation.variant, chosen)
    return _shoot_anywhere(observation, random)


HABITUAL: dict[str, Opponent] = {
    "edges": _by_weights(_edges),
    "one side": _by_weights(_one_side),
    "upright": _by_weights(_upright),
    "middle": _by_weights(_middle),
    "corner": _by_weights(_corner),
    "three rows": _by_weights(_rows),
    "apart": _by_weights(touching=lambda pairs: 0.05**pairs),
    "clustered": _by_weights(touching=lambda pairs: 0.2 ** max(0, 4 - pairs)),
    "three fleets": _three_fleets,
    "one fleet": _one_fleet,
}
"""Players with strong habits of placing, to learn to know."""
