"""Battleship as a viewer draws it: both fleets, and the marks that shots left on both seas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.battleship.notation import CALLED, HIT, MISS, letters
from games.battleship.rules import PLAYERS

if TYPE_CHECKING:
    from games.battleship.fleet import Placement
    from games.battleship.notation import Report
    from games.battleship.rules import State
    from games.core import Json, JsonObject

WATER = "."
MARKS = {MISS: "o", HIT: "x", CALLED: "?"}
"""How a shot's cell is marked; one that sank a ship has the ship's letter."""


def still(state: State) -> JsonObject:
    """Return the size of the seas, and name, length and letter of each ship."""
    named = letters(state.variant)
    return {
        "size": state.variant.size,
        "ships": [[name, length, named[name]] for name, length in state.variant.fleet],
    }


def moving(state: State) -> JsonObject:
    """Return by owner ``fleets``, [ship, column, row, vertical, sunk] each or None, and ``seas``, a mark a cell."""
    fleets: JsonObject = {}
    seas: JsonObject = {}
    for index, owner in enumerate(PLAYERS):
        against = state.shots[1 - index]
        fleets[owner] = _fleet(state.fleet_of(owner), against)
        seas[owner] = _sea(state, index, against)
    return {"fleets": fleets, "seas": seas}


def _fleet(fleet: Placement | None, against: tuple[Report, ...]) -> Json:
    if fleet is None:
        return None
    sunk = {report.ship for report in against}
    return [[one.ship, one.cell.column, one.cell.row, one.vertical, one.ship in sunk] for one in fleet.ships]


def _sea(state: State, owner: int, against: tuple[Report, ...]) -> str:
    """Return the owner's sea, row by row."""
    size, named = state.variant.size, letters(state.variant)
    marks = [WATER] * size**2
    for report in against:
        marks[report.cell.row * size + report.cell.column] = named[report.ship] if report.ship else MARKS[report.result]
    if state.turn == PLAYERS[1 - owner]:
        for cell in state.called:
            marks[cell.row * size + cell.column] = MARKS[CALLED]
    return "".join(marks)
