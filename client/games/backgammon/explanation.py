"""What the opponent thought before its last turn: its best turns, what each is worth to it, and why.

The function itself says so (``explain`` in the protocol), as ``{"best": [["13/8 6/5", 0.12, "hits on 5"], ...],
"chances": {"win": 0.56, ...}}``; what it says is checked here, because it may be a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.text.foreign_text import presentable

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas
    from games.core import Json

SHOWN = 3
WORDS = 80
MOST_EQUITY = 1000.0
CHANCES = (("win", "wins"), ("gammon", "gammon"), ("backgammon", "backgammon"))
"""Chances that are told, and how."""


@dataclass(frozen=True, slots=True)
class Thought:
    """One explanation, as far as it could be understood."""

    best: tuple[tuple[str, float, str], ...]
    """The best actions: notation, equity to whoever plays it in points, why."""
    chances: tuple[tuple[str, float], ...] = ()
    """What it expects after the best: words and chance."""


def read_thought(explanation: Json) -> Thought | None:
    """Return what an explanation says; None where it names no turn."""
    if not isinstance(explanation, dict):
        return None
    listed = explanation.get("best")
    best = [_read_turn(item) for item in listed[:SHOWN]] if isinstance(listed, list) else []
    known = tuple(one for one in best if one is not None)
    said = explanation.get("chances")
    chances = said if isinstance(said, dict) else {}
    told = ((words, _number(chances.get(key))) for key, words in CHANCES)
    return Thought(known, tuple((words, chance) for words, chance in told if chance is not None)) if known else None


def draw_thought(canvas: Canvas, box: Box, thought: Thought | None, name: str) -> None:
    """Write down the best turns, their equities and reasons."""
    left, top, width, _ = box
    canvas.panel(box, theme.PANEL, theme.AMBER)
    canvas.text("WHAT IT THOUGHT", left + 16, top + 10, theme.LABEL, theme.AMBER)
    if thought is None:
        told = f"{name} has not explained a turn yet"
        canvas.text(told, left + 16, top + 36, theme.SMALL, theme.MIST, within=width - 32)
        return
    expected = "   ".join(f"{words} {chance:.0%}" for words, chance in thought.chances)
    canvas.text(expected, left + width - 16, top + 8, theme.SMALL, theme.MIST, align="right", within=width - 180)
    for index, (turn, equity, why) in enumerate(thought.best):
        y = top + 28 + index * 19
        canvas.text(turn, left + 16, y, theme.FIGURE, theme.FOAM, within=210)
        canvas.text(f"{equity:+.3f}", left + 300, y, theme.FIGURE, theme.AMBER, align="right")
        canvas.text(why, left + 316, y + 2, theme.SMALL, theme.MIST, within=width - 332)


def _read_turn(item: Json) -> tuple[str, float, str] | None:
    if not isinstance(item, list) or len(item) < 2 or not isinstance(item[0], str):  # noqa: PLR2004 - turn and equity
        return None
    equity = _number(item[1])
    why = item[2] if len(item) > 2 and isinstance(item[2], str) else ""  # noqa: PLR2004 - the reason comes third
    return None if equity is None else (presentable(item[0][:WORDS]), equity, presentable(why[:WORDS]))


def _number(value: Json) -> float | None:
    """Return a number that can be written in a few letters; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value) if abs(value) <= MOST_EQUITY else None
