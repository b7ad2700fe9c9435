"""A sea as a report draws it: what was shot at, and how likely each cell is next."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from games.battleship.fleet import Cell
from games.battleship.notation import HIT, SUNK, letters, print_cell
from games.battleship.observation import ShootObservation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.battleship.observation import Observation

CELL, EDGE = 24, 20
NAMED = 3
"""Cells whose chance is written, the likeliest."""
FAINT, DARK = 0.06, 0.5
"""Of the shades: the least there is, and from where on letters are light."""
MARKS = {"hit": "x", "miss": "\N{MIDDLE DOT}"}


def picture(observation: Observation, policy: Mapping[str, float], taken: str) -> str:
    """Return the sea: the darker a cell, the likelier it is shot at; the one that was shot at has a frame."""
    if not isinstance(observation, ShootObservation):
        return ""
    size, named = observation.variant.size, letters(observation.variant)
    whole = EDGE + size * CELL + 1
    told = {report.cell: report for report in observation.shots}
    most = max(policy.values(), default=1.0) or 1.0
    written = sorted(policy, key=lambda text: (-policy[text], text))[:NAMED]
    parts = []
    for row in range(size):
        y = EDGE + row * CELL
        parts.append(_text(EDGE / 2, y + CELL / 2, str(row + 1), "edge"))
        parts.append(_text(EDGE + row * CELL + CELL / 2, EDGE / 2, print_cell(Cell(row, 0))[0], "edge"))
        for column in range(size):
            cell, x = Cell(column, row), EDGE + column * CELL
            text = print_cell(cell)
            report = told.get(cell)
            if report is not None:
                sank = report.result == SUNK and report.ship
                kind = "sunk" if sank else "hit" if report.result == HIT else "miss"
                mark = named[str(report.ship)] if sank else MARKS[kind]
                parts.append(_box(x, y, kind))
                parts.append(_text(x + CELL / 2, y + CELL / 2, mark, kind))
                continue
            chance = policy.get(text, 0.0)
            shade = FAINT + (1 - FAINT) * chance / most if chance > 0 else 0.0
            parts.append(_box(x, y, "heat", f' fill-opacity="{shade:.2f}"'))
            if text in written and chance >= 0.005:  # noqa: PLR2004 - it would read 0
                parts.append(
                    _text(x + CELL / 2, y + CELL / 2, f"{100 * chance:.0f}", "strong" if shade > DARK else "weak")
                )
            if text == taken:
                parts.append(
                    f'<rect class="taken" x="{x + 1.5}" y="{y + 1.5}" width="{CELL - 3}" height="{CELL - 3}"/>'
                )
    return (
        f'<svg class="board sea" viewBox="0 0 {whole} {whole}" role="img" aria-label="a sea, played: {escape(taken)}">'
        + "".join(parts) + "</svg>"
    )  # fmt: skip


def _box(x: float, y: float, kind: str, more: str = "") -> str:
    return f'<rect class="{kind} cell" x="{x}" y="{y}" width="{CELL}" height="{CELL}"{more}/>'


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'
