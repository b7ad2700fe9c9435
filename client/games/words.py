"""What happens in a match, in words, for any game.

``QUIET`` in ``client/games/<game>/words.py`` names the kinds of events that come too often to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.net.causes import sentence
from games.catalog import find_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.net.request_pool import Move
    from games.core import AnyGame, Event, Outcome, Player

NOTHING: frozenset[str] = frozenset()


def quiet_events(game: str) -> frozenset[str]:
    """Return the kinds of events of ``game`` that are not told."""
    return getattr(find_part(game, "words", "client.games"), "QUIET", NOTHING)


def event_text(event: Event, names: Mapping[Player, str]) -> str:
    """Return what happened: who, what, and its details, such as ``Ada: hit B7``."""
    details = " ".join(str(value).replace("_", " ") for value in event.detail.values() if isinstance(value, str | int))
    words = f"{event.kind.replace('_', ' ')} {details}".strip()
    who = names.get(event.player or "", "")
    return f"{who}: {words}" if who else words


def winner_text(outcome: Outcome, names: Mapping[Player, str]) -> str:
    """Return who has won."""
    return f"{names[outcome.winner]} wins" if outcome.winner is not None else "Nobody wins"


def score_text(game: AnyGame, outcome: Outcome, names: Mapping[Player, str]) -> str:
    """Return everybody's score in the game's own units."""
    scores = (f"{names[player]} {score}" for player, score in outcome.scores.items())
    return f"{game.INFO.score}: {', '.join(scores)}"


def account(move: Move, name: str) -> str:
    """Return how an answer came to be."""
    metadata = move.metadata
    if metadata.fallback is not None:
        return f"{sentence(metadata.fallback, name)} A stand-in played ({move.detail})"
    cold = "cold" if metadata.cold else "warm"
    times = f"{metadata.latency_ms or 0:.1f} ms, computed in {metadata.compute_ms or 0:.1f} ms"
    return f"{move.name} v{move.version}: {times}, {cold}"
