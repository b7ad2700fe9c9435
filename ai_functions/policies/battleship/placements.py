"""Where ships lie as numbers: one row for each placement, and whole fleets drawn by placement weights.

A fleet is as likely as the product of its placements' weights, over all legal fleets; weights of one everywhere give
the uniform fleet.  With few fleets seen, the broad columns (edges, cells) learn first; the column that each placement
has of its own learns last.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_geometry
from ai_functions.runtime.model import width
from games.battleship.fleet import STANDARD, Placement, random_placement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray

    from games.battleship.fleet import Variant

TRAITS = (
    "one", "vertical", "along_edge", "end_on_edge", "away", "column", "row", "column_squared", "row_squared", "corner",
)  # fmt: skip
"""What is said of a placement, whichever ship's."""
OWN_TRAITS = ("one", "vertical", "along_edge")
"""What is said again for each ship."""
PLACEMENTS = 760
"""Placements of the standard fleet; weights are learned for the standard game alone."""
PLACEMENT_ROW = (
    *TRAITS, *(f"{ship}.{trait}" for ship in STANDARD.names for trait in OWN_TRAITS),
    f"at_cell[{STANDARD.size**2}]", f"at_placement[{PLACEMENTS}]",
)  # fmt: skip
"""The columns of a placement's row: "name[n]" stands for n columns, one for each cell (row by row) or ship
placement."""
PLACEMENT_COLUMNS = width(PLACEMENT_ROW)
_TRAIT, _OWN_TRAIT, _CELL, PLACEMENT_SCALE = 2.0, 0.5, 1.0, 0.7
"""Scales: how freely each kind of column learns under one penalty.  Chosen by how well ten fleets of each of
``training.games.battleship.players.habitual.HABITUAL`` foretell others of the same player."""


@lru_cache(maxsize=1)
def placement_rows() -> NDArray[np.float32]:
    """Return shape (PLACEMENTS, PLACEMENT_COLUMNS): a row for every placement of the standard fleet."""
    geometry = board_geometry(STANDARD)
    size = STANDARD.size
    middle = (size - 1) / 2
    vertical, column, row = np.array([(one.vertical, *one.cell) for one in geometry.placements]).T
    vertical = vertical.astype(np.bool_)
    across, along = np.where(vertical, (column, row), (row, column))
    end = along + geometry.length.astype(np.int64) - 1
    edge, tip = (across == 0) | (across == size - 1), (along == 0) | (end == size - 1)
    reach, off = (along + end) / 2 / middle - 1, across / middle - 1
    x, y = np.where(vertical, (off, reach), (reach, off))
    of = {
        "one": np.ones(PLACEMENTS),
        "vertical": vertical,
        "along_edge": edge,
        "end_on_edge": tip,
        "away": np.hypot(x, y),
        "column": x,
        "row": y,
        "column_squared": x * x,
        "row_squared": y * y,
        "corner": edge & tip,
    }
    traits = np.stack([of[name] for name in TRAITS], axis=1).astype(np.float32)
    every = np.arange(PLACEMENTS)
    own = np.zeros((PLACEMENTS, len(STANDARD.fleet), len(OWN_TRAITS)), np.float32)
    own[every, geometry.ship] = traits[:, [TRAITS.index(name) for name in OWN_TRAITS]]
    cells = geometry.cover / np.sqrt(geometry.length)[:, None]
    parts = (traits * _TRAIT, own.reshape(PLACEMENTS, -1) * _OWN_TRAIT, cells * _CELL)
    known = sum(part.shape[1] for part in parts)
    rows = np.zeros((PLACEMENTS, known + PLACEMENTS), np.float32)
    rows[:, :known] = np.hstack(parts)
    rows[every, known + every] = PLACEMENT_SCALE
    return rows


def placement_numbers(fleet: Placement) -> list[int]:
    """Return each placement's row in ``placement_rows``."""
    numbers = _numbers()
    return [numbers[placement.ship, placement.cell, placement.vertical] for placement in fleet.ships]


@lru_cache(maxsize=1)
def _numbers() -> dict[tuple[str, tuple[int, int], bool], int]:
    return {
        (placement.ship, placement.cell, placement.vertical): index
        for index, placement in enumerate(board_geometry(STANDARD).placements)
    }


def has_standard_placements(variant: Variant) -> bool:
    """Return whether learned weights apply to the variant: it has the standard board and fleet."""
    return (variant.size, variant.fleet, variant.no_touch) == (STANDARD.size, STANDARD.fleet, False)


_TRIES = 500


def draw_fleet(variant: Variant, weights: Sequence[float] | None, random: Random) -> Placement:
    """Return a whole fleet, drawn as likely as the product of its placements' ``weights``; uniformly without weights.

    Weights so lopsided that 500 draws all overlap give way to the uniform fleet.
    """
    if weights is None or not has_standard_placements(variant):
        return random_placement(variant, random)
    geometry = board_geometry(variant)
    spans = [range(geometry.first[ship], geometry.first[ship + 1]) for ship in range(len(variant.fleet))]
    shares = [[weights[number] for number in span] for span in spans]
    for _ in range(_TRIES):
        drawn = [random.choices(span, share)[0] for span, share in zip(spans, shares, strict=True)]
        if geometry.cover[drawn].sum(axis=0).max() <= 1:
            return Placement(tuple(geometry.placements[number] for number in drawn))
    return random_placement(variant, random)
