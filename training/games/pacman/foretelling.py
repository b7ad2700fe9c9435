"""How well models foretell recorded games of Pac-Man that none of them learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.pacman.features import SETS
from ai_functions.runtime.model import Model
from games.pacman import rules
from training.contracts import Dial, Level
from training.games.pacman import examples
from training.games.pacman.learn import imitable, imitates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.games.pacman.examples import Examples

DECISIONS_A_GAME = 400
LEAST_CHANCE = 0.01
"""That a model gives any exit: what it holds impossible happens, too."""
_DIAL = Dial("temperature", 0.001, 10.0, raises=True)


def level(manifest: Manifest) -> Level:
    """Return how a team's strength is set: by its temperature."""
    if imitates(manifest):
        return Level(_DIAL, "log loss of an exit, in nats", losses, margin=0.05)
    return Level(_DIAL, "squared error of how soon an exit leads to a catch", losses, margin=0.002)


def losses(
    manifest: Manifest, folders: Sequence[Path], records: Sequence[GameRecord], progress: Callable[[int, int], None]
) -> NDArray[np.float64]:
    """Return the mean loss of each match, shape (matches with anything to foretell, folders).

    Of a team that imitates: the log loss of the exits taken, in nats.  Of others: the squared error of the value of the
    exits taken, from 0 to 1 (see ``examples``).  Whatever the temperature that it plays with.
    """
    ours = [record for record in records if record.game == rules.NAME]
    sees = str(manifest.training.get("sees", "team"))
    models = [Model(folder, SETS[sees]) for folder in folders]
    found = []
    for number, record in enumerate(ours):
        seen = examples.read([record], sees, DECISIONS_A_GAME, number, lambda _: None, imitable(manifest))
        if seen.taken.any():
            loss = _log_loss if imitates(manifest) else _squared_error
            found.append([loss(model.predict(seen.rows)[:, -1].astype(np.float64), seen) for model in models])
        progress(number + 1, len(ours))
    return np.array(found).reshape(-1, len(models))


def _log_loss(said: NDArray[np.float64], seen: Examples) -> float:
    chance = np.clip(said, LEAST_CHANCE, 1.0)
    together = np.bincount(seen.decision, chance)
    return float(-np.mean(np.log(chance[seen.taken] / together[seen.decision[seen.taken]])))


def _squared_error(said: NDArray[np.float64], seen: Examples) -> float:
    return float(np.mean((said[seen.taken] - seen.value[seen.taken]) ** 2))
