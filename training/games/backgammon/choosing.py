"""What players chose, as rows to learn from; and how well models foretell it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression

from ai_functions.policies.backgammon.choices import COLUMNS, FEATURES, choice_rows
from ai_functions.runtime.model import Model
from games.backgammon import rules
from games.backgammon.turns import board_after, legal_turns
from training.contracts import Fitted, TrainingError
from training.dataset import decisions, may_imitate, split
from training.executors import in_parts, lent, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

OTHERS = 8
"""Turns that each chosen one is compared with, at most."""
LEAST_TURNS = 500
"""With a choice, to learn from."""
HELD_OUT_ROWS = 2000
REPORT_EVERY = 50
"""Games; so many does a worker read at a time."""
WORTH_A_PROCESS = 300
"""Games that take longer to read than a process to start."""
MARGIN = 0.05
"""Nats: a model is worse by the margin that hesitates between 5 % more turns each time."""


class Choice(NamedTuple):
    """A turn that was chosen, and what there was to choose from."""

    rows: NDArray[np.float32]
    """Shape (turns, COLUMNS)."""
    chosen: int


def choices(manifest: Manifest, record: GameRecord) -> Iterator[Choice]:
    """Yield the turns in a record that the opponent may imitate and that had another beside them."""
    for one in decisions(record):
        if not isinstance(one.action, rules.Turn) or not may_imitate(manifest, one.participant):
            continue
        legal = [after for _, after in legal_turns(one.observation.board, one.observation.dice)]
        if len(legal) > 1:
            chosen = legal.index(board_after(one.observation.board, one.action))
            yield Choice(choice_rows(np.array(legal, np.int8)), chosen)


def _every(manifest: Manifest, records: Sequence[GameRecord]) -> Iterator[list[Choice]]:
    """Yield the choices in records, ``REPORT_EVERY`` of them at a time, read by the executor in use."""
    with lent(len(records), WORTH_A_PROCESS) as pool:
        parts = [records[part.start : part.stop] for part in in_parts(len(records), REPORT_EVERY)]
        yield from spread(partial(_choices_of, manifest), parts, pool)


def _choices_of(manifest: Manifest, records: Sequence[GameRecord]) -> list[Choice]:
    return [choice for record in records for choice in choices(manifest, record)]


def fit_choices(
    manifest: Manifest, records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]
) -> Fitted:
    """Return how much players liked each turn: a logistic regression on what sets the chosen one apart from others."""
    learn, judge = split(records)
    random = np.random.default_rng(seed)
    apart = []
    for number, some in enumerate(_every(manifest, learn)):
        if number:
            progress(f"read {number * REPORT_EVERY} of {len(learn)} games")
        for choice in some:
            others = np.delete(np.arange(len(choice.rows)), choice.chosen)
            picked = random.choice(others, min(OTHERS, len(others)), replace=False)
            apart.append(choice.rows[choice.chosen] - choice.rows[picked])
    if len(apart) < LEAST_TURNS:
        raise TrainingError(
            f"{manifest.name}: {len(apart)} turns with a choice in {len(learn)} games; {LEAST_TURNS} are needed"
        )
    progress(f"fitting {len(apart)} turns")
    pairs = np.concatenate(apart)
    rows, answers = np.concatenate([pairs, -pairs]), np.repeat([1, 0], len(pairs))
    fitted = LogisticRegression(fit_intercept=False, C=10.0, max_iter=1000).fit(rows, answers)
    estimator = LinearRegression(fit_intercept=False)
    estimator.coef_, estimator.intercept_, estimator.n_features_in_ = fitted.coef_[:1], np.zeros(1), COLUMNS
    held = [choice for some in _every(manifest, judge or learn) for choice in some]
    loss = float(np.mean([_loss(choice.rows @ fitted.coef_[0], choice.chosen) for choice in held]))
    seen = np.concatenate([choice.rows for choice in held])[:HELD_OUT_ROWS]
    return Fitted(estimator, seen, {"log_loss": loss, "turns": float(len(apart)), "pairs": float(len(pairs))})


def losses(
    manifest: Manifest, folders: Sequence[Path], records: Sequence[GameRecord], progress: Callable[[int, int], None]
) -> NDArray[np.float64]:
    """Return the mean log loss of a turn, in nats, shape (matches with a choice to foretell, folders)."""
    models = [Model(folder, FEATURES) for folder in folders]
    found = []
    for number, record in enumerate(records):
        held = list(choices(manifest, record))
        if held:
            found.append(
                [
                    float(np.mean([_loss(model.predict(choice.rows)[:, 0], choice.chosen) for choice in held]))
                    for model in models
                ]
            )
        progress(number + 1, len(records))
    return np.array(found).reshape(-1, len(models))


def _loss(likings: NDArray[np.float32], chosen: int) -> float:
    return float(np.logaddexp.reduce(likings.astype(np.float64)) - likings[chosen])
