"""A person's figures in Battleship: where their ships lie, and what the opponents can know of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.battleship.board import CHART, Board
from client.ui import theme
from games.battleship.fleet import Cell, Variant, placement_board
from games.battleship.notation import parse_placement
from games.record import PERSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.records.archive import Summary
    from client.ui.canvas import Box, Canvas
    from games.core import JsonObject
    from games.record import GameRecord

TITLE = "WHERE YOUR SHIPS LIE"
STANDARD = Variant.from_json({})


def tally(record: GameRecord) -> JsonObject:
    """Return the cells of the person's fleet, as numbers (row * size + column), of a match by the usual rules."""
    people = {item.player for item in record.participants if item.kind == PERSON}
    if record.options or len(people) != 1:
        return {}
    for turn in record.turns:
        if turn.step == 0 and turn.player in people:
            fleet = parse_placement(turn.action)
            cells = {
                cell
                for ship in fleet.ships
                if ship.ship in STANDARD.names
                for cell in STANDARD.cells(placement_board(STANDARD, ship))
            }
            return {"cells": [*sorted(cell.row * STANDARD.size + cell.column for cell in cells)]}
    return {}


def draw_profile(canvas: Canvas, box: Box, rows: Sequence[Summary]) -> None:
    """Draw how often each cell held a ship, the oftener the brighter, and how many fleets the opponents have seen."""
    counts = [0] * STANDARD.size**2
    fleets = sent = 0
    for row in rows:
        cells = row.tally.get("cells")
        if isinstance(cells, list) and cells:
            fleets += 1
            sent += row.sent
            for cell in cells:
                if isinstance(cell, int) and 0 <= cell < len(counts):
                    counts[cell] += 1
    left, top, width, height = box
    side = min(width - 40, height - 66)
    board = Board(STANDARD, left + 30, top + 30, side, CHART)
    board.draw_sea(canvas, 0.0, still=True, sweep=False)
    most = max(counts, default=0)
    for number, count in enumerate(counts):
        if count:
            x, y = board.corner(Cell(number % STANDARD.size, number // STANDARD.size))
            share = count / most
            canvas.tint(theme.AMBER, (x + 1, y + 1, board.cell - 2, board.cell - 2), 0.12 + 0.68 * share, 3)
    words = f"{fleets} fleets; opponents can learn from {sent} of them."
    canvas.text(words if fleets else "no fleet yet", left, top + height - 18, theme.SMALL, theme.MIST, within=width)
