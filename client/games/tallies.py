"""What the profile of a game is made of: what ``tally(record)`` of ``client/games/<game>/profile.py`` counts.

A tally is JSON, counted once when a record is read and kept beside the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.catalog import find_part

if TYPE_CHECKING:
    from games.core import JsonObject
    from games.record import GameRecord


def tally_of(record: GameRecord) -> JsonObject:
    """Return what the game's own figures need of ``record``; nothing where the game has none, or cannot be counted."""
    try:
        part = find_part(record.game, "profile", "client.games")
        counted: JsonObject = {} if part is None else part.tally(record)
    except Exception:  # noqa: BLE001 - a game from elsewhere counts here; its records are listed all the same
        return {}
    return counted
