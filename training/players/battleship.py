"""Bootstrap players of Battleship, as ``(observation, random) -> action``: the teachers of the first models.

``LADDER`` holds the textbook players, weakest first.  ``person`` makes someone who plays as people do: with favourite
regions, half-kept plans, and chases that go on after the ship has sunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import exp
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship import CELL_FEATURES, cell_rows, hear, sea, settle
from ai_functions.features.battleship_fleets import infer
from games.battleship.fleet import Cell, Placement, berths, random_placement
from games.battleship.observation import PlaceObservation
from games.battleship.rules import Shot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Berth, Variant
    from games.battleship.observation import Observation, ShootObservation
    from games.battleship.rules import Action
    from games.core import Opponent

BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _untried(observation: ShootObservation) -> list[Cell]:
    tried = {report.cell for report in observation.shots}
    reach = range(observation.variant.size)
    return [cell for row, column in product(reach, reach) if (cell := Cell(column, row)) not in tried]


def _placing(shoot: Callable[[ShootObservation, Random], Cell]) -> Opponent:
    """Make a player of a way to shoot: the fleet is placed uniformly at random."""

    def play(observation: Observation, random: Random) -> Action:
        if isinstance(observation, PlaceObservation):
            return random_placement(observation.variant, random)
        return Shot(shoot(observation, random))

    return play


def _anywhere(observation: ShootObservation, random: Random) -> Cell:
    return random.choice(_untried(observation))


def _beside(observation: ShootObservation) -> list[Cell]:
    """Return untried cells beside open hits, those in line with two of them alone where there are any."""
    open_hits, _ = settle(observation.variant, observation.shots)
    free = set(_untried(observation))
    lines, neighbours = [], []
    for hit, (right, down) in product(sorted(open_hits), BESIDE):
        cell = Cell(hit.column + right, hit.row + down)
        if cell in free:
            neighbours.append(cell)
            if Cell(hit.column - right, hit.row - down) in open_hits:
                lines.append(cell)
    return lines or neighbours


def _hunt_and_target(observation: ShootObservation, random: Random) -> Cell:
    return random.choice(_beside(observation) or _untried(observation))


def _parity(observation: ShootObservation, random: Random) -> Cell:
    free = _untried(observation)
    even = [cell for cell in free if (cell.column + cell.row) % 2 == 0]
    return random.choice(_beside(observation) or even or free)


_DENSITY = CELL_FEATURES.index("density")


def _density(observation: ShootObservation, random: Random) -> Cell:
    """Shoot where most berths fit, ten times as many for each open hit; the published density player."""
    heard = hear(observation)
    rows = cell_rows(observation, heard)
    score = rows[:, _DENSITY] + rows[:, _DENSITY + len(CELL_FEATURES)]
    score[heard.tried] = -1
    best = np.flatnonzero(score == score.max())
    row, column = divmod(int(random.choice(best.tolist())), observation.variant.size)
    return Cell(column, row)


LADDER: dict[str, Opponent] = {
    "random": _placing(_anywhere),
    "hunt": _placing(_hunt_and_target),
    "parity": _placing(_parity),
    "density": _placing(_density),
}


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
    """How much they like the edge for their own ships: berths there weigh exp(edges) as much."""
    lying: float = 0.5
    """How often their ships lie across rather than down."""
    apart: float = 0.8
    """Keep their own ships from touching."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A bootstrap player and the name its records give it."""

    name: str
    play: Opponent


def _novice(random: Random) -> Teacher:
    habits = Habits(
        focus=random.uniform(0.5, 0.85),
        line=random.uniform(0.3, 0.7),
        chase=random.uniform(0.3, 0.9),
        parity=random.uniform(0, 0.15),
        spread=random.uniform(0, 0.2),
        fits=random.uniform(0, 0.1),
        favourite=(random.random(), random.random()),
        pull=random.uniform(0, 6),
        edges=random.uniform(-0.5, 1),
        lying=random.uniform(0.4, 0.75),
        apart=random.uniform(0.6, 1),
    )
    return Teacher("novice", person(habits))


def _club(random: Random) -> Teacher:
    habits = Habits(
        focus=random.uniform(0.85, 1),
        line=random.uniform(0.7, 1),
        chase=random.uniform(0, 0.3),
        parity=random.uniform(0.2, 0.8),
        spread=random.uniform(0.2, 0.8),
        fits=random.uniform(0.2, 0.8),
        favourite=(random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)),
        pull=random.uniform(0, 3),
        edges=random.uniform(-0.5, 0.7),
        lying=random.uniform(0.4, 0.65),
        apart=random.uniform(0.4, 0.9),
    )
    return Teacher("club", person(habits))


def _master(random: Random) -> Teacher:
    name = random.choice(("parity", "parity", "density"))
    return Teacher(name, LADDER[name])


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
    free = set(_untried(observation))
    if open_hits and random.random() < habits.focus:
        followed = _beside(observation)
        if random.random() >= habits.line:
            followed = [cell for hit in sorted(open_hits) for cell in _neighbours(hit) if cell in free]
        if followed:
            return random.choice(followed)
    recent = {report.cell for report in observation.shots[-4:]}
    if sunk_cells & recent and random.random() < habits.chase:
        leftover = [cell for hit in sorted(sunk_cells & recent) for cell in _neighbours(hit) if cell in free]
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
            weight *= 0.3 ** sum(beside in misses for beside in _neighbours(cell))
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


def _neighbours(cell: Cell) -> list[Cell]:
    return [Cell(cell.column + right, cell.row + down) for right, down in BESIDE]


def _person_fleet(habits: Habits, variant: Variant, random: Random) -> Placement:
    """Draw whole fleets with the person's likings, apart from each other where they can."""
    apart = random.random() < habits.apart
    weights = {ship: [_liking(habits, variant, berth) for berth in berths(variant, ship)] for ship in variant.names}
    fallback = None
    for _ in range(300):
        placed: list[Berth] = []
        taken: set[Cell] = set()
        halo: set[Cell] = set()
        touching = False
        for ship in variant.names:
            (berth,) = random.choices(berths(variant, ship), weights[ship])
            cells = _cells(variant, berth)
            if taken & cells:
                break
            touching = touching or bool(halo & cells)
            placed.append(berth)
            taken |= cells
            halo |= {near for cell in cells for near in _neighbours(cell)}
        else:
            fallback = Placement(tuple(placed))
            if not (touching and (apart or variant.no_touch)):
                return fallback
    if variant.no_touch or fallback is None:
        return random_placement(variant, random)
    return fallback


def _liking(habits: Habits, variant: Variant, berth: Berth) -> float:
    on_edge = any(
        cell.column in (0, variant.size - 1) or cell.row in (0, variant.size - 1) for cell in _cells(variant, berth)
    )
    along = 1 - habits.lying if berth.vertical else habits.lying
    return along * exp(habits.edges * on_edge)


def _cells(variant: Variant, berth: Berth) -> set[Cell]:
    right, down = (0, 1) if berth.vertical else (1, 0)
    reach = range(variant.length(berth.ship))
    return {Cell(berth.cell.column + step * right, berth.cell.row + step * down) for step in reach}


EXPLORER = "explorer"
EXPLORER_PAIRS = 15_000
"""Enough to learn from, at a third of the time the expert takes."""
EXPLORER_TEMPERATURE = 0.12


def explorer_chances(chance: NDArray[np.float64], tried: Sequence[int]) -> NDArray[np.float64]:
    """Return how likely an explorer shoots at each cell: mostly at the likeliest, often at one nearly as likely."""
    score = np.log(np.clip(chance, 1e-9, 1)) / EXPLORER_TEMPERATURE
    score[list(tried)] = -np.inf
    weight = np.exp(score - score.max())
    return np.asarray(weight / weight.sum())


def _explore(observation: ShootObservation, random: Random) -> Cell:
    """Shoot where the posterior over whole fleets says, with variations to learn from."""
    size = observation.variant.size
    generator = np.random.default_rng(random.getrandbits(63))
    fleets = infer(observation, generator, pairs=EXPLORER_PAIRS)
    waters = sea(observation.variant)
    tried = [report.cell.row * size + report.cell.column for report in observation.shots]
    chances = explorer_chances(fleets.berth_chances(waters) @ waters.cover, tried)
    row, column = divmod(int(generator.choice(len(chances), p=chances)), size)
    return Cell(column, row)


POPULATIONS: dict[str, Callable[[Random], tuple[Teacher, Teacher]]] = {
    "novices": lambda random: (_novice(random), _novice(random)),
    "club": lambda random: (_club(random), _club(random)),
    "masters": lambda random: (_master(random), _master(random)),
    # whoever explores must finish the game, so the other one shoots anywhere
    "explorers": lambda _: (Teacher(EXPLORER, _placing(_explore)), Teacher("random", LADDER["random"])),
}
"""Makers of pairs that differ as people of one strength differ."""


def _by_weights(weigh: Callable[[Variant, Berth], float], touching: float = 1.0) -> Opponent:
    """Return a player who likes berths by weight and shoots at random; ``touching`` is how much contact counts."""

    def place(observation: Observation, random: Random) -> Action:
        if not isinstance(observation, PlaceObservation):
            return Shot(_anywhere(observation, random))
        variant = observation.variant
        weights = {ship: [weigh(variant, berth) for berth in berths(variant, ship)] for ship in variant.names}
        while True:
            placed = Placement(tuple(random.choices(berths(variant, ship), weights[ship])[0] for ship in variant.names))
            cells = [_cells(variant, berth) for berth in placed.berths]
            if len(set().union(*cells)) == sum(map(len, cells)) and random.random() < touching ** _contacts(cells):
                return placed

    return place


def _contacts(ships: list[set[Cell]]) -> int:
    """Return how many pairs of ships touch."""
    near = [{beside for cell in ship for beside in _neighbours(cell)} for ship in ships]
    return sum(bool(near[one] & ships[two]) for two in range(len(ships)) for one in range(two))


def _edges(variant: Variant, berth: Berth) -> float:
    cells = _cells(variant, berth)
    columns, rows = {cell.column for cell in cells}, {cell.row for cell in cells}
    along = (columns in ({0}, {variant.size - 1}) and berth.vertical) or (
        rows in ({0}, {variant.size - 1}) and not berth.vertical
    )
    return 1.0 if along else 0.02


def _one_side(variant: Variant, berth: Berth) -> float:
    return 1.0 if all(cell.column < variant.size // 2 for cell in _cells(variant, berth)) else 0.02


def _upright(_variant: Variant, berth: Berth) -> float:
    return 1.0 if berth.vertical else 0.03


def _middle(variant: Variant, berth: Berth) -> float:
    inside = range(2, variant.size - 2)
    return 1.0 if all(cell.column in inside and cell.row in inside for cell in _cells(variant, berth)) else 0.02


def _three_fleets(observation: Observation, random: Random) -> Action:
    """Use one of three fleets, always the same."""
    if isinstance(observation, PlaceObservation):
        return random_placement(observation.variant, Random(f"fleet {random.randrange(3)}"))  # noqa: S311
    return Shot(_anywhere(observation, random))


HABITUAL: dict[str, Opponent] = {
    "edges": _by_weights(_edges),
    "one side": _by_weights(_one_side),
    "upright": _by_weights(_upright),
    "middle": _by_weights(_middle),
    "apart": _by_weights(lambda *_: 1.0, touching=0.05),
    "three fleets": _three_fleets,
}
"""Players with strong habits of placing, to learn to know."""
