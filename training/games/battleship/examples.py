"""What players shot at, as rows to learn from: the cell that was taken among others that were not."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import CELL_COLUMNS, cell_rows, tried_cells
from games.battleship import rules
from games.battleship.observation import ShootObservation
from training.dataset import decisions, may_imitate
from training.executors import in_parts, lent, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.dataset import Decision

CANDIDATES = 12
"""Cells that each shot is learned from: the one that was taken and others at random."""
REPORT_EVERY = 50
"""Games; so many does a worker read at a time."""
WORTH_A_PROCESS = 300
"""Games that take longer to read than a process to start."""


def imitates(manifest: Manifest) -> bool:
    """Say whether the opponent learns what players choose, rather than where ships lie."""
    return bool(manifest.training.get("learn", "player") == "player")


def shots_to_learn(manifest: Manifest, records: Sequence[GameRecord]) -> Iterator[Decision]:
    """Yield the shots in ``records`` that the opponent learns from.

    Those of functions are none for an opponent that imitates, unless it is to learn from that function
    (``training.dataset.may_imitate``).  Of where ships lie, one learns from any shot.
    """
    for record in records:
        for decision in decisions(record):
            if isinstance(decision.observation, ShootObservation) and (
                not imitates(manifest) or may_imitate(manifest, decision.participant)
            ):
                yield decision


def choice_rows(
    manifest: Manifest,
    records: Sequence[GameRecord],
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return rows, shape (candidates, CELL_COLUMNS), and 1 for each that was taken, or held a ship.

    Which candidates of a game are looked at depends on ``seed`` and that game alone.
    """
    rows, labels = [np.zeros((0, CELL_COLUMNS), np.float32)], [np.zeros(0)]
    with lent(len(records), WORTH_A_PROCESS) as pool:
        parts = [records[part.start : part.stop] for part in in_parts(len(records), REPORT_EVERY)]
        for number, (some, taken) in enumerate(spread(_Rows(manifest, seed), parts, pool)):
            if number:
                progress(f"read {number * REPORT_EVERY} of {len(records)} games")
            rows.append(some)
            labels.append(taken)
    return np.concatenate(rows), np.concatenate(labels)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of some games, made in this process or in a worker."""

    manifest: Manifest
    seed: int

    def __call__(self, records: Sequence[GameRecord]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        rows, labels = [np.zeros((0, CELL_COLUMNS), np.float32)], [np.zeros(0)]
        for record in records:
            generator = generator_for(record, self.seed)
            for decision in shots_to_learn(self.manifest, [record]):
                picked, label = _picked(self.manifest, decision, generator)
                rows.append(cell_rows(decision.observation)[picked])
                labels.append(label)
        return np.concatenate(rows), np.concatenate(labels)


def generator_for(record: GameRecord, seed: int) -> np.random.Generator:
    """Return a generator for what is drawn of a game: other games change nothing of it."""
    key = blake2b(f"{record.game}/{record.seed}/{record.policy_seed}".encode(), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(key, "big")])


def _picked(
    manifest: Manifest, decision: Decision, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the cells that a shot is learned from, and their labels."""
    untried = np.flatnonzero(~tried_cells(decision.observation))
    if imitates(manifest):
        shot = cell_of(decision)
        others = untried[untried != shot]
        picked = np.append(generator.choice(others, min(CANDIDATES - 1, len(others)), replace=False), shot)
        return picked, (picked == shot).astype(float)
    picked = generator.choice(untried, min(CANDIDATES, len(untried)), replace=False)
    return picked, ships_in(decision, picked)


def cell_of(decision: Decision) -> int:
    """Return the number of the cell shot at."""
    size: int = decision.observation.variant.size
    cell = decision.action.cell
    return int(cell.row * size + cell.column)


def ships_in(decision: Decision, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 1 for each cell that held a ship."""
    enemy = rules.PLAYERS[1 - rules.PLAYERS.index(decision.player)]
    board = decision.state.fleet_of(enemy).board(decision.observation.variant)
    return np.array([board >> int(cell) & 1 for cell in cells], float)
