"""The strongest shooter's chances in compiled code: what it believes of each cell.

The chances are those of ``inference`` of the function with no ship laid that was not met, unless counting finds no
room.  The standard game only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.battleship.complete import MOST_FLEETS
from training.games.battleship.compiled.table import (
    CELLS,
    CLASH,
    FIRST,
    HELD,
    LENGTH,
    LOW,
    MASK_HIGH,
    MASK_LOW,
    ONE,
    PLACEMENTS,
    SHIP,
    SHIPS,
    THROUGH,
    THROUGH_COUNT,
    UPRIGHT,
    WAYS,
    compiled,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.battleship.compiled.table import Chances, Numbers, Table


class Found(NamedTuple):
    """What the ways to explain the hits add up to."""

    laid: NDArray[np.float64]
    """Shape (placements,): ships afloat that were hit."""
    taken: NDArray[np.float64]
    """Shape (ships, placements): for each free ship, what the ways through a placement count, over its room."""
    way: NDArray[np.float64]
    """Shape (ships,): what all ways in which a ship is free count, over its room."""
    free: NDArray[np.float64]
    """Shape (ships,): what all ways in which a ship is free count."""
    total: float
    touched: NDArray[np.int64]
    """Placements with an entry in ``laid``."""


class Sight(NamedTuple):
    """Chances, over placements and over cells."""

    placement: NDArray[np.float64]
    """Shape (placements,)."""
    ship: NDArray[np.float64]
    """Shape (ships, cells)."""
    met: NDArray[np.float64]
    sinks: NDArray[np.float64]
    right: NDArray[np.float64]
    """That a ship lies here and to the right."""
    down: NDArray[np.float64]


@compiled
def _apart(table: Table) -> Chances:
    """Return shape (ships, ships): how rarely the untouched placements of two ships overlap."""
    apart = np.ones((SHIPS, SHIPS))
    for one in range(SHIPS):
        for two in range(one):
            if table.sunk[one] or table.sunk[two] or table.room[one] * table.room[two] == 0:
                continue
            both = 0.0
            for placement in range(FIRST[one], FIRST[one + 1]):
                if table.untouched[placement]:
                    both += table.pressure[two, placement]
            apart[one, two] = apart[two, one] = max(0.0, 1 - both / (table.room[one] * table.room[two]))
    return apart


@compiled
def _weigh_ways(table: Table, count: int) -> Found:  # noqa: C901, PLR0912 - calls would cost more than these loops
    """Add up ``count`` ways to explain the hits, each by how many fleets complete it."""
    apart, sunk, room, pressure, ways = _apart(table), table.sunk, table.room, table.pressure, table.ways
    laid, taken = np.zeros(PLACEMENTS), np.zeros((SHIPS, PLACEMENTS))
    way, free, beside = np.zeros(SHIPS), np.zeros(SHIPS), np.zeros(SHIPS)
    total = 0.0
    for number in range(count):
        worth = 1.0
        for ship in range(SHIPS):
            beside[ship] = 0
            if sunk[ship] or ways[number, ship] >= 0:
                continue
            beside[ship] = room[ship]
            for other in range(SHIPS):
                if ways[number, other] >= 0:
                    beside[ship] -= pressure[ship, ways[number, other]]
            worth *= max(0.0, beside[ship])
            for other in range(ship):
                if beside[other] > 0:
                    worth *= apart[ship, other]
        if worth <= 0:
            continue
        total += worth
        for ship in range(SHIPS):
            placement = ways[number, ship]
            if beside[ship] > 0:
                free[ship] += worth
                way[ship] += worth / beside[ship]
            elif not sunk[ship]:
                laid[placement] += worth
                for other in range(SHIPS):
                    if beside[other] > 0:
                        taken[other, placement] += worth / beside[other]
    return Found(laid, taken, way, free, total, np.flatnonzero(laid))


@compiled
def _lowest(low: np.uint64, high: np.uint64) -> int:
    cell = 0
    word = low
    if low == 0:
        cell, word = LOW, high
    while word & ONE == 0:
        word >>= ONE
        cell += 1
    return cell


@compiled
def _explain_hits(table: Table, skip: int) -> int:
    """Fill in the ways in which ships explain the hits, -1 for those free; return how many there are.

    Sunk ships come first, then one hit after the other.  The first ``skip`` ways are left out, and those after the
    next ``WAYS``.
    """
    sunk, closed, struck, hits, ways = table.sunk, table.closed, table.struck, table.hits, table.ways
    order, outlines, outline_count, gone = table.order, table.outlines, table.outline_count, table.totals[2]
    lies = np.full(SHIPS, -1)
    chosen, step, target = np.full(SHIPS + 2, -1), np.zeros(SHIPS + 2, np.int64), np.zeros(SHIPS + 2, np.int64)
    low, high = np.zeros(SHIPS + 2, np.uint64), np.zeros(SHIPS + 2, np.uint64)
    count, depth, entered, skipped = 0, 0, True, 0
    while depth >= 0 and count < WAYS:
        if entered:
            entered = False
            step[depth] = 0
            chosen[depth] = -1
            if depth >= gone:
                bare_low, bare_high = hits[0] & ~low[depth], hits[1] & ~high[depth]
                if bare_low == 0 and bare_high == 0:
                    if skipped < skip:
                        skipped += 1
                    else:
                        ways[count] = lies
                        count += 1
                    depth -= 1
                    continue
                target[depth] = _lowest(bare_low, bare_high)
        elif chosen[depth] >= 0:
            lies[SHIP[chosen[depth]]] = -1
        sinking = depth < gone
        ship = order[depth] if sinking else 0
        choices = outline_count[ship] if sinking else THROUGH_COUNT[target[depth]]
        down = False
        while step[depth] < choices and not down:
            placement = outlines[ship, step[depth]] if sinking else THROUGH[target[depth], step[depth]]
            step[depth] += 1
            if (MASK_LOW[placement] & low[depth]) | (MASK_HIGH[placement] & high[depth]):
                continue
            mine = SHIP[placement]
            down = sinking or not (
                sunk[mine] or lies[mine] >= 0 or closed[placement] or struck[placement] == LENGTH[placement]
            )
            if down:
                lies[mine] = placement
                chosen[depth] = placement
                low[depth + 1] = low[depth] | MASK_LOW[placement]
                high[depth + 1] = high[depth] | MASK_HIGH[placement]
        depth, entered = (depth + 1, True) if down else (depth - 1, False)
    return count


@compiled
def _lay_free(table: Table, count: int) -> Found:
    """Lay the free ships too, one fleet after the other, beside ``count`` ways to explain the hits."""
    laid, none, total = np.zeros(PLACEMENTS), np.zeros(SHIPS), 0.0
    for number in range(count):
        lies = table.ways[number].copy()
        fixed = lies >= 0
        ship, deeper = 0, True
        while ship >= 0 and total < MOST_FLEETS:
            if ship == SHIPS:
                total += 1
                for other in range(SHIPS):
                    if not table.sunk[other]:
                        laid[lies[other]] += 1
                ship, deeper = ship - 1, False
            elif fixed[ship]:
                ship += 1 if deeper else -1
            else:
                lies[ship] = _next_placement(table, lies, ship, FIRST[ship] if deeper else lies[ship] + 1)
                deeper = lies[ship] >= 0
                ship += 1 if deeper else -1
    return Found(laid, np.zeros((SHIPS, PLACEMENTS)), none, none, total, np.flatnonzero(laid))


@compiled
def _next_placement(table: Table, lies: Numbers, ship: int, begin: int) -> int:
    """Return the first untouched placement of ``ship`` from ``begin`` on that clashes with none in ``lies``, or -1."""
    for placement in range(begin, FIRST[ship + 1]):
        free = table.untouched[placement]
        for other in range(SHIPS):
            free = free and (other == ship or lies[other] < 0 or not CLASH[lies[other], placement])
        if free:
            return placement
    return -1


@compiled
def _find(table: Table) -> Found:
    """Return what agrees with the answers: counted, or where counting finds no room in any way, laid.

    The fleet that is shot at agrees, so one of the ways, taken ``WAYS`` at a time, has room; ``total`` is above 0.
    """
    skip, count = 0, _explain_hits(table, 0)
    found: Found = _weigh_ways(table, count)
    while found.total <= 0 and count > 0:
        found = _lay_free(table, count)
        skip += count
        if found.total <= 0:
            count = _explain_hits(table, skip)
            found = _weigh_ways(table, count)
    return found


@compiled
def _free_chances(table: Table, found: Found) -> Chances:  # noqa: C901 - the same
    """Return shape (placements,): ships that no hit is of, on untouched water, beside what was hit and each other."""
    chances, crowd = np.zeros(PLACEMENTS), np.zeros(SHIPS)
    pressure, untouched, touched = table.pressure, table.untouched, found.touched
    for ship in range(SHIPS):
        if not table.sunk[ship] and table.room[ship] > 0:
            crowd[ship] = found.free[ship] / found.total / table.room[ship]
    for ship in range(SHIPS):
        if table.sunk[ship] or found.free[ship] <= 0:
            continue
        taken, way = found.taken[ship], found.way[ship]
        sum_of_all = 0.0
        for placement in range(FIRST[ship], FIRST[ship + 1]):
            chance = way if untouched[placement] else 0.0
            if chance > 0:
                for block in touched:
                    if CLASH[block, placement]:
                        chance -= taken[block]
                for other in range(SHIPS):
                    if other != ship:
                        chance *= max(0.0, 1 - crowd[other] * pressure[other, placement])
            chances[placement] = max(0.0, chance)
            sum_of_all += chances[placement]
        if sum_of_all <= 0:  # each placement seems to be taken by somebody: by itself, then
            sum_of_all = table.room[ship]
            chances[FIRST[ship] : FIRST[ship + 1]] = untouched[FIRST[ship] : FIRST[ship + 1]]
        for placement in range(FIRST[ship], FIRST[ship + 1]):
            chances[placement] *= found.free[ship] / found.total / sum_of_all
    return chances


@compiled
def _spread(chances: Chances, struck: Numbers) -> Sight:
    """Return what chances over placements mean for cells."""
    ships, met, sinks = np.zeros((SHIPS, CELLS)), np.zeros(CELLS), np.zeros(CELLS)
    right, down = np.zeros(CELLS), np.zeros(CELLS)
    for placement in np.flatnonzero(chances):
        chance, length = chances[placement], LENGTH[placement]
        for step in range(length):
            cell = HELD[placement, step]
            ships[SHIP[placement], cell] += chance
            if step < length - 1 and UPRIGHT[placement]:
                down[cell] += chance
            elif step < length - 1:
                right[cell] += chance
            if struck[placement] > 0:
                met[cell] += chance
                if struck[placement] == length - 1:
                    sinks[cell] += chance
    return Sight(chances, ships, met, sinks, right, down)


@compiled
def look(table: Table) -> tuple[Sight, float]:
    """Return the chances, and how many ships afloat are expected to have been hit."""
    found = _find(table)
    chances = _free_chances(table, found)
    met = 0.0
    for placement in found.touched:
        chances[placement] += found.laid[placement] / found.total
        if table.struck[placement] > 0:
            met += found.laid[placement] / found.total
    return _spread(chances, table.struck), met
