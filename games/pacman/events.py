"""What happened in a tick, from the kernel's bits to events that a viewer can show and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.core import Event, Json
from games.pacman import cells as c
from games.pacman.levels import level
from games.pacman.names import DIRECTIONS, GHOSTS, MODES

if TYPE_CHECKING:
    from games.pacman.maze import Maze

_PACMAN, _GHOSTS = "pacman", "ghosts"
_PLAIN = (
    (c.E_BEGAN, Event("began")),
    (c.E_DOT, Event("dot", _PACMAN)),
    (c.E_ENERGIZER, Event("energizer", _PACMAN)),
    (c.E_FRIGHT_ENDED, Event("fright_ended")),
    (c.E_REVERSAL, Event("reversal", _GHOSTS)),
    (c.E_FRUIT_SHOWN, Event("fruit_shown")),
    (c.E_FRUIT_GONE, Event("fruit_gone")),
    (c.E_EXTRA_LIFE, Event("extra_life", _PACMAN)),
    (c.E_CLEARED, Event("level_cleared", _PACMAN)),
    (c.E_OVER, Event("over")),
)


def events_of(s: list[int], maze: Maze) -> tuple[Event, ...]:
    """Return the events of the tick that led to cells ``s``."""
    bits = s[c.EVENTS]
    events = [event for bit, event in _PLAIN if bits & bit]
    if bits & c.E_MODE:
        events.append(Event("mode", None, {"mode": MODES[s[c.MODE] % 2]}))
    if bits & c.E_FRUIT_EATEN:
        events.append(Event("fruit_eaten", _PACMAN, {"points": level(s[c.LEVEL]).fruit_points}))
    if bits & c.E_READY:
        events.append(Event("ready", None, {"level": s[c.LEVEL]}))
    if bits >= c.E_EATEN:
        for g, name in enumerate(GHOSTS):
            events.extend(_of_ghost(s, maze, bits >> g, g, name))
    return tuple(events)


def _of_ghost(s: list[int], maze: Maze, bits: int, g: int, name: str) -> list[Event]:
    events = []
    if bits & c.E_EATEN:
        events.append(Event("ghost_eaten", _PACMAN, {"ghost": name, "points": 100 << s[c.CHAIN]}))
    if bits & c.E_LEFT:
        events.append(Event("ghost_left", _GHOSTS, {"ghost": name}))
    if bits & c.E_HOME:
        events.append(Event("ghost_home", _GHOSTS, {"ghost": name}))
    if bits & c.E_EXIT:
        o = c.GHOST + g * c.GHOST_CELLS
        place: list[Json] = list(maze.tile(s[o + c.TILE_OF]))
        way = DIRECTIONS[s[o + c.DIR]]
        chosen = bool(bits & c.E_CHOSEN)
        detail: dict[str, Json] = {"ghost": name, "junction": place, "exit": way, "chosen": chosen}
        events.append(Event("exit", _GHOSTS, detail))
    if bits & c.E_CAUGHT:
        events.append(Event("caught", _GHOSTS, {"ghost": name}))
    return events
