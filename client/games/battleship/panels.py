"""What stands beside the boards: the fleets' condition, what was shot, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.battleship.ships import ship_sprite
from client.ui import theme
from games.battleship.fleet import placement_board
from games.battleship.notation import HIT, MISS, SUNK, print_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.ui.canvas import Box, Canvas
    from games.battleship.fleet import Placement, Variant
    from games.battleship.notation import Report

WORDS = {MISS: "miss", HIT: "hit", SUNK: "sunk", "called": "called"}


def draw_fleet(
    canvas: Canvas,
    box: Box,
    title: str,
    variant: Variant,
    shots: Sequence[Report],
    fleet: Placement | None,
) -> None:
    """Draw a fleet's condition.

    ``shots`` were fired at it.  With ``fleet`` (one's own) every ship shows which of its cells are hit; without it only
    what was announced can be shown: which ships have sunk.
    """
    left, top, width, height = box
    canvas.panel(box)
    sunk = {report.ship for report in shots if report.ship is not None}
    canvas.text(title, left + 16, top + 13, theme.LABEL, theme.HAZE)
    afloat = f"{len(variant.fleet) - len(sunk)} of {len(variant.fleet)} afloat"
    canvas.text(afloat, left + width - 16, top + 12, theme.SMALL, theme.MIST, align="right")
    rows_of = 2 if height > 90 else 1  # noqa: PLR2004 - room for a second row
    units = sum(length + 1.1 for _, length in variant.fleet) / rows_of
    cell = min(17.0 if rows_of > 1 else 19.0, (width - 36) / (units + 1.6 * (rows_of - 1)))
    rows = _rows(variant, width - 32, cell)
    pitch = min(30.0, (height - 34) / max(1, len(rows)))
    for row, ships in enumerate(rows):
        x = left + 16
        y = top + (34 if len(rows) > 1 else 40) + row * pitch
        for ship in ships:
            length = variant.length(ship)
            _ship(
                canvas,
                (x, y, length * cell, cell),
                ship,
                length,
                down=ship in sunk,
                hits=_hits(variant, fleet, ship, shots),
            )
            x += (length + 1.1) * cell


def _rows(variant: Variant, width: float, cell: float) -> list[list[str]]:
    """Break the fleet into rows that fit."""
    rows: list[list[str]] = [[]]
    used = 0.0
    for ship, length in variant.fleet:
        wide = (length + 1.1) * cell
        if rows[-1] and used + wide > width + cell:
            rows.append([])
            used = 0.0
        rows[-1].append(ship)
        used += wide
    return rows


def _ship(canvas: Canvas, box: Box, ship: str, length: int, *, down: bool, hits: list[bool]) -> None:
    left, top, width, height = box
    sprite = ship_sprite(canvas, ship, length, height, vertical=False, wreck=down)
    canvas.blit(sprite, left, top, 0.75 if down else 1.0, key=("fleet", ship, down))
    if down:
        canvas.line(theme.CORAL, (left, top + height * 0.5), (left + width, top + height * 0.5), 2)
    for index, struck in enumerate(hits):
        x = left + index * width / length
        canvas.rect(theme.CORAL if struck else theme.EDGE_LIT, (x + 2, top + height + 5, width / length - 4, 3), 1)


def _hits(variant: Variant, fleet: Placement | None, ship: str, shots: Sequence[Report]) -> list[bool]:
    """Return which cells of one's own ship are hit, from bow to stern; nothing of a fleet that is not known."""
    if fleet is None:
        return []
    (placement,) = (placement for placement in fleet.ships if placement.ship == ship)
    struck = {report.cell for report in shots}
    return [cell in struck for cell in variant.cells(placement_board(variant, placement))]


def draw_log(canvas: Canvas, box: Box, lines: Sequence[tuple[str, Report]]) -> None:
    """Write the last shots, the newest on top: who, where, and what came of it."""
    left, top, width, height = box
    canvas.panel(box)
    canvas.text("LOG", left + 16, top + 13, theme.LABEL, theme.HAZE)
    room = int((height - 40) // 22)
    for index, (who, report) in enumerate(list(lines)[::-1][:room]):
        y = top + 36 + index * 22
        fade = max(0.35, 1 - index * 0.16)
        colour = {MISS: theme.MIST, HIT: theme.CORAL, SUNK: theme.CORAL}.get(report.result, theme.AMBER)
        canvas.text(print_cell(report.cell), left + 16, y, theme.FIGURE, theme.mix(theme.PANEL, theme.FOAM, fade))
        words = f"{report.ship} sunk" if report.ship else WORDS[report.result]
        canvas.text(words, left + 62, y, theme.BODY, theme.mix(theme.PANEL, colour, fade), within=150)
        faint = theme.mix(theme.PANEL, theme.HAZE, fade)
        canvas.text(who, left + width - 16, y + 2, theme.SMALL, faint, align="right", within=width - 220)


def accuracy(shots: Sequence[Report]) -> str:
    """Return the share of shots that struck, in words."""
    if not shots:
        return "no shots"
    struck = sum(report.result in (HIT, SUNK) for report in shots)
    return f"{len(shots)} shots, {struck / len(shots):.0%} hits"
