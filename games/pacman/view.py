"""Pac-Man as a viewer draws it: the maze, where everybody is, and which dots are left.  Places are in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.pacman import cells as c
from games.pacman.ghosts import see
from games.pacman.kernel import CAUGHT_TICKS
from games.pacman.levels import fruit_name

if TYPE_CHECKING:
    from games.core import JsonObject
    from games.pacman.rules import State


def still(state: State) -> JsonObject:
    """Return the maze's drawing (see ``maze``), its dots as [column, row, energizer], and where fruit is shown."""
    maze = state.maze
    return {
        "rows": list(maze.rows),
        "dots": [[*maze.tile(tile), tile in maze.energizer_tiles] for tile in maze.dot_tiles],
        "fruit": list(maze.fruit),
    }


def moving(state: State) -> JsonObject:
    """Return the screen; ``dots`` has a 1 for every dot of the maze that is left, in the order of ``still``.

    ``caught`` is how far Pac-Man has folded up, 0 to 1, while he does.
    """
    s = list(state.cells)
    screen = see(s, state.maze)
    left = {*screen.dots, *screen.energizers}
    pacman = screen.pacman
    return {
        "phase": screen.phase,
        "level": screen.level,
        "score": screen.score,
        "lives": screen.lives,
        "mode": screen.mode,
        "fright": screen.fright,
        "fruit": fruit_name(screen.level) if screen.fruit else None,
        "caught": round(1 - s[c.PHASE_LEFT] / CAUGHT_TICKS, 3) if screen.phase == "caught" else None,
        "dots": "".join("1" if tile in left else "0" for tile in state.maze.dot_tiles),
        "pacman": [pacman.x, pacman.y, pacman.heading, pacman.moving],
        "ghosts": [[ghost.name, ghost.x, ghost.y, ghost.heading, ghost.state] for ghost in screen.ghosts],
    }
