"""How Battleship's models are learned.

A model is one logistic regression over candidates: a row is a cell to shoot at, or a berth to lie in, and fills the
columns of its kind.  The table ``[training]`` of an opponent says what is learned of cells:

- ``learn = "player"``: whether the player shot there (levels that play as people of their strength do);
- ``learn = "ship"``: whether a ship lay there;
- ``learn = "worth"``: whether games were over sooner after that shot (see ``worth``);

``teachers`` says who plays the bootstrap games, ``player`` whom the opponent gets to know.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import log_loss

import ai_functions
from ai_functions.features.battleship_berths import BERTH_COLUMNS, BERTHS, berth_rows
from ai_functions.features.battleship_posterior import FLEET_COLUMNS
from games.battleship import rules
from training.dataset import split
from training.recipes import Fitted, TrainingError
from training.recipes.battleship.choices import CANDIDATES, choice_rows
from training.recipes.battleship.likings import fleets_of, liking_part
from training.recipes.battleship.measure import YARDSTICK
from training.recipes.battleship.part import fit_scaled_part, join
from training.recipes.battleship.teachers import bootstrap
from training.recipes.battleship.worth import explored, worth_of, worth_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

__all__ = ["HALVED_AFTER", "YARDSTICK", "aged", "bootstrap", "fit"]

_EXPERT = Path(ai_functions.__file__).parent / "battleship_expert"
HALVED_AFTER = (None, 8)
"""For each block of likings (``battleship_expert.BLOCKS``), after how many later games a fleet counts half."""
LEAST_SHOTS = 200
HELD_OUT_ROWS = 2000


def fit(manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]) -> Fitted:
    """Return what was learned from ``records``.  Raises TrainingError when they are too few."""
    standard = [record for record in records if record.game == rules.NAME and not record.options]
    if manifest.training.get("learn") == "worth":
        return _fit_expert(manifest, standard, seed, progress)
    learn, judge = split(standard)
    generator = np.random.default_rng(seed)
    progress(f"reading {len(learn)} games of the standard game, keeping {len(judge)} to judge by")
    rows, taken = choice_rows(manifest, learn, generator)
    if len(rows) < LEAST_SHOTS * CANDIDATES:
        shots = len(rows) // CANDIDATES
        raise TrainingError(f"{shots} shots in {len(learn)} games of the standard game; {LEAST_SHOTS} are needed")
    progress(f"fitting {len(rows)} cells")
    cells = fit_scaled_part(rows, taken, np.ones(len(rows)))
    fleets = fleets_of(learn, None)
    estimator = join([cells, liking_part(fleets, [1.0] * len(fleets), seed)])
    seen, answers = choice_rows(manifest, judge or learn, generator)
    seen, answers = seen[:HELD_OUT_ROWS], answers[:HELD_OUT_ROWS]
    wide = np.zeros((len(seen), estimator.coef_.shape[1]), np.float32)
    wide[:, : seen.shape[1]] = seen
    measures = {
        "log_loss": float(log_loss(answers, estimator.predict_proba(wide), labels=[0, 1])),
        "rows": float(len(rows)),
        "fleets": float(len(fleets)),
    }
    return Fitted(estimator, wide, measures)


def _fit_expert(
    manifest: Manifest, records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]
) -> Fitted:
    """Learn what shots are worth from explorers, and the likings of the player whom the opponent gets to know.

    Without explorers among the records, what shots are worth is taken over from the expert there is.
    """
    player = manifest.training.get("player")
    fleets = fleets_of(records, str(player)) if player else []
    if player and not fleets:
        raise TrainingError(f"{len(records)} games of the standard game, and in none of them {player!r} placed a fleet")
    learned = worth_part(records, seed, progress) if explored(records) else worth_of(_EXPERT)
    likings = [liking_part(fleets, aged(len(fleets), halved_after), seed) for halved_after in HALVED_AFTER]
    estimator = join([learned.part, *likings])
    wide = np.zeros((len(learned.rows) + len(HALVED_AFTER) * BERTHS, estimator.coef_.shape[1]), np.float32)
    wide[: len(learned.rows), :FLEET_COLUMNS] = learned.rows
    for number in range(len(HALVED_AFTER)):
        row, column = len(learned.rows) + number * BERTHS, FLEET_COLUMNS + number * BERTH_COLUMNS
        wide[row : row + BERTHS, column : column + BERTH_COLUMNS] = berth_rows()
    progress(f"likings of {len(fleets)} fleets")
    return Fitted(estimator, wide, {**learned.measures, "fleets": float(len(fleets))})


def aged(fleets: int, halved_after: int | None) -> list[float]:
    """Return how much each of ``fleets`` fleets counts, oldest first, if one counts half after so many later ones."""
    return [1.0 if halved_after is None else 0.5 ** (age / halved_after) for age in range(fleets - 1, -1, -1)]
