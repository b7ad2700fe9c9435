"""A board that is text, set as large as its box allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.theme import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.ui.canvas import Box, Canvas

LARGEST, SMALLEST = 22, 8
"""Sizes of the letters, in logical pixels; what is larger than the box at the smallest is cut."""
ADVANCE, LEADING = 0.61, 1.3
"""A letter's width and a line's height, as shares of the size."""
BETWEEN = 3
"""Letters of room between parts that lie side by side."""


def draw_text_board(canvas: Canvas, text: str, box: Box) -> None:
    """Draw a board.  Its parts, between which a line is empty, lie side by side where that makes them larger."""
    left, top, width, height = box
    parts = [part.splitlines() for part in text.rstrip().split("\n\n")]
    stacked = [[line for part in parts for line in (*part, "")][:-1]]
    columns = max((parts, stacked), key=lambda lined: _size(lined, width, height))
    size = max(SMALLEST, min(LARGEST, int(_size(columns, width, height))))
    style = Style("mono", size)
    x = left
    for column in columns:
        for index, line in enumerate(column[: int(height / (size * LEADING))]):
            canvas.text(line, x, top + index * size * LEADING, style, theme.FOAM, within=left + width - x)
        x += (max(map(len, column), default=0) + BETWEEN) * size * ADVANCE


def _size(columns: Sequence[Sequence[str]], width: float, height: float) -> float:
    """Return the size at which columns of lines just fit."""
    across = sum(max(map(len, column), default=0) + BETWEEN for column in columns) - BETWEEN
    down = max(map(len, columns))
    return min(width / max(1, across) / ADVANCE, height / max(1, down) / LEADING)
