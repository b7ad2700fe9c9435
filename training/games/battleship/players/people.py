"""Bootstrap players who play as people do: with favourite regions, half-kept plans, and chases that go on too long.

``POPULATIONS`` makes pairs of them, as different from each other as people of one strength are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from ai_functions.policies.battleship.features import settle
from games.battleship.fleet import Cell, Placement, random_placement, ship_placements
from games.battleship.observation import PlaceObservation
from games.battleship.rules import Shot
from training.games.battleship.players.textbook import LADDER, beside_hits, cells_of, neighbours, untried_cells

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from games.battleship.fleet import ShipPlacement, Variant
    from games.battleship.observation import Observation, ShootObservation
    from games.battleship.rules import Action
    from games.core import Opponent


@dataclass(frozen=True, slots=True)
class Habits:
    """How a person plays; the numbers from 0 to 1 are how often they do so."""

    focus: float
    """Follow an open hit rather than shoot elsewhere."""
    line: float
    """Go on in the line of two hits, rather than beside either."""
    chase: float
    """Go on shooting beside a ship that has sunk."""
    parity: float
    """Keep to one colour of the chessboard while hunting."""
    spread: float
    """Keep away from earlier misses while hunting."""
    fits: float
    """Pass over a cell in which no ship afloat fits."""
    favourite: tuple[float, float] = (0.5, 0.5)
    """Where they like to shoot, as parts of the board's width and height."""
    pull: float = 1.0
    """How strongly."""
    edges: float = 0.0
    """How much they like the edge for their own ships: placements there weigh exp(edges) as much."""
    lying: float = 0.5
    """How often their ships lie across rather than down."""
    apart: float = 0.8
    """Keep their own ships from touching."""


@dataclass(frozen=True, slots=True)
class BootstrapPlayer:
    """A bootstrap player and the name its records give it."""

    name: str
    play: Opponent


def _novice(random: Random) -> BootstrapPlayer:
    habits = Habits(
        focus=random.uniform(0.35, 0.7),
        line=random.uniform(0.2, 0.6),
        chase=random.uniform(0.4, 0.95),
        parity=random.uniform(0, 0.3),
        spread=random.uniform(0.1, 0.5),
        fits=random.uniform(0, 0.3),
        favourite=(random.random(), random.random()),
        pull=random.uniform(0, 5),
        edges=random.uniform(-0.5, 1),
        lying=random.uniform(0.4, 0.75),
        apart=random.uniform(0.6, 1),
    )
    return BootstrapPlayer("novice", person(habits))


def _club(random: Random) -> BootstrapPlayer:
    habits = Habits(
        focus=random.uniform(0.7, 0.95),
        line=random.uniform(0.4, 0.9),
        chase=random.uniform(0.1, 0.5),
        parity=random.uniform(0.4, 0.9),
        spread=random.uniform(0.3, 0.8),
        fits=random.uniform(0.3, 0.8),
        favourite=(random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)),
        pull=random.uniform(0, 2),
        edges=random.uniform(-0.5, 0.7),
        lying=random.uniform(0.4, 0.65),
        apart=random.uniform(0.4, 0.9),
    )
    return BootstrapPlayer("club", person(habits))


def _master(random: Random) -> BootstrapPlayer:
    name = random.choice(("parity", "parity", "density"))
    return BootstrapPlayer(name, LADDER[name])


def person(habits: Habits) -> Opponent:
    """Return someone with these habits."""

    def shoot(observation: ShootObservation, random: Random) -> Cell:
        return _person_shot(habits, observation, random)

    def play(observation: Observation, random: Random) -> Action:
        if isinstance(observation, PlaceObservation):
            return _person_fleet(habits, observation.variant, random)
        return Shot(shoot(observation, random))

    return play


def _person_shot(habits: Habits, observation: ShootObservation, random: Random) -> Cell:
    open_hits, sunk_cells = settle(observation.variant, observation.shots)
    free = set(untried_cells(observation))
    if open_hits and random.random() < habits.focus:
        followed = beside_hits(observation)
        if random.random() >= habits.line:
            followed = [cell for hit in sorted(open_hits) for cell in neighbours(hit) if cell in free]
        if followed:
            return random.choice(followed)
    recent = {report.cell for report in observation.shots[-4:]}
    if sunk_cells & recent and random.random() < habits.chase:
        leftover = [cell for hit in sorted(sunk_cells & recent) for cell in neighbours(hit) if cell in free]
        if leftover:
            return random.choice(leftover)
    return _person_hunts(habits, observation, sorted(free), random)


def _person_hunts(habits: Habits, observation: ShootObservation, free: list[Cell], random: Random) -> Cell:
    size = observation.variant.size
    misses = {report.cell for report in observation.shots if report.result == "miss"}
    colour = random.random() < habits.parity
    careful = random.random() < habits.spread
    fitting = random.random() < habits.fits
    shortest = min(observation.variant.length(ship) for ship in observation.afloat)
    untried = set(free)
    x, y = habits.favourite[0] * (size - 1), habits.favourite[1] * (size - 1)
    weights = []
    for cell in free:
        weight = exp(-habits.pull * ((cell.column - x) ** 2 + (cell.row - y) ** 2) / size**2)
        if colour and (cell.column + cell.row) % 2:
            weight *= 0.02
        if careful:
            weight *= 0.3 ** sum(beside in misses for beside in neighbours(cell))
        if fitting and not _has_room(cell, shortest, untried):
            weight *= 0.02
        weights.append(weight)
    return random.choices(free, weights)[0]


def _has_room(cell: Cell, length: int, untried: set[Cell]) -> bool:
    for right, down in ((1, 0), (0, 1)):
        run = 1
        for way in (1, -1):
            step = way
            while Cell(cell.column + step * right, cell.row + step * down) in untried:
                run += 1
                step += way
        if run >= length:
            return True
    return False


def _person_fleet(habits: Habits, variant: Variant, random: Random) -> Placement:
    """Draw whole fleets by the person's placement weights, apart from each other where they can."""
    apart = random.random() < habits.apart
    weights = {
        ship: [_placement_weight(habits, variant, placement) for placement in ship_placements(variant, ship)]
        for ship in variant.names
    }
    fallback = None
    for _ in range(300):
        placed: list[ShipPlacement] = []
        taken: set[Cell] = set()
        halo: set[Cell] = set()
        touching = False
        for ship in variant.names:
            (placement,) = random.choices(ship_placements(variant, ship), weights[ship])
            cells = cells_of(variant, placement)
            if taken & cells:
                break
            touching = touching or bool(halo & cells)
            placed.append(placement)
            taken |= cells
            halo |= {near for cell in cells for near in neighbours(cell)}
        else:
            fallback = Placement(tuple(placed))
            if not (touching and (apart or variant.no_touch)):
                return fallback
    if variant.no_touch or fallback is None:
        return random_placement(variant, random)
    return fallback


def _placement_weight(habits: Habits, variant: Variant, placement: ShipPlacement) -> float:
    on_edge = any(
        cell.column in (0, variant.size - 1) or cell.row in (0, variant.size - 1)
        for cell in cells_of(variant, placement)
    )
    along = 1 - habits.lying if placement.vertical else habits.lying
    return along * exp(habits.edges * on_edge)


POPULATIONS: dict[str, Callable[[Random], tuple[BootstrapPlayer, BootstrapPlayer]]] = {
    "novices": lambda random: (_novice(random), _novice(random)),
    "club": lambda random: (_club(random), _club(random)),
    "masters": lambda random: (_master(random), _master(random)),
    "admirals": lambda _: (
        BootstrapPlayer("density", LADDER["density"]),
        BootstrapPlayer("density", LADDER["density"]),
    ),
}
"""Makers of pairs that differ as people of one strength differ."""
