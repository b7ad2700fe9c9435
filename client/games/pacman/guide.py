"""What Pac-Man tells before a match."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from client.guides import Guide, Step
from games.pacman.names import DIRECTIONS
from games.pacman.observation import TILE

if TYPE_CHECKING:
    from random import Random

    from games.match import Match
    from games.pacman.maze import Maze
    from games.pacman.names import Direction
    from games.pacman.observation import Ghost, Observation, PacMan

HARMLESS = ("frightened", "eyes", "entering")
DOTS = 10
"""Eaten in the first step of the lesson."""


def _seen(match: Match) -> Observation:
    observation: Observation = match.observe("pacman")
    return observation


def _eaten(match: Match) -> int:
    now = _seen(match)
    return len(now.maze.dot_tiles) - len(now.dots) - len(now.energizers)


def hungry(observation: Observation, random: Random) -> Direction:
    """Return the way to the nearest dot that no hunting ghost stands on; where there is none, any way."""
    maze, here = observation.maze, _tile(observation.maze, observation.pacman)
    wanted = {*observation.dots, *observation.energizers}
    hunters = {_tile(maze, ghost) for ghost in observation.ghosts if ghost.state not in HARMLESS}
    first = {maze.neighbour(here, DIRECTIONS.index(way)): way for way in maze.exits(here)}
    queue, seen = deque((tile, way) for tile, way in first.items() if tile not in hunters), {here, *hunters}
    while queue:
        tile, way = queue.popleft()
        if tile in wanted:
            return way
        for onward in maze.exits(tile):
            beyond = maze.neighbour(tile, DIRECTIONS.index(onward))
            if beyond not in seen:
                seen.add(beyond)
                queue.append((beyond, way))
    return random.choice(maze.exits(here) or DIRECTIONS)


def _tile(maze: Maze, actor: PacMan | Ghost) -> int:
    return actor.y // TILE * maze.width + actor.x // TILE % maze.width


def _hunt(match: Match) -> str:
    return "Hunt: catch a blue ghost while it lasts." if _seen(match).fright else "Eat another large dot, then hunt."


def _caught(match: Match) -> bool:
    """Return whether a ghost was eaten, or the board is cleared, which is as good."""
    now = _seen(match)
    return now.level > 1 or any(ghost.state in ("eyes", "entering") for ghost in now.ghosts)


GUIDE = Guide(
    rules=(
        ("The maze", "Eat every dot to clear the board. Pac-Man runs by himself; arrows turn him at the next corner."),
        ("The ghosts", "Four hunters, moved by one function or by four. At times they fall back to their corners."),
        (
            "Large dots",
            "One of them turns the ghosts blue for a while: then you hunt, for 200 to 1600 points each.",
        ),
        ("The end", "You have three lives, and one more at 10 000 points. The score is what you have eaten."),
    ),
    lesson=(
        Step(
            lambda match: f"Run: arrows turn Pac-Man. Eat {DOTS} dots ({_eaten(match)} so far).",
            lambda match: _eaten(match) >= DOTS,
        ),
        Step(
            lambda _: "Eat: a large dot, near a corner, turns the ghosts blue.",
            lambda match: _seen(match).fright > 0,
        ),
        Step(_hunt, _caught),
    ),
    lesson_options={"maze": "pocket", "lives": 9},
    show=hungry,
    high_scores=True,
)
