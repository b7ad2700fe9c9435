"""From where games are won: positions of recorded games, and who won them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.posterior import believe, make_prior
from ai_functions.policies.battleship.win_chance import RACE_COLUMNS, race_row
from games.battleship.fleet import STANDARD
from games.battleship.observation import ShootObservation
from training.dataset import decisions
from training.executors import in_parts, lent, spread
from training.games.battleship.examples import REPORT_EVERY, WORTH_A_PROCESS, generator_for
from training.games.battleship.parts import fit_scaled_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from games.record import GameRecord

POSITIONS = 6
"""Positions that are looked at in each game: neighbours tell the same."""
PENALTY = 0.3
LEAST_GAMES = 50


def race_part(
    records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return weights, shape (RACE_COLUMNS,), whose score is the log-odds to win, and the positions they came from.

    With fewer than LEAST_GAMES games that somebody won, nothing is claimed: even chances everywhere.
    """
    won = [record for record in records if record.outcome is not None and record.outcome.winner is not None]
    rows, labels = race_rows(won, seed)
    progress(f"who won from {len(rows)} positions of {len(won)} games")
    if len(won) < LEAST_GAMES:
        return np.zeros(RACE_COLUMNS), rows
    return fit_scaled_part(rows, labels, np.ones(len(rows)), PENALTY), rows


def race_rows(won: Sequence[GameRecord], seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return positions, shape (positions, RACE_COLUMNS), and 1 for each whose shooter won."""
    rows, labels = [np.zeros((0, RACE_COLUMNS), np.float32)], [np.zeros(0)]
    with lent(len(won), WORTH_A_PROCESS) as pool:
        parts = [won[part.start : part.stop] for part in in_parts(len(won), REPORT_EVERY)]
        for some, answers in spread(_Rows(seed), parts, pool):
            rows.append(some)
            labels.append(answers)
    return np.concatenate(rows), np.concatenate(labels)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of some games, made in this process or in a worker."""

    seed: int

    def __call__(self, won: Sequence[GameRecord]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        prior = make_prior(STANDARD, "uniform", 1.0, None)
        rows, labels = [np.zeros((0, RACE_COLUMNS), np.float32)], []
        for record in won:
            every = [one for one in decisions(record) if isinstance(one.observation, ShootObservation)]
            drawn = generator_for(record, self.seed).choice(len(every), min(POSITIONS, len(every)), replace=False)
            for number in drawn:
                decision = every[int(number)]
                posterior = believe(decision.observation, (prior,), 0)
                rows.append(race_row(decision.observation, posterior)[None])
                labels.append(float(record.outcome is not None and record.outcome.winner == decision.player))
        return np.concatenate(rows), np.array(labels)
