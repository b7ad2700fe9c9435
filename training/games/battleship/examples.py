"""What players shot at, as rows to learn from: the cell that was taken among others that were not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import CELL_COLUMNS, cell_rows, hear
from games.battleship import rules
from games.battleship.observation import ShootObservation
from games.record import FUNCTION
from training.dataset import decisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.dataset import Decision

CANDIDATES = 12
"""Cells that each shot is learned from: the one that was taken and others at random."""


def choice_rows(
    manifest: Manifest, records: Sequence[GameRecord], generator: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return rows, shape (candidates, CELL_COLUMNS), and 1 for each that was taken, or held a ship.

    What functions chose is not learned from: a model would end up imitating itself.
    """
    wins = manifest.training.get("learn", "player") == "ship"
    rows, labels = [np.zeros((0, CELL_COLUMNS), np.float32)], [np.zeros(0)]
    for record in records:
        for decision in decisions(record):
            if not isinstance(decision.observation, ShootObservation):
                continue
            if decision.participant.kind == FUNCTION and not wins:
                continue
            heard = hear(decision.observation)
            untried = np.flatnonzero(~heard.tried)
            if wins:
                picked = generator.choice(untried, min(CANDIDATES, len(untried)), replace=False)
                labels.append(_ships(decision, picked))
            else:
                size = decision.observation.variant.size
                shot = decision.action.cell.row * size + decision.action.cell.column
                others = untried[untried != shot]
                picked = np.append(generator.choice(others, min(CANDIDATES - 1, len(others)), replace=False), shot)
                labels.append((picked == shot).astype(float))
            rows.append(cell_rows(decision.observation, heard)[picked])
    return np.concatenate(rows), np.concatenate(labels)


def _ships(decision: Decision, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 1 for each cell that held a ship."""
    enemy = rules.PLAYERS[1 - rules.PLAYERS.index(decision.player)]
    board = decision.state.fleet_of(enemy).board(decision.observation.variant)
    return np.array([board >> int(cell) & 1 for cell in cells], float)
