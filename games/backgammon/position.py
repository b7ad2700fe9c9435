"""Positions as text: the board that a terminal shows, and GNU Backgammon's Position ID."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from games.backgammon import kernel
from games.backgammon.kernel import BAR, CELLS, CHECKERS, POINTS
from games.backgammon.turns import borne_off, flipped
from games.core import NotationError

if TYPE_CHECKING:
    from games.backgammon.turns import Board

ID_LENGTH = 14
_KEY_BYTES = 10
_SYMBOLS = "XO"
_ROWS = 5
"""Checkers that are drawn above each other; of more, their number."""


def position_id(board: Board) -> str:
    """Return GNU Backgammon's Position ID, 14 characters, of a board seen by whose turn it is.

    For each side, the one that is not on roll first, and each place from its own ace point to its bar, there are as
    many ones as checkers and then a zero; eight bits make a byte, the first one its lowest, and the bytes are base64.
    """
    bits = "".join("1" * count + "0" for side in (flipped(board), board) for count in _counts(side))
    number = int(bits[::-1], 2)
    return b64encode(number.to_bytes(_KEY_BYTES, "little")).decode().rstrip("=")


def parse_position_id(text: str) -> Board:
    """Return the board, seen by whose turn it is, that a Position ID names.  Raises NotationError."""
    try:
        key = b64decode(f"{text}==", validate=True) if len(text) == ID_LENGTH else b""
    except ValueError:
        key = b""
    bits = f"{int.from_bytes(key, 'little'):080b}"[::-1]
    runs = [len(run) for run in bits.split("0")]
    theirs, mine, rest = runs[:BAR], runs[BAR : 2 * BAR], runs[2 * BAR :]
    if len(key) != _KEY_BYTES or len(mine) < BAR or any(rest) or max(sum(theirs), sum(mine)) > CHECKERS:
        raise NotationError(f"{text[:40]!r} is no Position ID: it has 14 characters, such as 4HPwATDgc/ABMA")
    board = [0] * CELLS
    for place in range(1, CELLS):
        board[place] += mine[place - 1]
        if theirs[place - 1] and board[BAR - place] > 0:
            raise NotationError(f"{text[:40]!r} has both sides on one point")
        board[BAR - place] -= theirs[place - 1]
    return tuple(board)


def draw_board(board: Board, names: tuple[str, str]) -> str:
    """Return the board as ASCII, seen by who plays X; ``names`` are X's and O's.

    The numbers are X's points; X goes from 24 down to 1 and bears off below 6, O the other way.
    """
    upper, lower = range(13, BAR), range(12, 0, -1)
    off = borne_off(board)
    lines = [_rule(upper)]
    lines += [_row(board, upper, level, f" O off {off[1]}" if level == 0 else "") for level in range(_ROWS)]
    lines.append(f"|{'':18}|BAR|{'':18}|")
    lines += [_row(board, lower, level, f" X off {off[0]}" if level == 0 else "") for level in reversed(range(_ROWS))]
    lines.append(_rule(lower))
    counts = kernel.pips(board), kernel.pips(flipped(board))
    sides = (f"{mark} {name}: {count} pips" for mark, name, count in zip(_SYMBOLS, names, counts, strict=True))
    return "\n".join([*lines, "   ".join(sides)])


def _counts(board: Board) -> list[int]:
    return [max(board[place], 0) for place in range(1, CELLS)]


def _rule(points: range) -> str:
    halves = ("".join(f"{point:^3}" for point in half).replace(" ", "-") for half in (points[:6], points[6:]))
    return "+" + "+---+".join(halves) + "+"


def _row(board: Board, points: range, level: int, beside: str) -> str:
    left, right = ("".join(_cell(board[point], level) for point in half) for half in (points[:6], points[6:]))
    upper = points[0] > POINTS // 2
    bar = -board[0] if upper else board[BAR]
    return f"|{left}|{_cell(-bar if upper else bar, level)}|{right}|{beside}"


def _cell(checkers: int, level: int) -> str:
    """Return three characters: what stands at ``level`` (0 at the edge) of a pile."""
    count = abs(checkers)
    if level >= count:
        return "   "
    if level == _ROWS - 1 and count > _ROWS:
        return f"{count:^3}"
    return f" {_SYMBOLS[checkers < 0]} "
