"""What can be said of a turn in words: whom it hits, what it makes, leaves open and bears off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.backgammon.kernel import BAR
from games.backgammon.turns import board_after, borne_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.backgammon.turns import Board, Turn

MADE = 2
"""Checkers that hold a point."""


def why(board: Board, turn: Turn) -> Iterator[str]:
    """Yield what ``turn`` does on ``board``, both seen by the mover."""
    after = board_after(board, turn)
    if turn.hits:
        yield f"hits on {_listed(turn.hits)}"
    points = range(BAR - 1, 0, -1)
    if made := [point for point in points if board[point] < MADE <= after[point]]:
        yield f"makes the {_listed(made)} point{'s' if len(made) > 1 else ''}"
    if broken := [point for point in points if after[point] < MADE <= board[point]]:
        yield f"gives up the {_listed(broken)} point{'s' if len(broken) > 1 else ''}"
    rear = next((place for place in range(BAR) if after[place] < 0), BAR)
    if left := [point for point in points if after[point] == 1 and point > rear]:
        yield f"leaves a blot on {_listed(left)}"
    if off := borne_off(after)[0] - borne_off(board)[0]:
        yield f"bears off {off}"


def _listed(points: list[int] | tuple[int, ...]) -> str:
    return " and ".join(map(str, points))
