"""Bootstrap games: players that suit an opponent play each other; its first model learns from the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.battleship import rules
from training.bootstrap import bootstrap_games
from training.games.battleship.players.people import POPULATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord


def bootstrap(
    manifest: Manifest,
    games: int,
    *,
    seed: int,
    progress: Callable[[int], None],
    only: range | None = None,
) -> Sequence[GameRecord]:
    """Return ``games`` records of bootstrap players, or those that ``only`` names.

    ``[training] teachers`` says which players.  Raises TrainingError for a name that ``POPULATIONS`` lacks.
    """
    return bootstrap_games(rules, POPULATIONS, manifest, games, seed=seed, progress=progress, only=only)
