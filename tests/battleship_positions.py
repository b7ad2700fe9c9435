"""Positions of Battleship, from seeds: variants, fleets and what a shooter heard; and what must hold in all of them."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import infer
from games.battleship import rules
from games.battleship.fleet import (
    STANDARD,
    Cell,
    Placement,
    Variant,
    VariantError,
    placement_board,
    random_placement,
    reserved,
    ship_placements,
)
from games.battleship.notation import CALLED, MISS, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_AIMED = 30


def answers(variant: Variant, fleet: Placement, cells: Sequence[Cell]) -> tuple[Report, ...]:
    """Return what a shooter at ``cells`` hears, shot by shot."""
    plain = Variant(variant.size, variant.fleet, variant.no_touch)
    state = rules.State(plain, (fleet, fleet), ((), ()), "one")
    for cell in cells:
        state, _ = rules.step(rules.State(plain, state.fleets, state.shots, "one"), {"one": rules.Shot(cell)})
    return state.shots_of("one")


def some_cells(variant: Variant, fleet: Placement, hits: int, misses: int, random: Random) -> list[Cell]:
    """Return so many cells of ships and of water, in any order."""
    board = fleet.board(variant)
    ships, water = list(variant.cells(board)), list(variant.cells((1 << variant.size**2) - 1 & ~board))
    random.shuffle(ships)
    random.shuffle(water)
    mixed = ships[:hits] + water[:misses]
    random.shuffle(mixed)
    return mixed


def aimed(seed: int, heard: int) -> tuple[Placement, list[Cell]]:
    """Return a fleet of the standard game and shots at it, half of which hit, so that ships sink and touch."""
    random = Random(seed)
    fleet = random_placement(STANDARD, random)
    count = min(heard, MOST_AIMED)
    return fleet, some_cells(STANDARD, fleet, count // 2, count - count // 2, random)


def late(seed: int) -> tuple[Placement, list[Cell]]:
    """Return a fleet of the standard game and shots at nearly all of the board."""
    random = Random(seed)
    fleet = random_placement(STANDARD, random)
    return fleet, some_cells(STANDARD, fleet, random.randint(6, 16), random.randint(60, 83), random)


MANY_WAYS = ((387, 16), (272, 18), (532, 14), (1606, 15), (2065, 16), (2436, 18), (4102, 14))
"""Arguments of ``aimed``: more ways to explain the hits than are followed, most of which cannot be completed."""
NO_ROOM = (146, 220, 313, 335, 338, 583, 794, 1112)
"""Arguments of ``late``: counting, which takes a placement away once for each ship that blocks it, finds no room."""


class Position(NamedTuple):
    """What a shooter knows and believes."""

    observation: rules.ShootObservation
    prior: NDArray[np.float64] | None = None
    touching: float = 1.0
    pairs: int = 0

    def check(self) -> None:
        """Check that hits are ships for sure, misses are not, and every ship lies somewhere, once."""
        variant, shots = self.observation.variant, self.observation.shots
        geometry = board_geometry(variant)
        placement = infer(self.observation, self.prior, self.touching, self.pairs).placement
        chance = placement @ geometry.cover
        struck = [one.cell.row * variant.size + one.cell.column for one in shots if one.result not in (MISS, CALLED)]
        missed = [one.cell.row * variant.size + one.cell.column for one in shots if one.result == MISS]
        assert chance[struck] == pytest.approx(np.ones(len(struck)), abs=1e-6)
        assert not chance[missed].any()
        assert np.add.reduceat(placement, geometry.first[:-1]) == pytest.approx(np.ones(len(variant.fleet)), abs=1e-6)
        assert placement.min() >= 0


def any_variant(random: Random) -> Variant:
    """Return a variant: any size, any fleet it has room for, ships apart or not, salvo or not."""
    while True:
        size = random.randint(8, 15)
        longest = random.choice((3, 5, 6, size))
        fleet = {f"ship_{number}": random.randint(1, min(size, longest)) for number in range(random.randint(1, 8))}
        if random.random() < 0.4:
            fleet = dict(STANDARD.fleet)
        options = {"size": size, "fleet": fleet, "no_touch": random.random() < 0.5, "salvo": random.random() < 0.2}
        try:
            return Variant.from_json(options)
        except VariantError:
            continue


def any_position(seed: int) -> Position | None:
    """Return a position of any variant, with any beliefs about the enemy; None if the game is over."""
    random = Random(seed)
    variant = any_variant(random)
    fleet = random_placement(variant, random)
    hits = random.randint(0, sum(length for _, length in variant.fleet) - 1)
    misses = int(random.random() * random.choice((0.1, 0.3, 0.6, 1)) * variant.size**2)
    shots = answers(variant, fleet, some_cells(variant, fleet, hits, misses, random))
    if variant.salvo and shots:
        called = random.randint(0, min(4, len(shots)))
        shots = (*shots[: len(shots) - called], *(Report(one.cell, CALLED) for one in shots[len(shots) - called :]))
    observation = rules.ShootObservation(variant, shots)
    prior = None
    if random.random() < 0.5:
        scores = np.random.default_rng(seed).normal(
            0, random.choice((0.5, 2, 8)), len(board_geometry(variant).placements)
        )
        prior = np.exp(scores - scores.max())
    position = Position(observation, prior, random.choice((1.0, 1.0, 0.3, 3.0)), random.choice((0, 2500)))
    return position if observation.afloat else None


def all_fleets(variant: Variant) -> list[Placement]:
    """Return every legal fleet."""
    found = []
    for chosen in product(*(ship_placements(variant, ship) for ship in variant.names)):
        taken = 0
        for placement in chosen:
            board = placement_board(variant, placement)
            if board & taken:
                break
            taken |= reserved(variant, board)
        else:
            found.append(Placement(chosen))
    return found


def agreeing(variant: Variant, every: Sequence[tuple[Placement, int]], shots: Sequence[Report]) -> list[Placement]:
    """Return the fleets that give these answers, of ``every``, each with its board."""
    missed = sum(variant.bit(shot.cell) for shot in shots if shot.result == MISS)
    struck = sum(variant.bit(shot.cell) for shot in shots if shot.result != MISS)
    near = [fleet for fleet, board in every if not board & missed and not struck & ~board]
    cells = [shot.cell for shot in shots]
    return [fleet for fleet in near if answers(variant, fleet, cells) == tuple(shots)]
