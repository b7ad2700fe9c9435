"""Actions as text: ``left`` for Pac-Man, ``blinky:up inky:left`` for the ghosts, ``-`` for no exit at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from games.core import NotationError
from games.pacman.names import DIRECTIONS, GHOSTS, Direction, GhostName

if TYPE_CHECKING:
    from collections.abc import Mapping

Exits: TypeAlias = "Mapping[GhostName, Direction]"
"""The ghosts' action: for a ghost, the exit it takes at the junction it reaches next."""
Action: TypeAlias = "Direction | Exits"

NO_EXITS = "-"


def print_action(action: Action) -> str:
    """Return the action as text.  Ghosts come in their fixed order, so equal actions print alike."""
    if isinstance(action, str):
        return action
    return " ".join(f"{ghost}:{action[ghost]}" for ghost in GHOSTS if ghost in action) or NO_EXITS


def parse_action(text: str) -> Action:
    """Return the action that ``text`` means.  Raises NotationError, quoting the part that is none."""
    if text in DIRECTIONS:
        return text
    if text == NO_EXITS:
        return {}
    exits: dict[GhostName, Direction] = {}
    for word in text.split(" "):
        ghost, colon, direction = word.partition(":")
        if not colon:
            raise NotationError(
                f"{text!r}: {word!r} is neither a direction ({', '.join(DIRECTIONS)}) nor ghost:direction"
            )
        if ghost not in GHOSTS:
            raise NotationError(f"{text!r}: {ghost!r} is no ghost; there are {', '.join(GHOSTS)}")
        if direction not in DIRECTIONS:
            raise NotationError(f"{text!r}: {direction!r} is no direction; there are {', '.join(DIRECTIONS)}")
        if ghost in exits:
            raise NotationError(f"{text!r}: {ghost} is named twice")
        exits[ghost] = direction
    return exits
