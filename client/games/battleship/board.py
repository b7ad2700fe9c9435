"""One sea on the screen: where its cells are, and how water, grid, ships and marks are drawn.

What a mark means is in its shape: a ring is a miss, a cross a hit, a filled square with a letter a ship sunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sin
from typing import TYPE_CHECKING

from client.games.battleship.ships import ship_sprite
from client.ui import theme
from client.ui.sea import draw_sweep, draw_water
from games.battleship.fleet import Cell
from games.battleship.notation import CALLED, COLUMNS, MISS, SUNK, letters

if TYPE_CHECKING:
    import pygame

    from client.ui.canvas import Box, Canvas, Pen, Point
    from client.ui.theme import Colour
    from games.battleship.fleet import ShipPlacement, Variant
    from games.battleship.notation import Report

SONAR: Colour = theme.SIGNAL
CHART: Colour = (84, 156, 255)


@dataclass(frozen=True, slots=True)
class Board:
    """A square of ``variant.size`` cells a side, at a place on the screen."""

    variant: Variant
    left: float
    top: float
    side: float
    light: Colour

    @property
    def cell(self) -> float:
        """The side of one cell."""
        return self.side / self.variant.size

    @property
    def box(self) -> Box:
        """The whole board."""
        return self.left, self.top, self.side, self.side

    def cell_at(self, x: float, y: float) -> Cell | None:
        """Return the cell under a point, if it lies on the board."""
        cell = Cell(int((x - self.left) // self.cell), int((y - self.top) // self.cell))
        return cell if self.variant.holds(cell) else None

    def corner(self, cell: Cell) -> Point:
        """Return the top left corner of a cell."""
        return self.left + cell.column * self.cell, self.top + cell.row * self.cell

    def centre(self, cell: Cell) -> Point:
        """Return the middle of a cell."""
        x, y = self.corner(cell)
        return x + self.cell / 2, y + self.cell / 2

    def draw_sea(self, canvas: Canvas, now: float, *, still: bool, sweep: bool) -> None:
        """Draw frame, water, radar and grid with its names."""
        left, top, side, _ = self.box
        canvas.panel((left - 9, top - 9, side + 18, side + 18), theme.DEEP, theme.EDGE, 12, 1.0, 1.4)
        draw_water(canvas, self.box, now, self.light, still=still)
        middle = (left + side / 2, top + side / 2)
        if sweep:
            for ring in range(1, 5):
                canvas.circle(theme.mix(theme.DEEP, self.light, 0.2), *middle, ring * side / 8 - 1, 1)
            if not still:
                draw_sweep(canvas, self.box, now, self.light, 0.62)
        line = theme.mix(theme.DEEP, self.light, 0.26)
        for index in range(1, self.variant.size):
            at = index * self.cell
            canvas.line(line, (left + at, top), (left + at, top + side), 1)
            canvas.line(line, (left, top + at), (left + side, top + at), 1)
        for index in range(self.variant.size):
            at = (index + 0.5) * self.cell
            canvas.text(COLUMNS[index], left + at, top - 26, theme.LABEL, theme.HAZE, align="centre")
            canvas.text(str(index + 1), left - 16, top + at - 6, theme.LABEL, theme.HAZE, align="right")

    def draw_ship(self, canvas: Canvas, placement: ShipPlacement, *, wreck: bool = False, alpha: float = 1.0) -> None:
        """Draw a ship where it lies."""
        length = self.variant.length(placement.ship)
        sprite = ship_sprite(canvas, placement.ship, length, self.cell, vertical=placement.vertical, wreck=wreck)
        canvas.blit(
            sprite, *self.corner(placement.cell), alpha, key=("ship", placement.ship, placement.vertical, wreck)
        )

    def draw_placement(self, canvas: Canvas, placement: ShipPlacement, colour: Colour, alpha: float = 0.28) -> None:
        """Tint the cells of a placement, cut to the board."""
        length = self.variant.length(placement.ship)
        for step in range(length):
            cell = Cell(
                placement.cell.column + (0 if placement.vertical else step),
                placement.cell.row + (step if placement.vertical else 0),
            )
            if self.variant.holds(cell):
                x, y = self.corner(cell)
                canvas.tint(colour, (x + 1, y + 1, self.cell - 2, self.cell - 2), alpha, 3)

    def draw_report(self, canvas: Canvas, report: Report, now: float, *, bold: bool, still: bool) -> None:
        """Draw what was heard of one shot."""
        x, y = self.centre(report.cell)
        cell = self.cell
        if report.result == MISS:
            canvas.blit_centred(_mark(canvas, "miss", cell, bold=bold), x, y)
            return
        if report.result == CALLED:
            canvas.circle(theme.AMBER, x, y, cell * 0.3, 2)
            return
        flicker = 0.75 if still else 0.7 + 0.3 * sin(now * 6 + report.cell.column * 1.7 + report.cell.row)
        canvas.glow((120, 44, 24), x, y, cell * 0.8, flicker)
        if report.result == SUNK and report.ship is not None:
            canvas.blit_centred(_mark(canvas, "sunk", cell, bold=bold), x, y)
            style = theme.Style("bold", max(9, round(cell * 0.46)))
            canvas.text(
                letters(self.variant)[report.ship], x, y - style.size * 0.56, style, theme.ABYSS, align="centre"
            )
        else:
            canvas.blit_centred(_mark(canvas, "hit", cell, bold=bold), x, y)

    def draw_cursor(self, canvas: Canvas, cell: Cell, *, legal: bool, now: float) -> None:
        """Draw cross-hairs over the board and a reticle around one cell; a dashed frame where one may not shoot."""
        x, y = self.corner(cell)
        colour = theme.SIGNAL if legal else theme.AMBER
        canvas.tint(self.light, (self.left, y, self.side, self.cell), 0.09)
        canvas.tint(self.light, (x, self.top, self.cell, self.side), 0.09)
        reach = self.cell * 0.30
        out = 1.5 + 1.2 * sin(now * 5)
        for across, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
            corner_x = x + across * self.cell + (out if across else -out)
            corner_y = y + down * self.cell + (out if down else -out)
            canvas.line(colour, (corner_x, corner_y), (corner_x + (-reach if across else reach), corner_y), 2)
            canvas.line(colour, (corner_x, corner_y), (corner_x, corner_y + (-reach if down else reach)), 2)
        if legal:
            canvas.circle(colour, x + self.cell / 2, y + self.cell / 2, 2)
        else:
            middle = (x + self.cell / 2, y + self.cell / 2)
            canvas.line(colour, (middle[0] - 6, middle[1]), (middle[0] + 6, middle[1]), 2)


def _mark(canvas: Canvas, kind: str, cell: float, *, bold: bool) -> pygame.Surface:
    paint = {"miss": _paint_miss, "hit": _paint_hit, "sunk": _paint_sunk}[kind]
    return canvas.sprite(("mark", kind, round(cell, 2), bold), cell, cell, lambda pen: paint(pen, cell, bold))


def _paint_miss(pen: Pen, cell: float, bold: bool) -> None:  # noqa: FBT001 - private
    middle = cell / 2
    pen.circle((*theme.FOAM, 44), middle, middle, cell * 0.30)
    pen.circle((*theme.FOAM, 255 if bold else 190), middle, middle, cell * 0.26, cell * (0.11 if bold else 0.055))
    if not bold:
        pen.circle((*theme.FOAM, 190), middle, middle, cell * 0.07)


def _paint_hit(pen: Pen, cell: float, bold: bool) -> None:  # noqa: FBT001
    low, high = cell * 0.26, cell * 0.74
    for colour, width in (((40, 8, 8, 255), 0.27 if bold else 0.22), ((*theme.CORAL, 255), 0.17 if bold else 0.13)):
        pen.stroke(colour, [(low, low), (high, high)], cell * width)
        pen.stroke(colour, [(low, high), (high, low)], cell * width)
    if bold:
        pen.rect((*theme.FOAM, 255), (cell * 0.06, cell * 0.06, cell * 0.88, cell * 0.88), 2, cell * 0.05)


def _paint_sunk(pen: Pen, cell: float, bold: bool) -> None:  # noqa: FBT001
    edge = cell * 0.1
    pen.rect((60, 8, 8, 255), (edge, edge, cell - 2 * edge, cell - 2 * edge), cell * 0.14)
    edge = cell * 0.15
    pen.rect((*(theme.FOAM if bold else theme.CORAL), 255), (edge, edge, cell - 2 * edge, cell - 2 * edge), cell * 0.1)
