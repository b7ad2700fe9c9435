"""Error rate and luck of both sides, for games whose coach judges moves by points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from client.ui import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.records.form import Form
    from client.ui.canvas import Box, Canvas

ROW = 44.0
RIGHTS = (0.52, 0.78, 1.0)
"""Where the columns of figures end, as parts of the width."""
HEADS = ("ERROR RATE", "GIVEN AWAY", "LUCK")


class Row(NamedTuple):
    """One side."""

    name: str
    form: Form | None
    """None where the coach judged none of its moves."""


def draw_forms(canvas: Canvas, box: Box, rows: Sequence[Row], grade: Callable[[float], str]) -> None:
    """Draw a table: a line for each side, and below its name what its error rate is called."""
    left, top, width, _ = box
    for head, right in zip(HEADS, RIGHTS, strict=True):
        canvas.text(head, left + width * right, top, theme.LABEL, theme.HAZE, align="right")
    for index, row in enumerate(rows):
        y = top + 20 + ROW * index
        canvas.text(row.name, left, y, theme.BODY, theme.FOAM, within=width * 0.32)
        if row.form is None or not row.form.decisions:
            canvas.text("nothing to decide", left + width, y, theme.SMALL, theme.MIST, align="right")
            continue
        form = row.form
        canvas.text(grade(form.error_rate), left, y + 20, theme.SMALL, theme.MIST, within=width * 0.32)
        luck = theme.SIGNAL if form.luck > 0 else theme.CORAL
        figures = (f"{form.error_rate:.1f}", f"{form.lost:.2f}", f"{form.luck:+.2f}")
        below = ("thousandths a decision", f"points in {form.decisions} decisions", "points by the dice")
        for figure, words, right, ink in zip(figures, below, RIGHTS, (theme.FOAM, theme.FOAM, luck), strict=True):
            canvas.text(figure, left + width * right, y, theme.FIGURE, ink, align="right")
            canvas.text(words, left + width * right, y + 20, theme.SMALL, theme.HAZE, align="right")
