"""Where ships lie as numbers: one row for each berth, and whole fleets drawn by how much each berth is liked.

A fleet is as likely as the product of its berths' weights, over all legal fleets; weights of one everywhere give the
uniform fleet.  With few fleets seen, the broad columns (edges, cells) learn first; the column that each berth has of
its own learns last.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import sea
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
"""What is said of a berth, whichever ship's."""
OWN_TRAITS = ("one", "vertical", "along_edge")
"""What is said again for each ship."""
BERTHS = 760
"""Berths of the standard fleet; likings are learned for the standard game alone."""
BERTH_ROW = (
    *TRAITS, *(f"{ship}.{trait}" for ship in STANDARD.names for trait in OWN_TRAITS),
    f"at_cell[{STANDARD.size**2}]", f"at_placement[{BERTHS}]",
)  # fmt: skip
"""The columns of a berth's row: "name[n]" stands for n columns, one for each cell (row by row) or ship placement."""
BERTH_COLUMNS = width(BERTH_ROW)
_TRAIT, _OWN_TRAIT, _CELL, BERTH_SCALE = 2.0, 0.5, 1.0, 0.7
"""Scales: how freely each kind of column learns under one penalty.  Chosen by how well ten fleets of each of
``training.games.battleship.players.habitual.HABITUAL`` foretell others of the same player."""


@lru_cache(maxsize=1)
def berth_rows() -> NDArray[np.float32]:
    """Return shape (BERTHS, BERTH_COLUMNS): a row for every berth of the standard fleet."""
    waters = sea(STANDARD)
    size = STANDARD.size
    middle = (size - 1) / 2
    traits = np.zeros((BERTHS, len(TRAITS)), np.float32)
    for index, berth in enumerate(waters.berths):
        across, along = (berth.cell.column, berth.cell.row) if berth.vertical else (berth.cell.row, berth.cell.column)
        end = along + int(waters.length[index]) - 1
        edge, tip = across in (0, size - 1), along == 0 or end == size - 1
        reach, off = (along + end) / 2 / middle - 1, across / middle - 1
        x, y = (off, reach) if berth.vertical else (reach, off)
        of = {
            "one": 1,
            "vertical": berth.vertical,
            "along_edge": edge,
            "end_on_edge": tip,
            "away": np.hypot(x, y),
            "column": x,
            "row": y,
            "column_squared": x * x,
            "row_squared": y * y,
            "corner": edge and tip,
        }
        traits[index] = [of[name] for name in TRAITS]
    own = np.zeros((BERTHS, len(STANDARD.fleet), len(OWN_TRAITS)), np.float32)
    own[np.arange(BERTHS), waters.ship] = traits[:, [TRAITS.index(name) for name in OWN_TRAITS]]
    cells = waters.cover / np.sqrt(waters.length)[:, None]
    each = np.eye(BERTHS, dtype=np.float32)
    return np.hstack([traits * _TRAIT, own.reshape(BERTHS, -1) * _OWN_TRAIT, cells * _CELL, each * BERTH_SCALE])


def berth_numbers(placement: Placement) -> list[int]:
    """Return each berth's row in ``berth_rows``."""
    numbers = _numbers()
    return [numbers[berth.ship, berth.cell, berth.vertical] for berth in placement.berths]


@lru_cache(maxsize=1)
def _numbers() -> dict[tuple[str, tuple[int, int], bool], int]:
    return {(berth.ship, berth.cell, berth.vertical): index for index, berth in enumerate(sea(STANDARD).berths)}


def likes_berths(variant: Variant) -> bool:
    """Return whether learned likings are about this variant's berths: the standard board and fleet."""
    return (variant.size, variant.fleet, variant.no_touch) == (STANDARD.size, STANDARD.fleet, False)


_TRIES = 500


def draw_fleet(variant: Variant, weights: Sequence[float] | None, random: Random) -> Placement:
    """Return a whole fleet, drawn as likely as the product of its berths' ``weights``; uniformly without weights.

    Weights so lopsided that 500 draws all overlap give way to the uniform fleet.
    """
    if weights is None or not likes_berths(variant):
        return random_placement(variant, random)
    waters = sea(variant)
    spans = [range(waters.first[ship], waters.first[ship + 1]) for ship in range(len(variant.fleet))]
    shares = [[weights[number] for number in span] for span in spans]
    for _ in range(_TRIES):
        drawn = [random.choices(span, share)[0] for span, share in zip(spans, shares, strict=True)]
        if waters.cover[drawn].sum(axis=0).max() <= 1:
            return Placement(tuple(waters.berths[number] for number in drawn))
    return random_placement(variant, random)
