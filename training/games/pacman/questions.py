"""What Pac-Man's ghosts foretell: the exit that a team takes, or how soon an exit leads to a catch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.pacman.features import SETS
from games.pacman import rules
from training.games.pacman import examples
from training.games.pacman.foretelling import LEAST_CHANCE
from training.games.pacman.learn import imitable, imitates
from training.report.questions import CHOICE, VALUE, Foretelling, Questions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

WORDS = {
    "how much of the maze Pac-Man reaches first": ("area", "bold_area", "leisure_area", "sure_area"),
    "dots that he reaches first": ("area_dots",),
    "junctions that he reaches first": ("area_crossings",),
    "energizers that he reaches first": ("area_energizers", "to_safe_energizer", "energizer_lead"),
    "how much this ghost alone takes from him": ("area_taken",),
    "how far he can run": ("pocket",),
    "this ghost's way to him": ("to_pacman",),
    "this ghost's way to the junction ahead of him": ("to_ahead", "ahead_lead"),
    "how many of his ways out are shut": ("ways_shut", "ways_shut_by_this"),
    "his lead on his ways out": ("best_way_lead", "second_way_lead", "mean_way_lead"),
    "his lead at the nearest dot": ("nearest_dot_lead",),
    "the distance to the nearest other ghost": ("spread",),
    "how long the corridor behind the exit is": ("corridor",),
    "where the other ghosts are": (
        "others_nearest", "others_second", "others_third", "others_area", "others_ways_shut",
    ),
    "how many dots are left": ("dots_left", "to_nearest_dot"),
    "whether ghosts are frightened, and how long": ("fright", "to_energizer"),
    "how soon the ghost decides, and how fast it is": ("until", "speed"),
    "how many ways he has, and how many hunt him": ("ways", "hunters"),
    "how near the exit is to the ghost's own corner": ("near_corner", "scatter"),
    "how near the exit is to Pac-Man": ("near_pacman", "far_from_pacman"),
    "how near the exit is to the tiles ahead of him": ("near_ahead",),
    "how near the exit is to Inky's aim": ("near_mirror",),
    "the way to him from the exit": ("way_to_pacman",),
    "whether Blinky has sped up": ("elroy",),
    "which ghost it is": ("is_blinky", "is_pinky", "is_inky", "is_clyde"),
    "which way the exit leads": ("exit", "straight_on"),
}  # fmt: skip
"""In a player's words what a model knows of an exit -> names among its columns; each stands for its gain, too."""


def foretelling(manifest: Manifest) -> Foretelling:
    """Return what the opponent foretells."""
    names = SETS[str(manifest.training.get("sees", "team"))]
    columns = {
        words: [number for number, name in enumerate(names) if name.removesuffix("_gain") in meant]
        for words, meant in WORDS.items()
    }
    kind, what, said = (
        (CHOICE, "the exit that a ghost takes", _log_chance)
        if imitates(manifest)
        else (VALUE, "how soon an exit leads to a catch, from 0 (never) to 1 (at once)", _value)
    )
    return Foretelling(
        kind, what, "exit", partial(_read, manifest), said, {words: some for words, some in columns.items() if some}
    )


def _read(manifest: Manifest, record: GameRecord, most: int) -> Questions | None:
    if record.game != rules.NAME:
        return None
    sees = str(manifest.training.get("sees", "team"))
    seen = examples.read([record], sees, most, record.seed % 2**32, lambda _: None, imitable(manifest))
    if not seen.taken.any():
        return None
    if imitates(manifest):
        return Questions(seen.rows, seen.decision, seen.taken.astype(float), np.zeros(len(seen.rows), np.int64))
    rows, value = seen.rows[seen.taken], seen.value[seen.taken]
    return Questions(rows, np.arange(len(rows)), value, np.zeros(len(rows), np.int64))


def _log_chance(output: NDArray[Any]) -> NDArray[np.float64]:
    return np.log(np.clip(np.asarray(output[:, -1], np.float64), LEAST_CHANCE, 1.0))


def _value(output: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(output[:, -1], np.float64)
