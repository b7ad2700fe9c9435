"""How often which scores came: the person's, every function's that has played here, and what the ladder measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.net.remote import OpponentInfo
    from client.ui.canvas import Box, Canvas

BARS = 12


def draw_scores(
    canvas: Canvas, box: Box, mine: Sequence[int], theirs: Sequence[int], ladder: Sequence[OpponentInfo], unit: str
) -> None:
    """Draw the person's scores filled, those of functions as outlines, and a mark for each level of the ladder.

    A level's mark stands at its mean of what the score counts, as it was measured when its model was made; a game whose
    score is not what is measured has none.
    """
    left, top, wide, high = box
    canvas.text(f"{unit.upper()} A MATCH", left, top, theme.LABEL, theme.HAZE)
    if not mine and not theirs:
        canvas.text("No finished match yet.", left, top + 24, theme.SMALL, theme.MIST)
        return
    levels = [(info.measured[unit], info) for info in ladder if unit in info.measured]
    everything = [*mine, *theirs, *(round(mean) for mean, _ in levels)]
    low, top_score = min(everything), max(everything)
    step = max(1, -(-(top_score - low + 1) // BARS))
    base, room, pitch = top + high - 44, high - 84, wide / BARS
    shares = [_shares(scores, low, step) for scores in (mine, theirs)]
    most = max(max(row) for row in shares)
    for index in range(BARS):
        for row, fill in ((shares[0], True), (shares[1], False)):
            if row[index]:
                height = max(2.0, room * row[index] / most)
                bar = (left + index * pitch + 2, base - height, pitch - 4, height)
                if fill:
                    canvas.rect(theme.SIGNAL_DIM, bar, 2)
                else:
                    canvas.rect(theme.AMBER, bar, 2, 1.5)
    canvas.rect(theme.EDGE, (left, base, wide, 1))
    for mean, info in levels:
        x = left + (mean + 0.5 - low) / step * pitch
        colour = theme.parse_colour(info.colour)
        canvas.polygon(colour, [(x, base), (x - 5, base + 9), (x + 5, base + 9)])
    canvas.text(str(low), left, base + 9, theme.SMALL_FIGURE, theme.HAZE)
    canvas.text(str(low + step * BARS - 1), left + wide, base + 9, theme.SMALL_FIGURE, theme.HAZE, align="right")
    if levels:
        told = "marks: the levels, as measured"
        canvas.text(told, left + wide / 2, base + 9, theme.SMALL, theme.HAZE, align="centre", within=wide - 90)
    _draw_legend(canvas, (left, top + high - 13, wide, 12), mine, theirs)


def _shares(scores: Sequence[int], low: int, step: int) -> list[float]:
    counts = [0] * BARS
    for score in scores:
        counts[min(BARS - 1, (score - low) // step)] += 1
    return [count / max(1, len(scores)) for count in counts]


def _draw_legend(canvas: Canvas, box: Box, mine: Sequence[int], theirs: Sequence[int]) -> None:
    left, top, wide, _ = box
    own = f"yours ({sum(mine) / len(mine):.0f} on average)" if mine else "yours"
    canvas.rect(theme.SIGNAL_DIM, (left, top, 10, 10), 2)
    used = canvas.text(own, left + 16, top - 3, theme.SMALL, theme.MIST)
    canvas.rect(theme.AMBER, (left + used + 34, top, 10, 10), 2, 1.5)
    other = f"every function's ({sum(theirs) / len(theirs):.0f})" if theirs else "functions'"
    canvas.text(other, left + used + 50, top - 3, theme.SMALL, theme.MIST, within=wide - used - 50)
