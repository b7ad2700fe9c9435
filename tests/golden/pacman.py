"""How Pac-Man's golden matches are played: mazes, levels and quirks, by a Pac-Man who lives long enough to see them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from games.pacman.names import DIRECTIONS
from tests.golden.write import Plan

if TYPE_CHECKING:
    from random import Random

    from games.pacman.rules import Observation

KEEP_OFF = 4
"""Tiles."""
MOST_TICKS = 9_000


def careful(observation: Observation, random: Random) -> str:
    """Take the first step of the shortest way to a dot, fruit or frightened ghost that keeps off dangerous ghosts."""
    maze = observation.maze
    width = maze.width
    start = observation.pacman.y // 8 * width + observation.pacman.x // 8
    wanted = {*observation.dots, *observation.energizers}
    wanted |= {ghost.y // 8 * width + ghost.x // 8 for ghost in observation.ghosts if ghost.state == "frightened"}
    if observation.fruit:
        wanted.add(maze.fruit[1] * width + maze.fruit[0])
    danger = [(ghost.x // 8, ghost.y // 8) for ghost in observation.ghosts if ghost.dangerous]
    reached = {start: ""}
    edge = deque([start])
    while edge:
        at = edge.popleft()
        if at in wanted and at != start:
            return reached[at]
        for way in maze.exits(at):
            beside = maze.neighbour(at, DIRECTIONS.index(way))
            near = any(abs(beside % width - x) + abs(beside // width - y) < KEEP_OFF for x, y in danger)
            if beside not in reached and not near:
                reached[beside] = reached[at] or way
                edge.append(beside)
    return random.choice(maze.exits(start))


def now_and_then(observation: Observation, random: Random) -> dict[str, str]:
    """Choose for half of the ghosts and leave the others to the arcade's rules."""
    return {item.ghost: random.choice(item.exits) for item in observation.decide if random.random() < 0.5}


def _plan(name: str, options: dict[str, Any], *events: str) -> Plan:
    return Plan(name, options, {"pacman": careful, "ghosts": now_and_then}, MOST_TICKS, frozenset(events))


PLANS = (
    _plan(
        "arcade-from-level-1", {"maze": "arcade"},
        "ghost_eaten", "ghost_home", "fruit_eaten", "fruit_gone", "level_cleared", "mode", "caught",
    ),
    _plan(
        "pocket-from-level-4-without-overflow", {"maze": "pocket", "level": 4, "overflow": False, "lives": 5},
        "energizer", "ghost_eaten", "level_cleared", "over",
    ),
    _plan(
        "grand-hard-with-pass-through", {"maze": "grand", "hard": True, "pass_through": True},
        "energizer", "ghost_eaten", "fright_ended", "over",
    ),
    _plan(
        "arcade-level-18-then-19", {"level": 18, "lives": 4, "extra_life": 500},
        "energizer", "extra_life", "level_cleared", "reversal",
    ),
)  # fmt: skip
