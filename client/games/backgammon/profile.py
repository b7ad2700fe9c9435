"""A person's figures in backgammon: error rate and luck of each match, and how games were won and lost."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeAlias

from client.ui import theme
from games.backgammon.rules import DROPPED, KINDS
from games.record import PERSON, replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.records.archive import Summary
    from client.records.form import Form
    from client.ui.canvas import Box, Canvas
    from games.core import Json, JsonObject
    from games.record import GameRecord

    Counts: TypeAlias = dict[str, int]

TITLE = "HOW YOU PLAY"
WORK_S, REST_S = 0.002, 0.001
"""How long a match is played again at a time, off the main thread, and how long whoever draws is then left alone."""
WAYS = (*KINDS.values(), DROPPED)
HEADS = ("single", "gammon", "backg.", "drop")
SHOWN = 24
"""Matches."""
TOP_RATE = 10.0
"""The error rate at the top of the picture, at least."""
TOP_LUCK = 0.5
"""Points, the same."""


def tally(record: GameRecord) -> JsonObject:
    """Return how often the person won and lost the games of a match in which way."""
    people = {item.player for item in record.participants if item.kind == PERSON}
    if len(people) != 1:
        return {}
    won, lost = dict.fromkeys(WAYS, 0), dict.fromkeys(WAYS, 0)
    began = monotonic()
    for frame in replay(record):
        for event in frame.events:
            if event.kind == "game":
                counts = won if event.player in people else lost
                counts[str(event.detail["kind"])] += 1
        if monotonic() - began >= WORK_S:
            sleep(REST_S)
            began = monotonic()
    return {"won": dict[str, "Json"](won), "lost": dict[str, "Json"](lost)}


def draw_profile(canvas: Canvas, box: Box, rows: Sequence[Summary]) -> None:
    """Draw error rates as a line and luck as bars, the oldest match on the left, and a table of wins and losses."""
    left, top, width, height = box
    forms = [row.forms[row.person.player] for row in rows if row.person is not None and row.person.player in row.forms]
    forms = [form for form in forms[:SHOWN] if form.decisions][::-1]
    if forms:
        _draw_rates(canvas, (left, top, width, 96), forms)
        _draw_luck(canvas, (left, top + 102, width, 66), forms)
    else:
        words = "Review a match, and the coach's error rate and luck are kept here."
        canvas.paragraph(words, (left, top + 16, width, 60), theme.SMALL, theme.MIST)
    for index, (name, key) in enumerate((("won", "won"), ("lost", "lost"))):
        y = top + height - 34 + 18 * index
        counts = _sum(rows, key)
        canvas.text(f"{sum(counts.values())} {name}", left, y, theme.SMALL, theme.FOAM)
        for column, way in enumerate(WAYS):
            right = left + width * (0.28 + 0.72 * (column + 1) / len(WAYS))
            if not index:
                canvas.text(HEADS[column], right, y - 18, theme.SMALL, theme.HAZE, align="right")
            canvas.text(str(counts[way]), right, y, theme.SMALL_FIGURE, theme.MIST, align="right")


def _draw_rates(canvas: Canvas, box: Box, forms: Sequence[Form]) -> None:
    left, top, width, height = box
    decisions = sum(form.decisions for form in forms)
    mean = 1000 * sum(form.lost for form in forms) / decisions
    canvas.text("error rate, thousandths a decision", left, top, theme.SMALL, theme.MIST, within=width - 80)
    canvas.text(f"{mean:.1f}", left + width, top - 2, theme.FIGURE, theme.FOAM, align="right")
    most = max(TOP_RATE, *(form.error_rate for form in forms))
    base, room = top + height - 4, height - 28
    canvas.rect(theme.EDGE, (left, base, width, 1))
    pitch = width / max(6, len(forms))
    line = [(left + (n + 0.5) * pitch, base - room * form.error_rate / most) for n, form in enumerate(forms)]
    if len(line) > 1:
        canvas.stroke(theme.SIGNAL, line, 2)
    for x, y in line:
        canvas.circle(theme.SIGNAL, x, y, 3)


def _draw_luck(canvas: Canvas, box: Box, forms: Sequence[Form]) -> None:
    left, top, width, height = box
    total = sum(form.luck for form in forms)
    canvas.text("luck, points by the dice", left, top, theme.SMALL, theme.MIST, within=width - 80)
    canvas.text(f"{total:+.2f}", left + width, top - 2, theme.FIGURE, theme.FOAM, align="right")
    most = max(TOP_LUCK, *(abs(form.luck) for form in forms))
    room = (height - 22) / 2
    middle = top + 20 + room
    canvas.rect(theme.EDGE, (left, middle, width, 1))
    pitch = width / max(6, len(forms))
    for number, form in enumerate(forms):
        high = max(1.0, room * abs(form.luck) / most)
        y = middle - high if form.luck > 0 else middle
        ink = theme.SIGNAL if form.luck > 0 else theme.CORAL
        canvas.rect(ink, (left + (number + 0.2) * pitch, y, pitch * 0.6, high), 1)


def _sum(rows: Sequence[Summary], key: str) -> Counts:
    """Return how often which way is in the tallies, which may be anything that was kept."""
    counts = dict.fromkeys(WAYS, 0)
    for row in rows:
        told = row.tally.get(key)
        for way, count in told.items() if isinstance(told, dict) else ():
            if way in counts and isinstance(count, int):
                counts[way] += count
    return counts
