"""Mazes: the text they are drawn in, and what makes one sound."""

from __future__ import annotations

import pytest

from games.pacman import cells as c
from games.pacman.maze import MazeError, read_maze
from games.pacman.mazes import MAZES, POCKET, find_maze, name_of
from games.pacman.names import DIRECTIONS

ROWS = POCKET.strip("\n").split("\n")


def changed(row: int, column: int, marks: str) -> str:
    """Return the pocket maze with ``marks`` from (column, row) on."""
    rows = list(ROWS)
    rows[row] = rows[row][:column] + marks + rows[row][column + len(marks) :]
    return "\n".join(rows)


def both(row: int, column: int, mark: str) -> str:
    rows = changed(row, column, mark).split("\n")
    line = rows[row]
    mirror = len(line) - 1 - column
    rows[row] = line[:mirror] + mark + line[mirror + 1 :]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        (changed(1, 3, "x"), 2, 4, "'x' is no tile"),
        (changed(1, 3, "o"), 2, 4, "not symmetric"),
        (changed(1, 3, ".\t"), 2, 5, "'\\\\t' is no tile"),
        ("\n".join([*ROWS[:4], ROWS[4][:-1], *ROWS[5:]]), 5, 22, "21 columns where the first row has 22"),
        ("\n".join(row[:-1] for row in ROWS), 1, 21, "21 columns, not an even number"),
        ("\n".join(ROWS[:5]), 1, 1, "5 rows"),
        ("\n".join(row + "#" * 60 for row in ROWS), 1, 82, "82 columns"),
        (both(1, 1, "#"), 2, 3, "a dead end"),
        (both(2, 2, "."), 2, 2, "a corridor wider than one tile"),
        (both(10, 0, "#"), 11, 2, "a slow tile that no tunnel"),
        (both(10, 0, "."), 11, 1, "a tunnel is drawn with '='"),
        (both(0, 3, "."), 1, 4, "the border needs a wall"),
        (changed(8, 10, "##"), 1, 12, "no door"),
        (both(9, 9, "#"), 10, 10, "needs 'H'"),
        (both(1, 5, "H"), 2, 6, "outside of the house"),
        (changed(16, 10, ".."), 1, 12, "PP is missing"),
        (both(16, 9, "P"), 17, 10, "'P' belongs on the two middle columns"),
        (changed(13, 10, "  "), 1, 12, "FF is missing"),
        (both(7, 1, "^"), 8, 2, "would leave a ghost no exit|forbids"),
        (both(18, 10, "^"), 19, 11, "forbids an up-turn where no way leads up"),
        (changed(6, 10, ".."), 7, 11, "no corridor may lead up from the doorstep"),
        (changed(7, 10, "##"), 8, 11, "the corridor above the door"),
        ("\n".join(row.replace(".", " ").replace("o", " ") for row in ROWS), 1, 1, "not one dot"),
    ],
)
def test_a_maze_that_breaks_a_rule_is_refused_with_line_column_and_reason(
    text: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(MazeError, match=reason) as caught:
        read_maze(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}" in str(caught.value)


def test_a_corridor_that_nothing_leads_to_is_refused() -> None:
    ring = ["#....############....#", "#.##.############.##.#", "#....############....#"]
    text = "\n".join([*ROWS[:-1], "#" * 22, *ring, "#" * 22])
    with pytest.raises(MazeError, match="no way leads here") as caught:
        read_maze(text)
    assert (caught.value.line, caught.value.column) == (len(ROWS) + 1, 2)


def test_lines_are_counted_from_the_texts_first_even_when_it_is_empty() -> None:
    with pytest.raises(MazeError) as caught:
        read_maze("\n\n" + changed(1, 3, "x"))
    assert caught.value.line == 4


def test_a_drawing_with_another_systems_line_ends_is_the_same_maze() -> None:
    assert read_maze(POCKET.replace("\n", "\r\n")) == find_maze("pocket")


@pytest.mark.parametrize("name", sorted(MAZES))
def test_our_mazes_are_sound_and_known_by_name(name: str) -> None:
    maze = find_maze(name)
    assert name_of(maze) == name
    assert read_maze(maze.text) == maze
    assert len(maze.energizer_tiles) == 4
    assert maze.rows == tuple(row[::-1] for row in maze.rows)


def test_there_is_a_smaller_and_a_larger_maze() -> None:
    sizes = {name: (find_maze(name).width, find_maze(name).height, len(find_maze(name).dot_tiles)) for name in MAZES}
    assert sizes == {"arcade": (28, 31, 244), "pocket": (22, 20, 126), "grand": (36, 37, 392)}


def test_junctions_of_the_arcade_maze_are_3_to_15_tiles_apart_and_5_9_on_average() -> None:
    maze = find_maze("arcade")
    lengths = []
    for tile in range(28 * 31):
        if len(maze.exits(tile)) < 3:
            continue
        for name in maze.exits(tile):
            heading, at, length = DIRECTIONS.index(name), tile, 0
            while True:
                at = maze.neighbour(at, heading)
                length += 1
                if len(maze.exits(at)) > 2:
                    break
                (heading,) = (DIRECTIONS.index(way) for way in maze.exits(at) if DIRECTIONS.index(way) != heading ^ 2)
            lengths.append(length)
    assert (min(lengths), max(lengths)) == (3, 15)
    assert round(sum(lengths) / len(lengths), 1) == 5.9


@pytest.mark.parametrize("name", sorted(MAZES))
def test_the_table_tells_the_next_choice_as_walking_there_does(name: str) -> None:
    maze = find_maze(name)
    for tile in range(maze.width * maze.height):
        for heading in range(4):
            if not maze.is_corridor(tile) or maze.neighbour(tile, heading ^ 2) < 0:
                continue
            at, way, pixels = tile, heading, 0
            while len(maze.choices(at, way)) < 2:
                (exit_name,) = maze.choices(at, way)
                way = DIRECTIONS.index(exit_name)
                at = maze.neighbour(at, way)
                pixels += 8
            first = c.TILE_TABLE + tile * c.TILE_CELLS + c.AHEAD + heading * c.AHEAD_CELLS
            assert maze.table[first : first + 3] == (at, way, pixels)
