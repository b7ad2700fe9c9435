"""The games there are.  Adding a game is a folder and one line here; a game from elsewhere is registered instead.

A line names the game's package.  Its rules are the module ``rules`` in it.  What the other rooms have of a game (its
recipe, its scene) lies in the package too or, for the games of this project, in a package of that room: ``find_part``.
The rules are imported when they are asked for: a function ships with the one game that it plays.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from games.core import AnyGame

GAMES = {"battleship": "games.battleship", "pacman": "games.pacman", "backgammon": "games.backgammon"}
"""In the order in which they are shown."""
VARIABLE = "LAMBDA_ARCADE_GAMES"
"""Further games: ``name=package,name=package``.  The packages must be importable."""
REGISTERED = "registered.txt"
"""The same text beside this file: how a function's zip names a game that is not among ``GAMES``."""


def game_packages() -> dict[str, str]:
    """Return the package of every game, those registered by ``VARIABLE`` included.  Raises GameError for odd text."""
    packages = dict(GAMES)
    text = os.environ.get(VARIABLE, "")
    beside = Path(__file__).with_name(REGISTERED)
    if not text and beside.exists():
        text = beside.read_text("utf-8")
    for entry in filter(None, text.strip().split(",")):
        name, _, package = entry.partition("=")
        if not name.isidentifier() or not all(part.isidentifier() for part in package.split(".")):
            raise GameError(f"{VARIABLE}: {entry!r} is not name=package")
        packages[name] = package
    return packages


def package_of(name: str) -> str:
    """Return the package of the game called ``name``.  Raises GameError that lists the names there are."""
    packages = game_packages()
    if name not in packages:
        raise GameError(f"no game is called {name!r}; there are {', '.join(sorted(packages))}")
    return packages[name]


def find_game(name: str) -> AnyGame:
    """Return the rules called ``name``.  Raises GameError that lists the names there are, or for a broken package."""
    return cast("AnyGame", _import(name, f"{package_of(name)}.rules"))


def registration(names: Iterable[str]) -> str:
    """Return the text that registers those games among ``names`` that are not among ``GAMES``; empty for none."""
    packages = {name: package_of(name) for name in sorted(names)}
    return ",".join(f"{name}={package}" for name, package in packages.items() if GAMES.get(name) != package)


def find_part(name: str, part: str, room: str) -> ModuleType | None:
    """Return the module ``part`` of the game called ``name``; None where it has none.  See ``part_name``."""
    module = part_name(name, part, room)
    return None if module is None else _import(name, module)


def part_name(name: str, part: str, room: str) -> str | None:
    """Return what the module ``part`` of the game called ``name`` is imported as; None where there is none.

    It is looked for in the game's own package first, then in ``room`` (``training.games``, ``client.games``).  Raises
    GameError for an unknown game.
    """
    for module in (f"{package_of(name)}.{part}", f"{room}.{name}.{part}"):
        try:
            if find_spec(module) is not None:
                return module
        except ModuleNotFoundError:  # a package on the way is missing
            continue
    return None


def _import(name: str, module: str) -> ModuleType:
    try:
        return import_module(module)
    except Exception as error:  # whatever somebody's module raises
        kind = type(error).__name__
        raise GameError(f"the game {name!r} cannot be loaded: {module} ended with {kind}: {error}") from error
