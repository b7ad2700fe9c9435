"""What is fitted, and teams that play by it.

``[training]`` of an opponent says: ``learn = "value"`` (how soon Pac-Man is caught after an exit) or ``"exit"`` (which
exit the team in the records took), ``sees`` (columns, see ``ai_functions/policies/pacman/features.py``), ``decisions``
(how many to learn from) and ``trees``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from ai_functions.policies.pacman.features import SETS, rows
from games.pacman import rules
from training.contracts import Fitted, TrainingError
from training.dataset import may_imitate, split
from training.estimators import fit_own
from training.games.pacman import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths
    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord, Participant

DECISIONS = 250_000
TREES = 150
LEAVES, RATE = 31, 0.08
LEAST_DECISIONS = 500
HELD_OUT_ROWS = 4000
LEARNS = ("value", "exit")


def imitates(manifest: Manifest) -> bool:
    """Say whether the opponent learns the exits that teams choose, rather than what comes of them."""
    return bool(manifest.training.get("learn", "value") == "exit")


def imitable(manifest: Manifest) -> Callable[[Participant], bool]:
    """Return whose exits the opponent learns from: for one that imitates, no functions it did not ask for."""
    return partial(may_imitate, manifest) if imitates(manifest) else examples.everyone


def features(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the columns that the opponent's model learns."""
    return SETS[str(manifest.training.get("sees", "team"))]


def fit(
    manifest: Manifest,
    records: Sequence[GameRecord],
    *,
    seed: int,
    progress: Callable[[str], None],
    estimator: Any = None,
) -> Fitted:
    """Return what was learned from ``records``, by ``estimator``, a regressor, if one is given.

    Raises TrainingError when they are too few or of another game.
    """
    settings = manifest.training
    learn, sees = str(settings.get("learn", "value")), str(settings.get("sees", "team"))
    if learn not in LEARNS or sees not in SETS:
        raise TrainingError(
            f"{manifest.name}: [training] learn is {learn!r} (there are {', '.join(LEARNS)}), "
            f"sees is {sees!r} (there are {', '.join(SETS)})"
        )
    ours = [record for record in records if record.game == rules.NAME]
    learned_from, judged_by = split(ours)
    progress(f"reading {len(learned_from)} games, keeping {len(judged_by)} to judge by")
    most, whose = int(settings.get("decisions", DECISIONS)), imitable(manifest)
    found = examples.read(learned_from, sees, most, seed, progress, whose)
    table, target = _targets(found, learn)
    if len(table) < LEAST_DECISIONS:
        raise TrainingError(
            f"{manifest.name}: {len(table)} exits to learn from in {len(learned_from)} games of Pac-Man; "
            f"{LEAST_DECISIONS} are needed"
        )
    progress(f"fitting {len(table)} rows of {table.shape[1]} columns")
    if estimator is None:
        estimator = fitted(table, target, int(settings.get("trees", TREES)), seed)
    else:
        groups = found.match if learn == "exit" else found.match[found.taken]
        estimator = fit_own(estimator, table, target, groups, seed)
        if hasattr(estimator, "predict_proba"):
            raise TrainingError(
                f"{type(estimator).__name__} is a classifier: Pac-Man's ghosts learn a number, by a regressor"
            )
    held_out, truth = _targets(examples.read(judged_by, sees, most // 4, seed, progress, whose), learn)
    if not len(held_out):
        held_out, truth = table, target
    return Fitted(estimator, held_out[:HELD_OUT_ROWS], _measures(estimator, held_out, truth, len(table), len(ours)))


def fitted(table: NDArray[np.float32], target: NDArray[np.float64], trees: int, seed: int) -> Any:
    """Return trees fitted to ``target``."""
    estimator = HistGradientBoostingRegressor(
        max_iter=trees,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed % 2**32,
    )
    with threadpool_limits(1):  # its threads spin when they share a core with others
        return estimator.fit(table, target)


def _targets(found: examples.Examples, learn: str) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return rows and what should be said of them: of every exit, or only of those that were taken."""
    if learn == "exit":
        return found.rows, found.taken.astype(np.float64)
    return found.rows[found.taken], found.value[found.taken]


def _measures(
    estimator: Any, table: NDArray[np.float32], truth: NDArray[np.float64], rows_learned: int, games: int
) -> dict[str, float]:
    with threadpool_limits(1):
        error = estimator.predict(table) - truth
    return {
        "games": games,
        "rows": rows_learned,
        "held_out_rows": len(table),
        "held_out_rmse": float(np.sqrt(np.mean(error**2))),
        "held_out_rmse_of_the_mean": float(np.std(truth)),
    }


class EpsilonGreedy:
    """A team that takes the best exit by an estimator, or with probability ``epsilon`` a random one."""

    def __init__(self, estimator: Any, sees: str, epsilon: float) -> None:
        self._estimator = estimator
        self._sees = sees
        self._epsilon = epsilon

    def __call__(self, paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
        """Return an exit for each decision."""
        table, race = rows(paths, scenes, asked, self._sees)
        values = np.full(asked.exits.shape, -np.inf)
        with threadpool_limits(1):
            values[race.decision, race.exit] = self._estimator.predict(table)
        best: NDArray[np.int64] = values.argmax(axis=1)
        for index, scene in enumerate(asked.scene):
            if randoms[scene].random() < self._epsilon:
                best[index] = randoms[scene].choice(np.flatnonzero(asked.exits[index]).tolist())
        return best
