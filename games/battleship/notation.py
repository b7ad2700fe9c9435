"""Battleship as text: ``B7`` is column B, row 7 from the top; ``carrier:A1h`` reaches right from A1, ``v`` down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from games.battleship.fleet import MAX_SIZE, Cell, Placement, ShipPlacement, placement_board
from games.core import NotationError

if TYPE_CHECKING:
    from games.battleship.fleet import Variant

MISS, HIT, SUNK, CALLED = "miss", "hit", "sunk", "called"
RESULTS = (MISS, HIT, SUNK, CALLED)
"""Answers to a shot.  ``called``: in a salvo, a shot that is answered only when all have been called."""
COLUMNS = "ABCDEFGHIJKLMNO"

_CELL = re.compile(r"([A-O])([1-9][0-9]?)")
_PLACEMENT = re.compile(r"([a-z_][a-z0-9_]*):([A-O][1-9][0-9]?)([hv])")


@dataclass(frozen=True, slots=True)
class Shot:
    """The action of the shooting phase."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class Report:
    """A shot and its answer; ``ship`` is named when it sank."""

    cell: Cell
    result: str
    ship: str | None = None


def print_cell(cell: Cell) -> str:
    """Return ``B7`` for the cell in the second column and the seventh row."""
    return f"{COLUMNS[cell.column]}{cell.row + 1}"


@lru_cache(MAX_SIZE**2)
def parse_cell(text: str) -> Cell:
    """Return the cell that ``text`` names.  Raises NotationError."""
    match = _CELL.fullmatch(text)
    if match is None or int(match[2]) > MAX_SIZE:
        raise NotationError(f"{text[:40]!r} is no cell; write a column A to O and a row 1 to {MAX_SIZE}, such as B7")
    return Cell(COLUMNS.index(match[1]), int(match[2]) - 1)


def print_placement(fleet: Placement) -> str:
    """Return ``carrier:A1h battleship:C3v …``; ``parse_placement`` is its inverse."""
    return " ".join(
        f"{placement.ship}:{print_cell(placement.cell)}{'v' if placement.vertical else 'h'}"
        for placement in fleet.ships
    )


def parse_placement(text: str) -> Placement:
    """Return the placement that ``text`` means.  Raises NotationError, quoting the part that is none."""
    found = []
    for part in text.split(" "):
        match = _PLACEMENT.fullmatch(part)
        if match is None:
            raise NotationError(f"{part[:40]!r} places no ship; write ship:cell and h or v, such as carrier:A1h")
        found.append(ShipPlacement(match[1], parse_cell(match[2]), vertical=match[3] == "v"))
    return Placement(tuple(found))


def letters(variant: Variant) -> dict[str, str]:
    """Return one capital letter a ship: the first of its name that no ship before it took (cruiser: R)."""
    taken: dict[str, str] = {}
    for name in variant.names:
        free = [letter for letter in name.upper() + COLUMNS if letter.isalpha() and letter not in taken.values()]
        taken[name] = free[0]
    return taken


def print_fleet(variant: Variant, fleet: Placement | None, shots: tuple[Report, ...]) -> str:
    """Return a fleet as its owner sees it: ``.`` water, ``*`` a miss, a ship's letter, small where it was hit."""
    marks = letters(variant)
    drawn = dict.fromkeys(variant.cells((1 << variant.size**2) - 1), ".")
    for placement in fleet.ships if fleet else ():
        drawn |= dict.fromkeys(variant.cells(placement_board(variant, placement)), marks[placement.ship])
    for report in shots:
        drawn[report.cell] = "*" if drawn[report.cell] == "." else drawn[report.cell].lower()
    return _print_grid(variant, drawn)


def print_shots(variant: Variant, shots: tuple[Report, ...]) -> str:
    """Return the board as its shooter knows it: ``.`` unknown, ``*`` miss, ``x`` hit, ``?`` called, or who sank."""
    marks = letters(variant)
    drawn = dict.fromkeys(variant.cells((1 << variant.size**2) - 1), ".")
    for report in shots:
        drawn[report.cell] = marks[report.ship] if report.ship else {MISS: "*", HIT: "x", CALLED: "?"}[report.result]
    return _print_grid(variant, drawn)


def _print_grid(variant: Variant, drawn: dict[Cell, str]) -> str:
    lines = ["   " + " ".join(COLUMNS[: variant.size])]
    for row in range(variant.size):
        marks = " ".join(drawn[Cell(column, row)] for column in range(variant.size))
        lines.append(f"{row + 1:>2} {marks}")
    return "\n".join(lines)
