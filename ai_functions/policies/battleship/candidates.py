"""What a model may know of a cell that can be shot at, as named columns: one value for each candidate.

Tables for learning and functions that serve are made by this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import CELL_FEATURES, untried_rows
from games.battleship.notation import HIT, SUNK
from games.battleship.observation import ShootObservation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from games.battleship.observation import Observation

COLUMNS: Mapping[str, str] = {
    "fits": "ways in which a ship afloat fits over the cell, from 0 to 1, the most of any cell",
    "log_fits": "log of 1 + the number of those ways",
    "density": "the same ways, each counted ten times for every open hit it covers, from 0 to 1",
    "log_density": "log of density + 0.0001",
    "longest_fits": "ways in which the longest ship afloat fits, from 0 to 1",
    "dead": "1 where no ship afloat fits any more",
    "hits_beside": "open hits among the four neighbours",
    "line_end": "1 where two open hits in a line point at the cell",
    "beside_last_hit": "1 next to the last shot, if that hit",
    "misses_beside": "misses among the four neighbours",
    "open_beside": "neighbours not shot at",
    "parity": "0 or 1 like the fields of a chessboard",
    "parity_habit": "how far the shots so far favour the cell's field of the chessboard, from -0.5 to 0.5",
    "edge": "distance from the edge: 0 at the edge, 1 in the middle",
    "centre": "distance from the middle, in half widths",
    "column": "from -1 (left) to 1",
    "row": "from -1 (top) to 1",
    "column_squared": "column squared",
    "row_squared": "row squared",
    "near_last": "1 / (1 + steps to the last shot); 0 before the first",
    "in_line_with_last": "1 in the column or row of the last shot",
    "diagonal_to_last": "1 diagonally next to the last shot",
    "sunk_beside": "cells of sunk ships among the four neighbours",
    "crowded": "share of the cells within two steps that were shot at",
    "log_untried": "log of 1 + cells not shot at",
    "chasing": "1 while a ship has been hit and not sunk",
    "shots_fired": "shots so far",
    "ships_afloat": "enemy ships not sunk",
    "shots_since_hit": "shots since the last hit; missing before the first",
    "last_result": "a word: none, miss, hit, sunk, or called in a salvo",
}
"""Every column, in order, and what it says."""
WORDS = frozenset({"last_result"})
"""The columns that hold words; all others hold numbers."""
MISSING = frozenset({"shots_since_hit"})
"""The columns in which a number may be missing."""


def columns(observation: Observation) -> Mapping[str, Any] | None:
    """Return the columns of every cell not shot at, row by row: arrays of shape (cells,), or one value for all.

    They come in the order of ``legal_actions``.  None while fleets are placed: a placement is not chosen from a list.
    """
    if not isinstance(observation, ShootObservation):
        return None
    _, both = untried_rows(observation)
    half = len(CELL_FEATURES)
    rows = both[:, :half] + both[:, half:]  # one half is empty: that of the phase that it is not
    found: dict[str, Any] = dict(zip(CELL_FEATURES[:-1], rows.T, strict=False))  # the last one is always 1
    shots = observation.shots
    struck = [number for number, report in enumerate(shots, start=1) if report.result in {HIT, SUNK}]
    return {
        **found,
        "chasing": both[:, -1],
        "shots_fired": float(len(shots)),
        "ships_afloat": float(len(observation.afloat)),
        "shots_since_hit": float(len(shots) - struck[-1]) if struck else np.nan,
        "last_result": shots[-1].result if shots else "none",
    }
