"""A maze as a report draws it: who is where, and how likely each ghost takes which exit."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from games.pacman.names import DIRECTIONS, STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.pacman.observation import Observation

TILE = 8
REACH = 13.0
"""Pixels from a junction's centre to the end of an arrow that is certain."""
LEAST = 0.02


def picture(observation: Observation, policy: Mapping[str, float], taken: str) -> str:
    """Return the maze; an arrow at a junction is the longer the likelier that exit, ringed where it was taken."""
    maze = observation.maze
    parts = [f'<path class="wall" d="{_walls(maze.rows)}"/>']
    for kind, tiles, radius in (("dot", observation.dots, 1), ("dot", observation.energizers, 2.6)):
        for tile in tiles:
            column, row = maze.tile(tile)
            x, y = column * TILE + TILE / 2, row * TILE + TILE / 2
            parts.append(f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{radius}"/>')
    parts.append(f'<circle class="pac" cx="{observation.pacman.x}" cy="{observation.pacman.y}" r="5.5"/>')
    for ghost in observation.ghosts:
        x, y = ghost.x, ghost.y
        parts.append(
            f'<path class="ghost {ghost.name} {escape(ghost.state)}" '
            f'd="M{x - 5} {y + 5}v-5a5 5 0 0 1 10 0v5l-2.5 -2l-2.5 2l-2.5 -2z"><title>{ghost.name}</title></path>'
        )
    chances = _exits(policy)
    was = dict(word.split(":") for word in taken.split(" ") if ":" in word)
    for decision in observation.decide:
        column, row = decision.junction
        x, y = column * TILE + TILE / 2, row * TILE + TILE / 2
        for way in decision.exits:
            chance = chances.get((decision.ghost, way), 0.0)
            over, down = STEPS[DIRECTIONS.index(way)]
            end = 4 + REACH * chance
            to = (x + over * end, y + down * end)
            if chance >= LEAST:
                parts.append(
                    f'<line class="way {decision.ghost}" x1="{x:g}" y1="{y:g}" x2="{to[0]:.1f}" y2="{to[1]:.1f}"/>'
                )
            if was.get(decision.ghost) == way:
                parts.append(f'<circle class="taken" cx="{to[0]:.1f}" cy="{to[1]:.1f}" r="3.5"/>')
    label = f"a maze, played: {escape(taken)}"
    size = f"{maze.width * TILE} {maze.height * TILE}"
    return f'<svg class="board maze" viewBox="0 0 {size}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _exits(policy: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """Return the chance of each exit of each ghost, from the chances of what all do together."""
    found: dict[tuple[str, str], float] = {}
    for action, chance in policy.items():
        for word in action.split(" "):
            ghost, _, way = word.partition(":")
            found[ghost, way] = found.get((ghost, way), 0.0) + chance
    return found


def _walls(rows: tuple[str, ...]) -> str:
    """Return a path with a box for every run of wall in a row."""
    path = []
    for row, line in enumerate(rows):
        start = None
        for column, tile in enumerate(f"{line} "):
            if tile in "#-" and start is None:
                start = column
            elif tile not in "#-" and start is not None:
                path.append(
                    f"M{start * TILE} {row * TILE}h{(column - start) * TILE}v{TILE}h-{(column - start) * TILE}z"
                )
                start = None
    return "".join(path)
