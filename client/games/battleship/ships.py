"""Ships seen from above, drawn from their length and name; any fleet of a variant gets its ships."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pygame

from client.ui import theme

if TYPE_CHECKING:
    from client.ui.canvas import Canvas, Pen, Point

HULL: theme.Colour = (134, 154, 182)
DECK: theme.Colour = (164, 182, 206)
RIM: theme.Colour = (44, 62, 90)
WOOD: theme.Colour = (150, 140, 122)
DARK: theme.Colour = (66, 84, 112)
WRECK: theme.Colour = (52, 60, 74)
STEPS = 28


def ship_sprite(
    canvas: Canvas, ship: str, length: int, cell: float, *, vertical: bool, wreck: bool = False
) -> pygame.Surface:
    """Return a ship's picture: ``length`` cells by one, or turned when it lies downwards."""
    key = ("ship", ship, length, round(cell, 2), wreck)
    lying = canvas.sprite(key, length * cell, cell, lambda pen: paint_ship(pen, ship, length, cell, wreck=wreck))
    if not vertical:
        return lying
    return canvas.keep(("ship-down", *key), lambda: pygame.transform.rotate(lying, -90))


def paint_ship(pen: Pen, ship: str, length: int, cell: float, *, wreck: bool = False) -> None:
    """Paint a ship, its bow to the right."""
    kind = ship if ship in _DECKS else "destroyer" if length <= 2 else "cruiser" if length == 3 else "battleship"  # noqa: PLR2004
    slender = {"carrier": 0.40, "submarine": 0.26}.get(kind, 0.31)
    bow = {"carrier": 0.55, "submarine": 0.9}.get(kind, 1.15)
    left, right, half = 0.10 * cell, (length - 0.08) * cell, slender * cell
    shadow = _outline(left, right, half, bow * cell, cell * 0.5 + 0.05 * cell)
    pen.polygon((0, 6, 16, 120), [(x + 0.03 * cell, y) for x, y in shadow])
    rim = DARK if wreck else RIM
    pen.polygon(rim, _outline(left, right, half, bow * cell, cell * 0.5))
    inset = 0.045 * cell
    body = WRECK if wreck else DARK if kind == "submarine" else HULL
    pen.polygon(body, _outline(left + inset, right - 2.2 * inset, half - inset, bow * cell, cell * 0.5))
    _DECKS[kind](pen, length, cell, wreck)


def _outline(left: float, right: float, half: float, bow: float, middle: float) -> list[Point]:
    """Return a hull: a round stern, straight sides, a tapering bow."""
    stern = half * 0.9
    upper: list[Point] = []
    for step in range(STEPS + 1):
        x = left + stern * step / STEPS
        upper.append((x, half * (0.55 + 0.45 * sqrt(1 - (1 - step / STEPS) ** 2))))
    for step in range(STEPS + 1):
        share = step / STEPS
        upper.append((right - bow + bow * share, half * (1 - share**2.1)))
    return [(x, middle - y) for x, y in upper] + [(x, middle + y) for x, y in reversed(upper)]


def _shade(colour: theme.Colour, wreck: bool) -> theme.Colour:  # noqa: FBT001 - private, and named where it matters
    return theme.mix(colour, WRECK, 0.78) if wreck else colour


def _turret(pen: Pen, x: float, cell: float, wreck: bool, facing: int = 1) -> None:  # noqa: FBT001
    middle = cell * 0.5
    for aside in (-0.045, 0.045):
        end = (x + facing * 0.36 * cell, middle + aside * cell)
        pen.line(_shade(RIM, wreck), (x, middle + aside * cell), end, 0.045 * cell)
    pen.circle(_shade(RIM, wreck), x, middle, 0.155 * cell)
    pen.circle(_shade(DECK, wreck), x, middle, 0.115 * cell)


def _bridge(pen: Pen, x: float, width: float, cell: float, wreck: bool) -> None:  # noqa: FBT001
    middle = cell * 0.5
    pen.rect(_shade(RIM, wreck), (x, middle - 0.17 * cell, width, 0.34 * cell), 0.05 * cell)
    pen.rect(
        _shade(DECK, wreck), (x + 0.035 * cell, middle - 0.135 * cell, width - 0.07 * cell, 0.27 * cell), 0.04 * cell
    )
    pen.circle(_shade(RIM, wreck), x + width * 0.38, middle, 0.075 * cell)
    pen.rect(_shade(theme.SEA, wreck), (x + width - 0.11 * cell, middle - 0.1 * cell, 0.05 * cell, 0.2 * cell))


def _carrier(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    middle = cell * 0.5
    deck = (0.22 * cell, middle - 0.3 * cell, (length - 0.75) * cell, 0.6 * cell)
    pen.rect(_shade((104, 122, 150), wreck), deck, 0.08 * cell)
    line = _shade(theme.FOAM, wreck)
    for index in range(length * 2 - 2):
        pen.rect(line, ((0.42 + index * 0.5) * cell, middle - 0.02 * cell, 0.26 * cell, 0.045 * cell))
    pen.line(line, (0.4 * cell, middle + 0.24 * cell), ((length - 1.0) * cell, middle - 0.12 * cell), 0.03 * cell)
    pen.rect(_shade(RIM, wreck), ((length * 0.52) * cell, middle + 0.15 * cell, 0.75 * cell, 0.2 * cell), 0.05 * cell)
    pen.rect(
        _shade(DECK, wreck), ((length * 0.52 + 0.08) * cell, middle + 0.19 * cell, 0.5 * cell, 0.12 * cell), 0.03 * cell
    )


def _battleship(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    _deck(pen, length, cell, wreck)
    _turret(pen, 0.62 * cell, cell, wreck, -1)
    _bridge(pen, (length * 0.5 - 0.55) * cell, 0.95 * cell, cell, wreck)
    _turret(pen, (length * 0.5 + 0.68) * cell, cell, wreck)
    _turret(pen, (length * 0.5 + 1.2) * cell, cell, wreck)


def _cruiser(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    _deck(pen, length, cell, wreck)
    _turret(pen, 0.58 * cell, cell, wreck, -1)
    _bridge(pen, (length * 0.5 - 0.5) * cell, 0.8 * cell, cell, wreck)
    _turret(pen, (length * 0.5 + 0.58) * cell, cell, wreck)


def _destroyer(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    _deck(pen, length, cell, wreck)
    _bridge(pen, (length * 0.5 - 0.55) * cell, 0.6 * cell, cell, wreck)
    _turret(pen, (length * 0.5 + 0.28) * cell, cell, wreck)


def _submarine(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    middle = cell * 0.5
    light = _shade((92, 114, 146), wreck)
    pen.rect(light, (0.5 * cell, middle - 0.05 * cell, (length - 1.4) * cell, 0.1 * cell), 0.05 * cell)
    pen.rect(
        _shade(RIM, wreck), ((length * 0.5 - 0.1) * cell, middle - 0.14 * cell, 0.66 * cell, 0.28 * cell), 0.14 * cell
    )
    pen.rect(light, ((length * 0.5 - 0.04) * cell, middle - 0.09 * cell, 0.5 * cell, 0.18 * cell), 0.09 * cell)
    pen.circle(_shade(theme.SIGNAL, wreck), (length * 0.5 + 0.36) * cell, middle, 0.045 * cell)
    for down in (-1, 1):
        fin = [(0.16, 0.0), (0.42, 0.0), (0.30, 0.3 * down), (0.18, 0.3 * down)]
        pen.polygon(_shade(DARK, wreck), [(x * cell, middle + y * cell) for x, y in fin])


def _deck(pen: Pen, length: int, cell: float, wreck: bool) -> None:  # noqa: FBT001
    middle = cell * 0.5
    pen.rect(_shade(WOOD, wreck), (0.3 * cell, middle - 0.15 * cell, (length - 1.25) * cell, 0.3 * cell), 0.12 * cell)


_DECKS = {
    "carrier": _carrier,
    "battleship": _battleship,
    "cruiser": _cruiser,
    "submarine": _submarine,
    "destroyer": _destroyer,
}
