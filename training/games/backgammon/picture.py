"""A board as a report draws it, seen by who is to move."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from games.backgammon.kernel import BAR, POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.backgammon.observation import Observation

WIDTH, HEIGHT, STEP, RADIUS, MOST = 286, 180, 22, 9, 4
"""Pixels; at most so many checkers of a point are drawn, and the rest counted."""
HALF = POINTS // 4


def picture(observation: Observation, policy: Mapping[str, float], taken: str) -> str:
    """Return the board; what the models would play stands beside it."""
    del policy
    board, parts = observation.board, [f'<rect class="frame" width="{WIDTH}" height="{HEIGHT}"/>']
    for point in range(1, POINTS + 1):
        x, top = _place(point)
        base, tip = (0, 70) if top else (HEIGHT, HEIGHT - 70)
        shade = "dark" if point % 2 else "light"
        parts.append(f'<path class="point {shade}" d="M{x - 10} {base}h20L{x} {tip}z"/>')
        parts += _checkers(x, board[point], top=top)
    parts += _checkers(WIDTH / 2, max(board[BAR], 0), top=False, lift=30)
    parts += _checkers(WIDTH / 2, min(board[0], 0), top=True, lift=30)
    if observation.dice:
        for number, pips in enumerate(observation.dice):
            x = WIDTH * 0.75 - 13 + number * 26
            parts.append(f'<rect class="die" x="{x - 9}" y="{HEIGHT / 2 - 9}" width="18" height="18" rx="3"/>')
            parts.append(f'<text class="pips" x="{x}" y="{HEIGHT / 2}">{pips}</text>')
    label = f"a board, played: {escape(taken)}"
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"'
    return f'<svg class="board table" {view}>{"".join(parts)}</svg>'


def _place(point: int) -> tuple[float, bool]:
    """Return the middle of a point, counted from the mover's home at the lower right, and whether it is at the top."""
    top = point > POINTS // 2
    column = point - POINTS // 2 - 1 if top else POINTS // 2 - point
    return 11 + column * STEP + (WIDTH - 12 * STEP if column >= HALF else 0), top


def _checkers(x: float, count: int, *, top: bool, lift: float = 0) -> list[str]:
    side, parts = "mine" if count > 0 else "theirs", []
    for number in range(min(abs(count), MOST)):
        away = RADIUS + 1 + number * 2 * RADIUS + lift
        y = away if top else HEIGHT - away
        parts.append(f'<circle class="{side}" cx="{x}" cy="{y}" r="{RADIUS}"/>')
        if number == MOST - 1 and abs(count) > MOST:
            parts.append(f'<text class="{side} count" x="{x}" y="{y}">{abs(count)}</text>')
    return parts
