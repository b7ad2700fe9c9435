"""Bootstrap games: generated players play single games; an opponent's first model learns from the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.backgammon import rules
from training.bootstrap import bootstrap_games
from training.games.backgammon.players.people import POPULATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.games.backgammon.players.people import Likings


def bootstrap(
    manifest: Manifest,
    games: int,
    *,
    seed: int,
    progress: Callable[[int], None],
    only: range | None = None,
) -> Sequence[GameRecord]:
    """Return ``games`` records of generated players, one drawn for each seat, or those that ``only`` names.

    ``[training] teachers`` says which players.  Raises TrainingError for a name that ``POPULATIONS`` lacks.
    """
    seats = {name: _for_each_seat(population) for name, population in POPULATIONS.items()}
    return bootstrap_games(rules, seats, manifest, games, seed=seed, progress=progress, only=only)


def _for_each_seat(population: Callable[[Random], Likings]) -> Callable[[Random], list[Likings]]:
    return lambda random: [population(random) for _ in rules.PLAYERS]
