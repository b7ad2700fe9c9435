"""Battleship's levels by an estimator of somebody's own: all three kinds of candidate as labelled rows of one table.

A row fills the columns of its kind, and the others are zero: a cell to shoot at, a placement to lie in (a fleet's own,
and as many of a fleet drawn uniformly), a position that is won or lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.metrics import log_loss

from ai_functions.policies.battleship.features import CELL_COLUMNS
from ai_functions.policies.battleship.learned import COLUMNS, RACE
from ai_functions.policies.battleship.placements import placement_numbers, placement_rows
from ai_functions.runtime.model import in_columns
from games.battleship.fleet import STANDARD, random_placement
from games.record import move_seed
from training.contracts import Fitted, TrainingError
from training.estimators import fit_own
from training.executors import in_parts, lent, spread
from training.games.battleship.examples import REPORT_EVERY, WORTH_A_PROCESS, choice_rows
from training.games.battleship.habits.weights import usual_fleets
from training.games.battleship.win_examples import race_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

HELD_OUT_ROWS = 2000
CLASSES = 2


class Labelled(NamedTuple):
    """Rows to learn from."""

    rows: NDArray[np.float32]
    """Shape (rows, COLUMNS)."""
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    """The match of each row."""
    cells: NDArray[np.bool_]
    """Which rows are cells to shoot at."""


def labelled(
    manifest: Manifest, records: Sequence[GameRecord], seed: int, progress: Callable[[str], None] = lambda _: None
) -> Labelled:
    """Return the rows of ``records``."""
    parts: list[tuple[NDArray[np.float32], NDArray[np.float64], int, bool]] = []
    numbered = list(enumerate(records))
    with lent(len(records), WORTH_A_PROCESS) as pool:
        games = [numbered[part.start : part.stop] for part in in_parts(len(records), REPORT_EVERY)]
        for number, some in enumerate(spread(_Rows(manifest, seed), games, pool)):
            if number:
                progress(f"read {number * REPORT_EVERY} of {len(records)} games")
            parts += some
    return Labelled(
        np.concatenate([rows for rows, _, _, _ in parts]),
        np.concatenate([labels for _, labels, _, _ in parts]).astype(np.int64),
        np.concatenate([np.full(len(rows), match) for rows, _, match, _ in parts]),
        np.concatenate([np.full(len(rows), cell) for rows, _, _, cell in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of some games, with their numbers, made in this process or in a worker."""

    manifest: Manifest
    seed: int

    def __call__(
        self, games: Sequence[tuple[int, GameRecord]]
    ) -> list[tuple[NDArray[np.float32], NDArray[np.float64], int, bool]]:
        placements = placement_rows()
        parts: list[tuple[NDArray[np.float32], NDArray[np.float64], int, bool]] = []
        for match, record in games:
            cells, taken = choice_rows(self.manifest, [record], self.seed)
            parts.append((in_columns(cells, 0, COLUMNS), taken, match, True))
            for number, fleet in enumerate(usual_fleets([record])):
                random = Random(move_seed(self.seed, match, f"fleet {number}"))  # noqa: S311 - a game, not a secret
                for one, label in ((fleet, 1.0), (random_placement(STANDARD, random), 0.0)):
                    rows = in_columns(placements[placement_numbers(one)], CELL_COLUMNS, COLUMNS)
                    parts.append((rows, np.full(len(rows), label), match, False))
            if record.outcome is not None and record.outcome.winner is not None:
                rows, won = race_rows([record], self.seed)
                parts.append((in_columns(rows, RACE, COLUMNS), won, match, False))
        return parts


def fit_labelled(
    manifest: Manifest,
    learn: Sequence[GameRecord],
    judge: Sequence[GameRecord],
    estimator: Any,
    seed: int,
    progress: Callable[[str], None],
) -> Fitted:
    """Return the estimator, fitted to ``learn`` and measured on ``judge``.  Raises TrainingError if it cannot be."""
    some = labelled(manifest, learn, seed, progress)
    progress(f"fitting {len(some.rows)} rows by {type(estimator).__name__}")
    fitted = fit_own(estimator, some.rows, some.labels, some.groups, seed)
    if len(getattr(fitted, "classes_", ())) != CLASSES or not hasattr(fitted, "predict_proba"):
        raise TrainingError(f"{type(estimator).__name__} gives no probabilities of two classes: a level needs them")
    held_out = labelled(manifest, judge, seed)
    picked = np.sort(np.random.default_rng(seed).permutation(len(held_out.rows))[:HELD_OUT_ROWS])
    cells = held_out.cells
    measures = {
        "log_loss": float(log_loss(held_out.labels[cells], fitted.predict_proba(held_out.rows[cells]), labels=[0, 1])),
        "rows": float(len(some.rows)),
        "games": float(len(learn)),
    }
    return Fitted(fitted, held_out.rows[picked], measures)
