"""A person's figures in Pac-Man: where in the maze they are caught, and by whom."""

from __future__ import annotations

from collections import Counter
from time import monotonic, sleep
from typing import TYPE_CHECKING

from client.games.pacman.drawing.actors import COLOURS
from client.games.pacman.drawing.maze import MazePicture, place, wall_colour
from client.ui import theme
from games.pacman.mazes import find_maze
from games.pacman.names import GHOSTS
from games.pacman.observation import TILE
from games.pacman.rules import observe
from games.record import replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.records.archive import Summary
    from client.ui.canvas import Box, Canvas
    from games.core import Json, JsonObject
    from games.record import GameRecord

TITLE = "WHERE YOU ARE CAUGHT"
MAZE = "arcade"
WORK_S, REST_S = 0.002, 0.001
"""How long a match is played again at a time, off the main thread, and how long whoever draws is then left alone."""
_pictures: dict[Box, MazePicture] = {}


def tally(record: GameRecord) -> JsonObject:
    """Return every death as tile (row * width + column) and ghost, of a match in the usual maze."""
    if record.options.get("maze", MAZE) != MAZE:
        return {}
    deaths: list[Json] = []
    began = monotonic()
    for frame in replay(record):
        for event in frame.events:
            if event.kind == "caught":
                seen = observe(frame.state, "pacman")
                tile = seen.pacman.y // TILE * seen.maze.width + seen.pacman.x // TILE
                deaths.append([tile, str(event.detail["ghost"])])
        if monotonic() - began >= WORK_S:
            sleep(REST_S)
            began = monotonic()
    return {"deaths": deaths}


def draw_profile(canvas: Canvas, box: Box, rows: Sequence[Summary]) -> None:
    """Draw a mark for every death, in the colour of the ghost and with its letter where there are few."""
    left, top, width, height = box
    room = (left, top, width, height - 24)
    if room not in _pictures:
        maze = find_maze(MAZE)
        _pictures.clear()
        _pictures[room] = MazePicture(maze, place(maze, room))
    picture = _pictures[room]
    picture.draw(canvas, wall_colour(1), frozenset())
    by: Counter[str] = Counter()
    places: Counter[tuple[int, str]] = Counter()
    for row in rows:
        deaths = row.tally.get("deaths")
        for death in deaths if isinstance(deaths, list) else ():
            match death:
                case [int(tile), str(ghost)] if (
                    ghost in GHOSTS and 0 <= tile < picture.maze.width * picture.maze.height
                ):
                    places[tile, ghost] += 1
                    by[ghost] += 1
    for (tile, ghost), count in places.items():
        x, y = picture.centre(tile)
        radius = picture.tile * min(1.6, 0.5 + 0.15 * count)
        canvas.circle(COLOURS[ghost], x, y, radius, 2)
        canvas.circle(COLOURS[ghost], x, y, max(1.5, radius * 0.35))
    told = ", ".join(f"{ghost.capitalize()} {count}" for ghost, count in by.most_common())
    words = f"Caught {by.total()} times: {told}." if by else "not caught yet"
    canvas.text(words, left, top + height - 18, theme.SMALL, theme.MIST, within=width)
