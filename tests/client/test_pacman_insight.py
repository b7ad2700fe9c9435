"""What functions say of themselves is drawn when it makes sense, and never breaks a picture when it does not."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.games.pacman.drawing.explanation import Exit, Insight, closed_of, draw_insights, exits_of, path_of
from client.games.pacman.drawing.maze import MazePicture, place
from client.ui.canvas import Canvas
from games.pacman.mazes import find_maze
from games.pacman.observation import Decision

MAZE = find_maze("pocket")
PICTURE = MazePicture(MAZE, place(MAZE, (0, 0, 1280, 720)))
DECISION = Decision("pinky", (1, 7), "left", ("up", "down"), 12)
TOLD = {
    "exits": {"pinky": {"up": {"value": 0.25, "chance": 0.9}, "down": {"value": 0.5, "chance": 0.1}}},
    "pacman_path": [[1, 1], [2, 1], [3, 1]],
    "closed": [{"junction": [6, 4], "by": "inky", "ticks": 30, "pacman_ticks": 44}],
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["up", "value", "chance", "by", "junction"]), inner, max_size=3)
    ),
    max_leaves=8,
)
odd = st.fixed_dictionaries(
    {},
    optional={
        "exits": values | st.dictionaries(st.just("pinky"), values),
        "pacman_path": values | st.lists(st.lists(st.integers(-3, 40), max_size=3), max_size=4),
        "closed": values | st.lists(values, max_size=3),
    },
)


def picture_of(explanation: object) -> bytes:
    pygame.font.init()
    canvas = Canvas(pygame.Surface((320, 180)))
    draw_insights(canvas, PICTURE, [Insight(DECISION, explanation)])
    return pygame.image.tobytes(canvas.surface, "RGB")


def test_exits_path_and_closed_junctions_are_read():
    assert exits_of(TOLD, "pinky") == [Exit("up", 0.25, 0.9), Exit("down", 0.5, 0.1)]
    assert exits_of(TOLD, "blinky") == []
    assert path_of(TOLD, MAZE) == [MAZE.width + column for column in (1, 2, 3)]
    assert closed_of(TOLD, MAZE) == [(4 * MAZE.width + 6, "inky")]


@pytest.mark.parametrize("part", ["exits", "pacman_path", "closed"])
def test_each_part_shows_in_the_picture(part: str):
    assert picture_of({part: TOLD[part]}) != picture_of({})


@settings(deadline=None, max_examples=150)
@given(explanation=odd | values)
def test_no_explanation_breaks_the_picture(explanation: object):
    picture_of(explanation)
