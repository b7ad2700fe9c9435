"""What stands beside the board: score, cube and pips, and the moves in notation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.backgammon.board import draw_checker
from client.ui import theme
from games.backgammon import kernel
from games.backgammon.turns import flipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.games.backgammon.duel import Line, Shown
    from client.ui.canvas import Box, Canvas
    from games.backgammon.turns import Board

CHIP = 18.0
INNER = 14.0


def draw_score(canvas: Canvas, box: Box, shown: Shown, points: int, names: tuple[str, str], *, cube: bool) -> None:
    """Draw who plays, points, pips and the cube; ``points``: what the match goes to, 0 for a single game."""
    left, top, width, _ = box
    canvas.panel(box)
    canvas.text("MATCH" if points else "GAME", left + INNER, top + 12, theme.LABEL, theme.HAZE)
    told = f"to {points} point{'s' if points != 1 else ''}" if points else "a single one"
    canvas.text(told, left + width - INNER, top + 11, theme.SMALL, theme.MIST, align="right")
    pips = pip_counts(shown.board)
    right = left + width - INNER
    for index, mine in enumerate((True, False)):
        y = top + 34 + index * 50
        draw_checker(canvas, (left + INNER + CHIP / 2, y + 12), mine=mine, bold=False, size=CHIP)
        used = 0.0
        if points:
            used = canvas.text(str(shown.score[index]), right, y - 2, theme.HEADING, theme.FOAM, align="right")
        x = left + INNER + CHIP + 10
        canvas.text(names[index], x, y, theme.BODY, theme.FOAM, within=right - used - 8 - x)
        canvas.text(f"{pips[index]} pips", x, y + 22, theme.SMALL_FIGURE, theme.MIST)
    y = top + 136
    canvas.rect(theme.EDGE, (left + INNER, y, width - 2 * INNER, 1))
    canvas.text(
        cube_words(shown, cube=cube and points != 1),
        left + INNER,
        y + 9,
        theme.SMALL,
        theme.MIST,
        within=width - 2 * INNER,
    )


def draw_moves(canvas: Canvas, box: Box, lines: Sequence[Line]) -> None:
    """Write the last turns, the newest on top: whose, the dice, and the moves."""
    left, top, width, height = box
    canvas.panel(box)
    canvas.text("MOVES", left + INNER, top + 12, theme.LABEL, theme.HAZE)
    room = int((height - 40) // 21)
    for index, line in enumerate(list(lines)[::-1][:room]):
        y = top + 36 + index * 21
        fade = max(0.45, 1 - index * 0.05)
        draw_checker(canvas, (left + INNER + 6, y + 7), mine=line.mine, bold=False, size=12)
        x = left + INNER + 18
        if line.dice:
            canvas.text(line.dice, x, y, theme.SMALL_FIGURE, theme.mix(theme.PANEL, theme.HAZE, fade))
        x += 22
        ink = theme.AMBER if line.stood_in else theme.FOAM
        shade = theme.mix(theme.PANEL, ink, fade)
        words = f"{line.words} · stand-in" if line.stood_in else line.words
        canvas.text(words, x, y, theme.SMALL_FIGURE, shade, within=left + width - INNER - x)


def pip_counts(board: Board) -> tuple[int, int]:
    """Return how many pips the person and the opponent have still to go; ``board`` is from the person's side."""
    return kernel.pips(board), kernel.pips(flipped(board))


def cube_words(shown: Shown, *, cube: bool) -> str:
    """Return what the cube says, in words."""
    if not cube:
        return "No doubling cube"
    if shown.crawford:
        return "Crawford game: no cube"
    whose = {None: "in the middle", True: "yours", False: "theirs"}[shown.owner]
    return f"Cube at {shown.cube}, {whose}"
