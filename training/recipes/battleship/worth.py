"""What a shot is worth beyond its chance to hit: how much sooner games are over after it.

Explorers shoot at cells drawn from the likeliest.  A shot is worth something if, all in all, the game was over sooner
than positions like it usually are; what differs between the cell taken and the cells that could have been taken
explains how much sooner.  Single games are mostly luck, so this takes thousands of them.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from ai_functions.features.battleship import CELL_FEATURES
from ai_functions.features.battleship_expert import COLUMNS
from ai_functions.features.battleship_learned import log_odds
from ai_functions.features.battleship_posterior import (
    FLEET_COLUMNS,
    FLEET_FEATURES,
    believe,
    make_prior,
    posterior_rows,
)
from ai_functions.runtime.model import MODEL, Model
from games.battleship.fleet import STANDARD
from games.battleship.notation import MISS
from training.dataset import decisions
from training.players.battleship import EXPLORER, EXPLORER_PAIRS, explorer_chances
from training.recipes import TrainingError
from training.recipes.battleship.part import fit_scaled_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.features.battleship_posterior import Posterior
    from games.battleship.observation import ShootObservation
    from games.record import GameRecord
    from training.dataset import Decision

PENALTY = 0.002
LEAST_GAMES = 100
_TOLD = (
    *FLEET_FEATURES, "fits", "log_fits", "density", "log_density", "longest_fits", "hits_beside", "line_end",
    "misses_beside", "open_beside", "parity_habit", "edge", "centre", "sunk_beside", "crowded",
)  # fmt: skip
"""Features that may matter.  A sea has no left and right, so the others could only learn chance."""
MATTERS = np.array([name in _TOLD for name in (*FLEET_FEATURES * 2, *CELL_FEATURES * 2)], np.float32)


class Shot(NamedTuple):
    """One shot of an explorer's."""

    row: NDArray[np.float32]
    """The cell taken less the cells that might have been, shape (FLEET_COLUMNS,)."""
    position: NDArray[np.float64]
    """What tells how long a game still lasts."""
    left: int
    """Shots from this one to the end."""


class Worth(NamedTuple):
    """What was learned, and real rows to check an export on."""

    part: NDArray[np.float64]
    rows: NDArray[np.float32]
    measures: Mapping[str, float]


def worth_part(records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]) -> Worth:
    """Return the weights of cells, learned from the explorers among the players.  Raises TrainingError if too few."""
    games = [record for record in records if _explored(record)]
    if len(games) < LEAST_GAMES:
        raise TrainingError(f"{len(games)} games that an explorer finished; {LEAST_GAMES} are needed")
    shots: list[Shot] = []
    rows: list[NDArray[np.float32]] = []
    prior = make_prior(STANDARD, "uniform", 1.0, None)
    for done, record in enumerate(games):
        if done % 200 == 0:
            progress(f"explored games read: {done} of {len(games)}")
        generator = np.random.default_rng((seed, done))
        mine = [one for one in decisions(record) if one.participant.name == EXPLORER and one.step > 0]
        for number, decision in zip(count(), mine):
            posterior = believe(decision.observation, (prior,), generator, EXPLORER_PAIRS)
            every = posterior_rows(decision.observation, posterior, generator)
            shots.append(_shot(decision, posterior, every, len(mine) - number))
            if number == done % len(mine):
                rows.append(every)
    surprise = _surprise(shots)
    progress(f"fitting {len(shots)} explored shots")
    spread = float(surprise.std())
    part = fit_scaled_part(
        np.stack([shot.row for shot in shots]) * MATTERS,
        (surprise < 0).astype(float),
        np.abs(surprise) / spread,
        PENALTY,
    )
    measures = {"explored_shots": float(len(shots)), "spread_of_surprise": spread}
    return Worth(part, np.concatenate(rows)[:2000], measures)


def worth_of(folder: Path) -> Worth:
    """Return what the model in ``folder`` holds already, read off by asking it.  Raises TrainingError if there is none.

    Its log-odds are linear in the columns: one row a column tells their weights.
    """
    if not (folder / MODEL).exists():
        raise TrainingError(f"no explorers among the players, and {folder} has no model to take over; use --bootstrap")
    rows = np.zeros((FLEET_COLUMNS, COLUMNS), np.float32)
    rows[:, :FLEET_COLUMNS] = np.eye(FLEET_COLUMNS)
    return Worth(log_odds(Model(folder), rows), rows[:, :FLEET_COLUMNS], {"explored_shots": 0.0})


def explored(records: Sequence[GameRecord]) -> bool:
    """Return whether an explorer is among the players."""
    return any(_explored(record) for record in records)


def _explored(record: GameRecord) -> bool:
    if record.outcome is None or record.outcome.winner is None:
        return False
    return any(one.name == EXPLORER and one.player == record.outcome.winner for one in record.participants)


def _shot(decision: Decision, posterior: Posterior, every: NDArray[np.float32], left: int) -> Shot:
    observation: ShootObservation = decision.observation
    size = observation.variant.size
    tried = [one.cell.row * size + one.cell.column for one in observation.shots]
    chances = explorer_chances(posterior.cell, tried)
    taken = decision.action.cell.row * size + decision.action.cell.column
    afloat = [float(name in observation.afloat) for name in observation.variant.names]
    struck = sum(one.result != MISS for one in observation.shots)
    position = [len(tried), struck, *afloat, posterior.log_fleets, posterior.cell[chances > 0].max(), every[:, 5].sum()]
    return Shot(every[taken] - chances.astype(np.float32) @ every, np.array(position), left)


def _surprise(shots: Sequence[Shot]) -> NDArray[np.float64]:
    """Return by how many shots each game lasted longer than its position told, judged by the other half of games."""
    positions = np.stack([shot.position for shot in shots])
    left = np.array([shot.left for shot in shots], float)
    first = np.arange(len(shots)) < len(shots) // 2
    surprise = np.zeros(len(shots))
    with threadpool_limits(1):
        for learn, judge in ((first, ~first), (~first, first)):
            usual = HistGradientBoostingRegressor(max_iter=150, learning_rate=0.06, max_leaf_nodes=15, random_state=0)
            usual.fit(positions[learn], left[learn])
            surprise[judge] = left[judge] - usual.predict(positions[judge])
    return surprise
