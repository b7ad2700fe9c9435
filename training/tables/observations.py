"""Real observations: what functions are asked in games that are played here and now, of every phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from games.catalog import find_game
from training.contracts import TrainingError, benchmark_for
from training.tables.sound import decisions_in, frames_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.core import Player
    from games.record import GameRecord
    from training.dataset import Decision

A_PHASE = 24
"""Observations of each kind that a packed function is asked."""


class Position(NamedTuple):
    """Somebody was asked."""

    player: Player
    observation: Any
    state: Any


def positions_in(records: Iterable[GameRecord]) -> list[Position]:
    """Return what those were asked who sit where functions do, in order."""
    found = []
    for record in records:
        seats = _seats(record.game)
        found += [
            _position(decision) for decision in decisions_in(record, frames_of(record)) if decision.player in seats
        ]
    return found


def of_every_phase(positions: list[Position], most: int = A_PHASE) -> list[Position]:
    """Return up to ``most`` positions of each kind of observation, spread over the games."""
    kinds: dict[str, list[Position]] = {}
    for position in positions:
        kinds.setdefault(type(position.observation).__name__, []).append(position)
    return [
        some[len(some) * index // min(most, len(some))]
        for some in kinds.values()
        for index in range(min(most, len(some)))
    ]


def _position(decision: Decision) -> Position:
    return Position(decision.player, decision.observation, decision.state)


def _seats(game: str) -> tuple[str, ...]:
    try:
        return tuple(benchmark_for(game).seats)
    except TrainingError:
        return tuple(find_game(game).PLAYERS)
