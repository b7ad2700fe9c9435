"""The games there are.  Adding a game is a folder and one line here.

The rules are imported when they are asked for: a function ships with the one game that it plays.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from games.core import GameError

if TYPE_CHECKING:
    from games.core import AnyGame

GAMES = {"battleship": "games.battleship.rules", "pacman": "games.pacman.rules"}


def find_game(name: str) -> AnyGame:
    """Return the rules called ``name``.  Raises GameError that lists the names there are."""
    if name not in GAMES:
        raise GameError(f"no game is called {name!r}; there are {', '.join(sorted(GAMES))}")
    return cast("AnyGame", import_module(GAMES[name]))
