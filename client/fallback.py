"""Who plays when the function does not answer: a simple local player for each game, always labelled as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.core import GameError

if TYPE_CHECKING:
    from random import Random
    from typing import Any


def stand_in(game: str, observation: Any, random: Random) -> Any:
    """Return a legal action of ``game`` for ``observation``.  Raises GameError for a game without a stand-in."""
    if game == "battleship":
        from games.battleship.rules import random_action  # noqa: PLC0415 - the one game that is played

        return random_action(observation, random)
    if game == "pacman":
        from games.pacman.rules import classic_exits  # noqa: PLC0415

        return classic_exits(observation)
    raise GameError(f"{game} has no local stand-in")
