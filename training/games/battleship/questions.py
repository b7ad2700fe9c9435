"""What Battleship's models foretell: the cell that a player shoots at, or whether a ship lies there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.battleship.features import CELL_FEATURES, untried_rows
from ai_functions.policies.battleship.learned import COLUMNS
from ai_functions.policies.chances import log_odds_of
from ai_functions.runtime.model import in_columns
from games.battleship import rules
from training.games.battleship.examples import cell_of, ships_in, shots_to_learn
from training.report.questions import CHANCE, CHOICE, Foretelling, Questions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

WORDS = {
    "how many ways a ship afloat fits over the cell": ("fits", "log_fits"),
    "those ways, the more through open hits": ("density", "log_density"),
    "how many ways the longest ship afloat fits": ("longest_fits",),
    "whether any ship fits there at all": ("dead",),
    "open hits next to it": ("hits_beside",),
    "whether it goes on with a line of hits": ("line_end",),
    "whether it lies next to a last shot that hit": ("beside_last_hit",),
    "misses next to it": ("misses_beside",),
    "neighbours not shot at yet": ("open_beside",),
    "the chessboard pattern of the shots so far": ("parity", "parity_habit"),
    "how near the edge or the middle it is": ("edge", "centre"),
    "its column": ("column", "column_squared"),
    "its row": ("row", "row_squared"),
    "how near the last shot it is": ("near_last",),
    "whether it is in line with the last shot": ("in_line_with_last",),
    "whether it is diagonal to the last shot": ("diagonal_to_last",),
    "sunk ships next to it": ("sunk_beside",),
    "how much around it was shot at": ("crowded",),
    "how many cells are left": ("log_untried",),
}
"""In a player's words what a model knows of a cell -> names among CELL_FEATURES."""


def foretelling(manifest: Manifest) -> Foretelling | str:
    """Return what the opponent foretells, or why it foretells nothing."""
    learn = manifest.training.get("learn", "player")
    if learn == "worth":
        return (
            "what its shots are worth is tuned, so that fleets sink soon, and not fitted to what players did: "
            "it foretells nothing"
        )
    half = len(CELL_FEATURES)
    places = {name: (number, number + half) for number, name in enumerate(CELL_FEATURES)}  # hunting, then chasing
    columns = {words: [place for name in names for place in places[name]] for words, names in WORDS.items()}
    if learn == "ship":
        kind, what = CHANCE, "whether a ship lies in a cell"
        said = _chance
    else:
        kind, what = CHOICE, "the cell that a player shoots at"
        said = _log_odds
    return Foretelling(kind, what, "shot", partial(_read, manifest), said, columns)


def _read(manifest: Manifest, record: GameRecord, most: int) -> Questions | None:
    if record.game != rules.NAME or record.options:
        return None
    shots = list(shots_to_learn(manifest, [record]))
    if not shots:
        return None
    ships = manifest.training.get("learn") == "ship"
    rows, answers, decision = [], [], []
    for number, place in enumerate(
        np.unique(np.linspace(0, len(shots) - 1, min(most, len(shots))).round().astype(int))
    ):
        shot = shots[place]
        untried, its_rows = untried_rows(shot.observation)
        rows.append(its_rows)
        answers.append(ships_in(shot, untried) if ships else (untried == cell_of(shot)).astype(float))
        decision.append(np.full(len(untried), number))
    table = in_columns(np.concatenate(rows), 0, COLUMNS)
    return Questions(table, np.concatenate(decision), np.concatenate(answers), np.zeros(len(table), np.int64))


def _log_odds(output: NDArray[Any]) -> NDArray[np.float64]:
    return log_odds_of(np.asarray(output[:, 1], np.float64))


def _chance(output: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(output[:, 1], np.float64)
