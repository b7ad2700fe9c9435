"""What the Battleship studies share: opponents by name, shots on paired fleets, and tables in Markdown."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import ai_functions
from training.evaluation.evaluate import LocalTrial, run, task_seeds
from training.evaluation.page import mean, table
from training.executors import workers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FOLDERS", "LEVELS", "mean", "report", "shots", "table"]

FOLDERS = Path(ai_functions.__file__).parent
LEVELS = ("battleship_easy", "battleship_medium", "battleship_hard", "battleship_expert")


def shots(who: str, fleets: int, against: str | None = None) -> NDArray[np.float64]:
    """Return shape (fleets,): shots that ``who`` needs; the same number of fleets means the same fleets."""
    seeds = list(islice(task_seeds("study", 1), fleets))
    trial = LocalTrial("battleship", _where(who), None if against is None else _where(against))
    with workers(fleets) as pool:
        return np.array([row["shots"] for row in run(trial, seeds, pool, lambda _: None)])


def _where(who: str) -> str:
    return str(FOLDERS / who) if (FOLDERS / who).is_dir() else who


def report(what: str, done: int, total: int) -> None:
    """Tell on stderr how far a study is."""
    sys.stderr.write(f"{what}: {done} of {total}\n")
