"""Observations as JSON and back.  Decoding trusts nothing: it names the field that cannot have come from a game."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from games.core import Json, JsonObject, ObservationError
from games.pacman import levels
from games.pacman.ghosts import imagine, upcoming
from games.pacman.maze import Maze, MazeError
from games.pacman.mazes import find_maze, name_of
from games.pacman.names import DIRECTIONS, FRIGHTENED, GHOST_STATES, GHOSTS, MODES, PHASES, ROAMING
from games.pacman.observation import Decision, Ghost, Observation, PacMan
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TICKS, MOST_LEVEL, MOST_LIVES, MOST_SCORE = 10**9, 10**6, 10**6, 10**9
MOST_MAZE_TEXT = 64 * 65 + 128
"""Characters of the largest maze, with a few empty lines."""
FIELDS = (
    "tick", "level", "maze", "phase", "lives", "score", "mode", "fright", "elroy", "fruit", "dots", "energizers",
    "pacman", "ghosts", "decide",
)  # fmt: skip


def encode_observation(observation: Observation) -> JsonObject:
    """Return the observation as JSON; ``decode_observation`` is its inverse."""
    maze = observation.maze
    width = maze.width
    pacman = observation.pacman
    return {
        "tick": observation.tick,
        "level": observation.level,
        "maze": name_of(maze) or maze.text,
        "phase": observation.phase,
        "lives": observation.lives,
        "score": observation.score,
        "mode": observation.mode,
        "fright": observation.fright,
        "elroy": observation.elroy,
        "fruit": observation.fruit,
        "dots": [[tile % width, tile // width] for tile in observation.dots],
        "energizers": [[tile % width, tile // width] for tile in observation.energizers],
        "pacman": {"x": pacman.x, "y": pacman.y, "heading": pacman.heading, "moving": pacman.moving},
        "ghosts": {
            ghost.name: {
                "x": ghost.x,
                "y": ghost.y,
                "heading": ghost.heading,
                "state": ghost.state,
                "reversing": ghost.reversing,
            }
            for ghost in observation.ghosts
        },
        "decide": [
            {
                "ghost": item.ghost,
                "junction": list(item.junction),
                "heading": item.heading,
                "exits": list(item.exits),
                "ticks": item.ticks,
            }
            for item in observation.decide
        ],
    }


def decode_observation(data: Json) -> Observation:
    """Return the observation that ``data`` means.  Raises ObservationError, naming the field."""
    table = _object(data, "", FIELDS)
    maze = _maze(table["maze"])
    level = _whole(table, "level", "level", 1, MOST_LEVEL)
    fright = _whole(table, "fright", "fright", 0, max(item.fright for item in levels.LEVELS))
    fruit = _whole(table, "fruit", "fruit", 0, MOST_SCORE)
    if fruit not in (0, levels.level(level).fruit_points):
        raise ObservationError("fruit", f"{fruit} points, not 0 or level {level}'s {levels.level(level).fruit_points}")
    observation = Observation(
        tick=_whole(table, "tick", "tick", 0, MOST_TICKS),
        level=level,
        maze=maze,
        phase=_word(table, "phase", "phase", PHASES),
        lives=_whole(table, "lives", "lives", 0, MOST_LIVES),
        score=_whole(table, "score", "score", 0, MOST_SCORE),
        mode=_word(table, "mode", "mode", MODES),
        fright=fright,
        elroy=_whole(table, "elroy", "elroy", 0, 2),
        fruit=fruit,
        dots=_dots(table["dots"], "dots", maze, energizers=False),
        energizers=_dots(table["energizers"], "energizers", maze, energizers=True),
        pacman=_pacman(table["pacman"], maze),
        ghosts=_ghosts(table["ghosts"], maze, fright),
    )
    return _with_decisions(observation, table["decide"])


def _object(data: Any, path: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ObservationError(path, f"{_kind(data)}, not an object")
    for key in data:
        if key not in keys:
            raise ObservationError(_join(path, str(key)[:40]), f"no such field; there are {', '.join(keys)}")
    for key in keys:
        if key not in data:
            raise ObservationError(_join(path, key), "is missing")
    return data


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _kind(data: Any) -> str:
    if data is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(data), type(data).__name__)


def _whole(table: dict[str, Any], key: str, path: str, least: int, most: int) -> int:
    value = table[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise ObservationError(path, f"{_kind(value)}, not a whole number")
    if not least <= value <= most:
        raise ObservationError(path, f"{describe(value)} is not within {least} to {most}")
    return value


def _word(table: dict[str, Any], key: str, path: str, known: tuple[str, ...]) -> str:
    value = table[key]
    if not isinstance(value, str) or value not in known:
        raise ObservationError(path, f"{describe(value)} is none of {', '.join(known)}")
    return value


def _flag(table: dict[str, Any], key: str, path: str) -> bool:
    value = table[key]
    if not isinstance(value, bool):
        raise ObservationError(path, f"{_kind(value)}, not true or false")
    return value


def _maze(value: Any) -> Maze:
    if not isinstance(value, str):
        raise ObservationError("maze", f"{_kind(value)}, not a text")
    if len(value) > MOST_MAZE_TEXT:
        raise ObservationError("maze", f"{len(value)} characters, more than {MOST_MAZE_TEXT}")
    try:
        return find_maze(value)
    except MazeError as error:
        raise ObservationError("maze", str(error)) from error


def _tile(value: Any, path: str, maze: Maze) -> int:
    # type() and not isinstance: true is no number, and this runs for each of 244 dots.
    if type(value) is not list or [type(part) for part in value] != [int, int]:
        raise ObservationError(path, f"{describe(value)} is not [column, row]")
    column: int = value[0]
    row: int = value[1]
    width = maze.width
    if not (0 <= column < width and 0 <= row < maze.height):
        raise ObservationError(path, f"{describe(value)} lies outside of the maze, {width} x {maze.height} tiles")
    return row * width + column


def _dots(value: Any, path: str, maze: Maze, *, energizers: bool) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ObservationError(path, f"{_kind(value)}, not a list")
    known = maze.energizer_tiles if energizers else maze.plain_dot_tiles
    if len(value) > len(known):
        raise ObservationError(path, f"{len(value)} of them, where the maze has {len(known)}")
    tiles: list[int] = []
    for index, item in enumerate(value):
        where = f"{path}[{index}]"
        tile = _tile(item, where, maze)
        if tile not in known:
            raise ObservationError(where, f"{item} is a tile that never had one")
        if tiles and tile <= tiles[-1]:
            raise ObservationError(where, f"{item} is there twice or out of order (row by row)")
        tiles.append(tile)
    return tuple(tiles)


def _pacman(data: Any, maze: Maze) -> PacMan:
    table = _object(data, "pacman", ("x", "y", "heading", "moving"))
    x = _whole(table, "x", "pacman.x", 0, maze.width * 8 - 1)
    y = _whole(table, "y", "pacman.y", 0, maze.height * 8 - 1)
    if not maze.is_corridor(y // 8 * maze.width + x // 8):
        raise ObservationError("pacman", f"tile [{x // 8}, {y // 8}] is no corridor")
    return PacMan(x, y, _word(table, "heading", "pacman.heading", DIRECTIONS), _flag(table, "moving", "pacman.moving"))


def _ghosts(data: Any, maze: Maze, fright: int) -> tuple[Ghost, ...]:
    table = _object(data, "ghosts", GHOSTS)
    return tuple(_ghost(table[name], name, maze, fright) for name in GHOSTS)


def _ghost(data: Any, name: str, maze: Maze, fright: int) -> Ghost:
    path = f"ghosts.{name}"
    table = _object(data, path, ("x", "y", "heading", "state", "reversing"))
    x = _whole(table, "x", f"{path}.x", 0, maze.width * 8 - 1)
    y = _whole(table, "y", f"{path}.y", 0, maze.height * 8 - 1)
    state = _word(table, "state", f"{path}.state", (*GHOST_STATES, FRIGHTENED))
    heading = _word(table, "heading", f"{path}.heading", DIRECTIONS)
    if state == FRIGHTENED and fright == 0:
        raise ObservationError(f"{path}.state", "frightened while fright is 0")
    if state in (ROAMING, FRIGHTENED, "eyes"):
        if not maze.is_corridor(y // 8 * maze.width + x // 8):
            raise ObservationError(path, f"{state} in a wall: tile [{x // 8}, {y // 8}] is no corridor")
        if (x if heading in ("up", "down") else y) % 8 != (3 if heading in ("up", "down") else 4):
            raise ObservationError(path, f"({x}, {y}) heading {heading} is not on a corridor's middle line")
    elif not maze.in_house(x, y):
        raise ObservationError(path, f"{state} at ({x}, {y}), which is neither in the house nor in its door")
    return Ghost(name, x, y, heading, state, _flag(table, "reversing", f"{path}.reversing"))


def _with_decisions(observation: Observation, data: Any) -> Observation:
    """Return the observation with its decisions, each of which must be what the ghost is about to meet."""
    if not isinstance(data, list):
        raise ObservationError("decide", f"{_kind(data)}, not a list")
    if len(data) > len(GHOSTS):
        raise ObservationError("decide", f"{len(data)} decisions of {len(GHOSTS)} ghosts")
    if not data:
        return observation
    possible = {item.ghost: item for item in upcoming(imagine(observation), observation.maze)}
    decisions: list[Decision] = []
    for index, item in enumerate(data):
        decision = _decision(item, f"decide[{index}]", observation.maze, possible)
        if any(decision.ghost == other.ghost for other in decisions):
            raise ObservationError(f"decide[{index}].ghost", f"{decision.ghost} is there twice")
        decisions.append(decision)
    return replace(observation, decide=tuple(decisions))


def _decision(data: Any, path: str, maze: Maze, possible: Mapping[str, Decision]) -> Decision:
    table = _object(data, path, ("ghost", "junction", "heading", "exits", "ticks"))
    ghost = _word(table, "ghost", f"{path}.ghost", GHOSTS)
    junction = maze.tile(_tile(table["junction"], f"{path}.junction", maze))
    heading = _word(table, "heading", f"{path}.heading", DIRECTIONS)
    exits = table["exits"]
    ticks = _whole(table, "ticks", f"{path}.ticks", 0, MOST_TICKS)
    if ghost not in possible:
        raise ObservationError(f"{path}.ghost", f"{ghost} has nothing to decide: it does not roam, or nothing moves")
    known = possible[ghost]
    if junction != known.junction:
        raise ObservationError(f"{path}.junction", f"{list(junction)}, but {ghost} meets {list(known.junction)} next")
    if heading != known.heading:
        raise ObservationError(f"{path}.heading", f"{heading!r}, but {ghost} arrives there heading {known.heading}")
    if exits != list(known.exits):
        raise ObservationError(f"{path}.exits", f"{describe(exits)}, but {ghost} has {list(known.exits)} there")
    return replace(known, ticks=ticks)
