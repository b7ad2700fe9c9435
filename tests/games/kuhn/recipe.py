"""How models of Kuhn poker are learned: chips that an action won, averaged by situation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LinearRegression

from games.match import Match, play
from games.record import BOT, Participant, move_seed
from tests.games.kuhn import rules
from tests.games.kuhn.learned import COLUMNS, FEATURES, row
from training.contracts import Fitted, TrainingError
from training.dataset import decisions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

LEAST_RECORDS = 50


def bootstrap(manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]) -> Sequence[GameRecord]:
    """Return ``games`` records of two players that bet at random, so that every situation comes up."""
    records = []
    for index in range(games):
        match = Match(
            rules,
            {player: Participant(player, BOT, "anyone") for player in rules.PLAYERS},
            seed=move_seed(seed, index, "deal"),
            policy_seed=move_seed(seed, index, "policy"),
            match_id=f"bootstrap-{manifest.name}-{seed}-{index}",
        )
        records.append(play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action)))
        progress(index + 1)
    return records


def features(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the model's columns."""
    del manifest
    return FEATURES


def fit(manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]) -> Fitted:
    """Return the mean of the chips that each action in each situation won; nothing about it depends on ``seed``."""
    del seed
    finished = [record for record in records if record.outcome is not None]
    if len(finished) < LEAST_RECORDS:
        raise TrainingError(f"{manifest.name}: {len(finished)} finished games; {LEAST_RECORDS} are needed")
    made = [
        (one, record.outcome.scores[one.player]) for record in finished if record.outcome for one in decisions(record)
    ]
    progress(f"averaging the chips of {len(made)} actions")
    rows = np.array([row(one.observation, one.action) for one, _ in made])
    estimator = LinearRegression(fit_intercept=False).fit(rows, np.array([chips for _, chips in made]))
    return Fitted(estimator, np.eye(COLUMNS, dtype=np.float32), {"actions": float(len(made))})
