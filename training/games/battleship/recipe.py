"""How Battleship's models are learned.

A model is one logistic regression over candidates: a row is a cell to shoot at, a placement to lie in, or a position
that is won or lost, and fills the columns of its kind.  The table ``[training]`` of an opponent says what is learned of
cells:

- ``learn = "player"``: whether the player shot there (levels that play as people of their strength do);
- ``learn = "ship"``: whether a ship lay there;
- ``learn = "worth"``: after which shots fleets sink soonest (see ``tuning``);

``teachers`` says who plays the bootstrap games, ``player`` whom the opponent gets to know.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import log_loss

import ai_functions
from ai_functions.policies.battleship import learned
from ai_functions.policies.battleship.expert import BLOCK_COLUMNS, COLUMNS, FEATURES, RACE
from ai_functions.policies.battleship.learned import log_odds
from ai_functions.policies.battleship.placements import placement_rows
from ai_functions.policies.battleship.posterior import WORTH_COLUMNS
from ai_functions.policies.battleship.win_chance import RACE_COLUMNS
from ai_functions.runtime.model import MODEL, Model, in_columns
from games.battleship import rules
from training.contracts import Dial, Fitted, Level, TrainingError
from training.dataset import split
from training.games.battleship.data_generators import bootstrap
from training.games.battleship.examples import CANDIDATES, choice_rows, imitates
from training.games.battleship.foretelling import MARGIN, losses
from training.games.battleship.habits.gate import judge_player
from training.games.battleship.habits.prior import blocks_of
from training.games.battleship.habits.weights import all_fleets, fleets_of, numbers_of, placement_part, usual_fleets
from training.games.battleship.labelled import fit_labelled
from training.games.battleship.parts import fit_scaled_part, join
from training.games.battleship.standard_placements import symmetric
from training.games.battleship.win_examples import race_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

__all__ = ["bootstrap", "features", "fit", "imitates", "judge_player", "kept", "level"]

_EXPERT = Path(ai_functions.__file__).parent / "battleship_expert"
_LEVEL = Level(Dial("temperature", 0.05, 20.0, raises=True), "log loss of a shot, in nats", losses, MARGIN)
LEAST_SHOTS = 200
LEAST_FLEETS = 1000
"""To tune on."""
HELD_OUT_ROWS = 2000
_SMALL = 0.1
"""Weights are read off where a probability is far from 0 and 1."""


def level(manifest: Manifest) -> Level | None:
    """Return how the opponent's strength is set: by its temperature, unless it learns to win as soon as it can."""
    return None if manifest.training.get("learn") == "worth" else _LEVEL


def features(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the columns that the opponent's model learns."""
    return FEATURES if manifest.training.get("learn") == "worth" else learned.FEATURES


def fit(
    manifest: Manifest,
    records: Sequence[GameRecord],
    *,
    seed: int,
    progress: Callable[[str], None],
    estimator: Any = None,
) -> Fitted:
    """Return what was learned from ``records``, by ``estimator`` if one is given.

    Raises TrainingError when they are too few, and for an estimator where nothing is fitted to labelled rows.
    """
    standard = [record for record in records if record.game == rules.NAME and not record.options]
    if manifest.training.get("learn") == "worth":
        if estimator is not None:
            raise TrainingError(f"{manifest.name}: what it learns is tuned, not fitted, so it takes no --estimator")
        return _fit_expert(manifest, standard, seed, progress)
    learn, judge = split(standard)
    progress(f"reading {len(learn)} games of the standard game, keeping {len(judge)} to judge by")
    rows, taken = choice_rows(manifest, learn, seed, progress)
    if len(rows) < LEAST_SHOTS * CANDIDATES:
        shots = len(rows) // CANDIDATES
        raise TrainingError(
            f"{manifest.name}: {shots} shots to learn from in {len(learn)} games of the standard game; "
            f"{LEAST_SHOTS} are needed"
        )
    if estimator is not None:
        return fit_labelled(manifest, learn, judge or learn, estimator, seed, progress)
    progress(f"fitting {len(rows)} cells")
    cells = fit_scaled_part(rows, taken, np.ones(len(rows)))
    fleets = usual_fleets(learn)
    race, _ = race_part(learn, seed, progress)
    estimator = join([cells, placement_part(fleets, seed), race])
    seen, answers = choice_rows(manifest, judge or learn, seed)
    seen, answers = seen[:HELD_OUT_ROWS], answers[:HELD_OUT_ROWS]
    wide = in_columns(seen, 0, estimator.coef_.shape[1])
    measures = {
        "log_loss": float(log_loss(answers, estimator.predict_proba(wide), labels=[0, 1])),
        "rows": float(len(rows)),
        "fleets": float(len(fleets)),
    }
    return Fitted(estimator, wide, measures)


def _fit_expert(
    manifest: Manifest, records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]
) -> Fitted:
    """Tune what shots are worth, and learn the placement priors of the player whom the opponent gets to know.

    With fewer than LEAST_FLEETS fleets among the records, or for one player, what shots are worth and who wins from
    where is taken over from the expert there is.
    """
    player = manifest.training.get("player")
    fleets = fleets_of(records, str(player)) if player else []
    if player and not fleets:
        raise TrainingError(f"{len(records)} games of the standard game, and in none of them {player!r} placed a fleet")
    everyone = [] if player else all_fleets(records)
    if len(everyone) >= LEAST_FLEETS:
        # compiled code, needed here alone
        from training.games.battleship.self_play import self_played_race_part  # noqa: PLC0415
        from training.games.battleship.tuning import tuned_part  # noqa: PLC0415

        turned = symmetric(numbers_of(everyone))
        worth, measures = tuned_part(turned, seed, progress)
        race, positions = self_played_race_part(worth, turned, seed, progress)
    else:
        progress("what shots are worth is taken over from the expert there is")
        worth, race = kept(0, WORTH_COLUMNS), kept(RACE, RACE_COLUMNS)
        positions, measures = np.eye(RACE_COLUMNS, dtype=np.float32), {}
    priors = blocks_of(fleets, seed)
    progress(f"placement priors from {len(fleets)} fleets")
    estimator = join([worth, *priors, race])
    blocks = [
        in_columns(placement_rows(), WORTH_COLUMNS + number * BLOCK_COLUMNS, COLUMNS) for number in range(len(priors))
    ]
    rows = [in_columns(np.eye(WORTH_COLUMNS, dtype=np.float32), 0, COLUMNS), *blocks]
    held_out = np.vstack([*rows, in_columns(positions[:HELD_OUT_ROWS], RACE, COLUMNS)])
    return Fitted(estimator, held_out, {**measures, "fleets": float(len(fleets))})


def kept(begin: int, columns: int) -> NDArray[np.float64]:
    """Return what the expert's model holds in these columns: log-odds are linear, a row a column tells the weights."""
    if not (_EXPERT / MODEL).exists():
        raise TrainingError(f"too few fleets to tune on, and {_EXPERT} has no model to take over; use --bootstrap")
    one = np.eye(columns, dtype=np.float32) * _SMALL
    return log_odds(Model(_EXPERT, FEATURES), in_columns(one, begin, COLUMNS)) / _SMALL
