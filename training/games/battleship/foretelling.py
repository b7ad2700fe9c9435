"""How well models foretell the shots of recorded games that none of them learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import untried_rows
from ai_functions.policies.battleship.learned import COLUMNS, FEATURES, log_odds
from ai_functions.runtime.model import Model, in_columns
from games.battleship import rules
from training.games.battleship.examples import cell_of, ships_in, shots_to_learn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.dataset import Decision

MARGIN = 0.05
"""Nats: a model is worse by the margin that hesitates between 5 % more cells at each shot."""


def losses(
    manifest: Manifest, folders: Sequence[Path], records: Sequence[GameRecord], progress: Callable[[int, int], None]
) -> NDArray[np.float64]:
    """Return the mean log loss of a shot, in nats, shape (matches with any shot to foretell, folders).

    ``records`` are matches held out.  A model foretells a shot by its odds of all cells not shot at, whatever the
    temperature that it plays with.  Where ships are learned instead of shots, it is the log loss of a ship in a cell.
    """
    wins = manifest.training.get("learn") == "ship"
    standard = [record for record in records if record.game == rules.NAME and not record.options]
    models = [Model(folder, FEATURES) for folder in folders]
    found = []
    for number, record in enumerate(standard):
        shots = list(shots_to_learn(manifest, [record]))
        if shots:
            found.append(_of_match(shots, models, wins=wins))
        progress(number + 1, len(standard))
    return np.array(found).reshape(-1, len(models))


def _of_match(shots: Sequence[Decision], models: Sequence[Model], *, wins: bool) -> list[float]:
    """Return each model's mean loss."""
    rows, sizes, answers = [], [], []
    for shot in shots:
        untried, its_rows = untried_rows(shot.observation)
        rows.append(its_rows)
        sizes.append(len(untried))
        answers.append(ships_in(shot, untried) if wins else (untried == cell_of(shot)).astype(float))
    table, first = in_columns(np.concatenate(rows), 0, COLUMNS), np.concatenate([[0], np.cumsum(sizes[:-1])])
    answer = np.concatenate(answers)
    return [_loss(log_odds(model, table), answer, first, wins=wins) for model in models]


def _loss(odds: NDArray[np.float64], answer: NDArray[np.float64], first: NDArray[np.int64], *, wins: bool) -> float:
    if wins:
        return float(np.mean(np.logaddexp(0, odds) - answer * odds))
    taken = np.add.reduceat(answer * odds, first)
    return float(np.mean(np.logaddexp.reduceat(odds, first) - taken))
