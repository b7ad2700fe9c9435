"""How Battleship's opponents are measured: shots to sink one fleet."""

from __future__ import annotations

from importlib.util import find_spec
from random import Random
from typing import TYPE_CHECKING

from games.battleship import rules
from games.battleship.fleet import STANDARD, Cell, Placement, placement_board, random_placement
from games.battleship.notation import HIT, MISS, SUNK, Report, print_cell
from games.battleship.observation import PlaceObservation, ShootObservation
from games.core import IllegalActionError
from games.record import move_seed
from training.contracts import LESS, Benchmark
from training.games.battleship.players.textbook import LADDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from games.core import Opponent


def measure(opponent: Opponent, *, seed: int, against: Opponent | None = None) -> Mapping[str, float]:
    """Return how many ``shots`` the opponent needs for a fleet that ``against`` places; uniform without."""
    return {"shots": float(len(sink(opponent, _fleet(seed, against), seed)))}


def measure_controlled(opponent: Opponent, *, seed: int) -> tuple[Mapping[str, float], NDArray[np.float64]]:
    """Return what ``measure`` does for a uniform fleet, and the control variates of the game."""
    from training.games.battleship.controls import controls_of  # noqa: PLC0415 - compiled code, not in a function

    fleet = _fleet(seed, None)
    shots = sink(opponent, fleet, seed)
    return {"shots": float(len(shots))}, controls_of(fleet, shots)


_COMPILED = find_spec("training.games.battleship.compiled.table") is not None
"""Whether what is compiled is here; a trainer in the cloud leaves it behind."""


def _fleet(seed: int, against: Opponent | None) -> Placement:
    if against is None:
        return random_placement(STANDARD, Random(seed))  # noqa: S311 - a game, not a secret
    random = Random(move_seed(seed, 0, rules.PLAYERS[1]))  # noqa: S311
    fleet = against(PlaceObservation(STANDARD), random)
    rules.check(rules.start({}, random), rules.PLAYERS[1], fleet)
    if not isinstance(fleet, Placement):
        raise IllegalActionError(f"{fleet!r} is no placement")
    return fleet


def sink(opponent: Opponent, fleet: Placement, seed: int) -> list[Report]:
    """Return the opponent's shots and their answers until the fleet had sunk.  Raises IllegalActionError."""
    target = Target(fleet)
    shots: list[Report] = []
    tried = set()
    while target.afloat:
        random = Random(move_seed(seed, len(shots) + 1, rules.PLAYERS[0]))  # noqa: S311
        cell = opponent(ShootObservation(STANDARD, tuple(shots)), random).cell
        if cell in tried or not STANDARD.holds(cell):
            raise IllegalActionError(f"{print_cell(cell)} cannot be shot at after {len(shots)} shots")
        tried.add(cell)
        shots.append(target.answer(cell))
    return shots


class Target:
    """A fleet that is shot at, each cell once."""

    def __init__(self, fleet: Placement) -> None:
        self._ship_at = {
            cell: placement.ship
            for placement in fleet.ships
            for cell in STANDARD.cells(placement_board(STANDARD, placement))
        }
        self._left = dict(STANDARD.fleet)

    @property
    def afloat(self) -> bool:
        """Whether any ship is."""
        return any(self._left.values())

    def answer(self, cell: Cell) -> Report:
        """Return the answer to a shot at ``cell``."""
        ship = self._ship_at.get(cell)
        if ship is None:
            return Report(cell, MISS)
        self._left[ship] -= 1
        return Report(cell, HIT) if self._left[ship] else Report(cell, SUNK, ship)


BENCHMARK = Benchmark(
    measure=measure,
    measures={"shots": LESS},
    margin=0.5,
    band=1.0,
    seats=rules.PLAYERS,
    players=LADDER,
    controlled=measure_controlled if _COMPILED else None,
)
