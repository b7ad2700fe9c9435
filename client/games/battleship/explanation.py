"""What the opponent thought before its last shot, laid over one's own sea: where it expects ships, and why.

The function itself says so (``explain`` in the protocol); what it says is checked here, because it may be a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.ui import theme
from games.battleship.fleet import Cell

if TYPE_CHECKING:
    from client.games.battleship.board import Board
    from client.ui.canvas import Box, Canvas
    from games.core import Json

SHOWN = 3
FAINTEST = 0.02
WORDS = 60


@dataclass(frozen=True, slots=True)
class Thought:
    """One explanation, as far as it could be understood."""

    heat: tuple[tuple[float, ...], ...]
    """How likely a ship is in each cell, rows from the top."""
    best: tuple[tuple[str, float, str], ...]
    """The likeliest shots: cell, chance of a hit, the first reason."""
    entropy_bits: float | None


def read_thought(explanation: Json, size: int) -> Thought | None:
    """Return what an explanation says of a board with ``size`` cells a side; None for what is no heat map."""
    if not isinstance(explanation, dict):
        return None
    rows = explanation.get("heat")
    if not isinstance(rows, list) or len(rows) != size:
        return None
    heat: list[tuple[float, ...]] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != size:
            return None
        heat.append(tuple(min(1.0, max(0.0, value)) if isinstance(value, int | float) else 0.0 for value in row))
    bits = explanation.get("entropy_bits")
    listed = explanation.get("best")
    best = [_read_shot(item) for item in listed[:SHOWN]] if isinstance(listed, list) else []
    entropy = float(bits) if isinstance(bits, int | float) else None
    return Thought(tuple(heat), tuple(shot for shot in best if shot is not None), entropy)


def _read_shot(item: Json) -> tuple[str, float, str] | None:
    if not isinstance(item, dict):
        return None
    shot, chance, reasons = item.get("shot"), item.get("chance"), item.get("reasons")
    if not isinstance(shot, str) or not isinstance(chance, int | float):
        return None
    reason = reasons[0] if isinstance(reasons, list) and reasons and isinstance(reasons[0], str) else ""
    return shot[:3], float(chance), reason[:WORDS]


def draw_heat(canvas: Canvas, board: Board, thought: Thought, tried: set[Cell]) -> None:
    """Lay the heat map over the cells not shot at before: the likelier, the larger and brighter its square."""
    asked = {
        Cell(column, row): value
        for row, values in enumerate(thought.heat)
        for column, value in enumerate(values)
        if Cell(column, row) not in tried
    }
    hottest = max(asked.values(), default=0.0)
    if hottest <= 0:
        return
    for cell, value in asked.items():
        share = value / hottest
        if share >= FAINTEST:
            x, y = board.centre(cell)
            side = board.cell * (0.25 + 0.67 * share)
            canvas.tint(theme.AMBER, (x - side / 2, y - side / 2, side, side), 0.08 + 0.47 * share**1.5, 3)


def draw_thought(canvas: Canvas, box: Box, thought: Thought | None, name: str) -> None:
    """Write down the likeliest shots and their reasons."""
    left, top, width, _ = box
    canvas.panel(box, theme.PANEL, theme.AMBER)
    canvas.text("WHAT IT THOUGHT", left + 16, top + 13, theme.LABEL, theme.AMBER)
    if thought is None:
        canvas.text(
            f"{name} has not explained a shot yet", left + 16, top + 42, theme.SMALL, theme.MIST, within=width - 32
        )
        return
    if thought.entropy_bits is not None:
        bits = f"{thought.entropy_bits:.1f} bits unknown"
        canvas.text(bits, left + width - 16, top + 12, theme.SMALL, theme.MIST, align="right")
    for index, (shot, chance, reason) in enumerate(thought.best):
        y = top + 36 + index * 22
        canvas.text(shot, left + 16, y, theme.FIGURE, theme.FOAM)
        canvas.text(f"{chance:.0%}", left + 84, y, theme.FIGURE, theme.AMBER, align="right")
        canvas.text(reason, left + 94, y + 2, theme.Style("sans", 11), theme.MIST, within=width - 106)
