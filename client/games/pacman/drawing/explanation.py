"""What the functions say they saw, drawn over the maze: exits weighed, Pac-Man's likely way, junctions being closed.

An explanation comes from a stranger's code: whatever is not as expected is left out of the picture, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from client.games.pacman.drawing.actors import COLOURS, GOLD
from client.ui import theme
from games.pacman.names import DIRECTIONS, GHOSTS, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from client.games.pacman.drawing.maze import MazePicture
    from client.ui.canvas import Canvas, Point
    from games.core import Json
    from games.pacman.maze import Maze
    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Decision

MOST_PATH = 200
BEYOND = 1e6
LEAST_SHOWN = 0.04
"""Chance below which an exit is only hinted at."""
FIGURE = theme.Style("mono", 10)


@dataclass(frozen=True, slots=True)
class Insight:
    """What one function said when it was asked about one decision."""

    decision: Decision
    explanation: Json


@dataclass(frozen=True, slots=True)
class Exit:
    """How an exit was weighed."""

    direction: Direction
    value: float | None
    chance: float | None


def exits_of(explanation: Json, ghost: GhostName) -> list[Exit]:
    """Return the exits of ``ghost`` that an explanation weighs: ``{"exits": {ghost: {direction: {…}}}}``."""
    weighed = _table(_table(explanation).get("exits")).get(ghost)
    found = []
    for direction, told in _table(weighed).items():
        if direction in DIRECTIONS:
            numbers = _table(told)
            found.append(Exit(direction, _number(numbers.get("value")), _number(numbers.get("chance"))))
    return found


def path_of(explanation: Json, maze: Maze) -> list[int]:
    """Return the tiles of Pac-Man's expected way: ``{"pacman_path": [[column, row], …]}``."""
    path = _table(explanation).get("pacman_path")
    return list(_tiles(path[:MOST_PATH], maze)) if isinstance(path, list) else []


def closed_of(explanation: Json, maze: Maze) -> list[tuple[int, GhostName]]:
    """Return the junctions being closed, and by whom: ``{"closed": [{"junction": [column, row], "by": ghost}, …]}``."""
    told = _table(explanation).get("closed")
    found = []
    for one in told if isinstance(told, list) else []:
        by = _table(one).get("by")
        tiles = list(_tiles([_table(one).get("junction")], maze))
        if tiles and by in GHOSTS:
            found.append((tiles[0], by))
    return found


def draw_insights(canvas: Canvas, picture: MazePicture, insights: Iterable[Insight]) -> None:
    """Draw all of them, the newest last."""
    shown = list(insights)
    if not shown:
        return
    newest = shown[-1].explanation
    _draw_path(canvas, picture, path_of(newest, picture.maze))
    for tile, ghost in closed_of(newest, picture.maze):
        x, y = picture.centre(tile)
        canvas.circle(COLOURS[ghost], x, y, picture.tile * 0.62, 1.6)
        for slope in (-1, 1):
            reach = picture.tile * 0.34
            canvas.line(COLOURS[ghost], (x - reach, y - slope * reach), (x + reach, y + slope * reach), 1.6)
    for insight in shown:
        _draw_exits(canvas, picture, insight)


def _draw_path(canvas: Canvas, picture: MazePicture, path: list[int]) -> None:
    colour = theme.mix(GOLD, theme.ABYSS, 0.25)
    for here, there in pairwise(path):
        start, end = picture.centre(here), picture.centre(there)
        if abs(start[0] - end[0]) + abs(start[1] - end[1]) < picture.tile * 1.5:  # not through a tunnel
            canvas.line(colour, start, end, 2)
    if len(path) > 1:
        canvas.circle(colour, *picture.centre(path[-1]), picture.tile * 0.3, 2)


def _draw_exits(canvas: Canvas, picture: MazePicture, insight: Insight) -> None:
    """Draw an arrow an exit, as bold as it is likely, with its chance, or its value where no chance is told."""
    decision = insight.decision
    column, row = decision.junction
    centre = picture.centre(row * picture.maze.width + column)
    exits = [one for one in exits_of(insight.explanation, decision.ghost) if one.direction in decision.exits]
    for one in exits:
        chance = min(1.0, max(0.0, one.chance or 0.0))
        across, down = STEPS[DIRECTIONS.index(one.direction)]
        strength = 0.25 + 0.75 * chance
        colour = theme.mix(theme.ABYSS, COLOURS[decision.ghost], strength)
        tip = centre[0] + across * picture.tile * 1.7, centre[1] + down * picture.tile * 1.7
        _arrow(canvas, centre, tip, colour, 2.0 + 2.5 * chance, picture.tile * 0.34)
        words = f"{one.value:.2f}" if one.chance is None and one.value is not None else f"{chance:.0%}"
        if one.chance is None or chance >= LEAST_SHOWN:
            canvas.text(words, tip[0] + across * 14, tip[1] + down * 12 - 6, FIGURE, theme.FOAM, align="centre")


def _arrow(canvas: Canvas, start: Point, tip: Point, colour: theme.Colour, width: float, head: float) -> None:
    length = abs(tip[0] - start[0]) + abs(tip[1] - start[1])
    across, down = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length
    neck = tip[0] - across * head, tip[1] - down * head
    canvas.line(colour, start, neck, width)
    canvas.polygon(
        colour,
        [
            tip,
            (neck[0] - down * head * 0.7, neck[1] + across * head * 0.7),
            (neck[0] + down * head * 0.7, neck[1] - across * head * 0.7),
        ],
    )


def _tiles(places: list[Any], maze: Maze) -> Iterator[int]:
    for place in places:
        match place:
            case [int(column), int(row)] if 0 <= column < maze.width and 0 <= row < maze.height:
                yield row * maze.width + column


def _table(value: Json | Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    """Return a plain number; None for anything else, which NaN and numbers beyond all bounds are."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < BEYOND
    return float(value) if sound else None
