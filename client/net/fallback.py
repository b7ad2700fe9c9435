"""The fallback policy: who plays when a function does not answer, always labelled as such.

A game may bring a better one than a random legal action: ``policy`` in ``client/games/<game>/fallback.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.catalog import find_game, find_part

if TYPE_CHECKING:
    from random import Random


def fallback_action(game: str, observation: Any, random: Random) -> Any:
    """Return a legal action of ``game`` for what somebody in ``to_act`` was asked.  Raises GameError for no game."""
    own = find_part(game, "fallback", "client.games")
    return own.policy(observation, random) if own else find_game(game).sample_action(observation, random)
