"""What the opponent thought before its last turn: its best turns, what each is worth to it, and why.

The function itself says so (``explain`` in the protocol)::

    {"turns": [{"turn": "13/8 6/5", "equity": 0.12, "chances": {"win": 0.56, ...}, "why": ["hits on 5"]}, ...]}

with ``chance`` in place of the equity where it chooses by likelihood; about the cube::

    {"cube": {"no_double": 0.4, "take": 0.5, "drop": 1.0}, "chances": {"win": 0.7, ...}}

What it says is checked here, because it may be a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from client.ui import theme
from client.ui.text.foreign_text import presentable

if TYPE_CHECKING:
    from client.ui.canvas import Box, Canvas
    from games.core import Json, JsonObject

SHOWN = 3
WORDS = 80
MOST_EQUITY = 1000.0
CHANCES = (("win", "wins"), ("win_gammon", "gammon"), ("lose_gammon", "loses a gammon"))
"""Chances that are told, and how."""


@dataclass(frozen=True, slots=True)
class Thought:
    """One explanation, as far as it could be understood."""

    best: tuple[tuple[str, str, str], ...]
    """The best actions: what, what it is worth (equity in points, or a share of the choices), why."""
    chances: tuple[tuple[str, float], ...] = ()
    """What it expects after the best: words and chance."""


def read_thought(explanation: Json) -> Thought | None:
    """Return what an explanation says; None where it names nothing that could be played."""
    if not isinstance(explanation, dict):
        return None
    listed, cube = explanation.get("turns"), explanation.get("cube")
    if isinstance(listed, list):
        items = [item for item in listed[:SHOWN] if isinstance(item, dict)]
        best = [_read_turn(item) for item in items]
        said = items[0].get("chances") if items else None
    else:
        told = cube if isinstance(cube, dict) else {}
        best = [_row(name.replace("_", " "), worth, None, []) for name, worth in list(told.items())[:SHOWN]]
        said = explanation.get("chances")
    known = tuple(one for one in best if one is not None)
    return Thought(known, _read_chances(said)) if known else None


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
    for index, (turn, worth, why) in enumerate(thought.best):
        y = top + 28 + index * 19
        canvas.text(turn, left + 16, y, theme.FIGURE, theme.FOAM, within=210)
        canvas.text(worth, left + 300, y, theme.FIGURE, theme.AMBER, align="right")
        canvas.text(why, left + 316, y + 2, theme.SMALL, theme.MIST, within=width - 332)


def _read_turn(item: JsonObject) -> tuple[str, str, str] | None:
    turn = item.get("turn")
    return _row(turn, item.get("equity"), item.get("chance"), item.get("why")) if isinstance(turn, str) else None


def _row(what: str, equity: Json, chance: Json, why: Json) -> tuple[str, str, str] | None:
    """Return one line; None where it does not say what the action is worth."""
    points, share = _number(equity), _number(chance)
    if points is None and share is None:
        return None
    worth = f"{points:+.3f}" if points is not None else f"{share:.0%}"
    reasons = ", ".join(one for one in why if isinstance(one, str)) if isinstance(why, list) else ""
    return presentable(what[:WORDS]), worth, presentable(reasons[:WORDS])


def _read_chances(said: Json) -> tuple[tuple[str, float], ...]:
    told = ((words, _number(said.get(key))) for key, words in CHANCES) if isinstance(said, dict) else ()
    return tuple((words, chance) for words, chance in told if chance is not None)


def _number(value: Json) -> float | None:
    """Return a number that can be written in a few letters; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value) if abs(value) <= MOST_EQUITY else None
