"""The strongest shooter's chances in compiled code: the table it plays at, and what it believes of each cell.

The chances are those of ``battleship_fleets`` with no ship laid that was not met.  The standard game only.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numba
import numpy as np
from platformdirs import user_cache_path

from ai_functions.policies.battleship import features, inference, posterior
from ai_functions.policies.battleship.features import sea
from ai_functions.policies.battleship.inference import clashes
from games.battleship import fleet
from games.battleship.fleet import STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.int64]
    Chances: TypeAlias = NDArray[np.float64]

SIZE, CELLS, SHIPS = STANDARD.size, STANDARD.size**2, len(STANDARD.fleet)
NODES = 30_000
"""Ways to explain the hits that are looked at for one shot; more are very rare."""
UNKNOWN, MISSED, STRUCK, SANK = 0, 1, 2, 3
_LOW = 64


def _stamp() -> str:
    """Return a hash of all source that compiled code depends on: numba itself looks at one file only."""
    here = Path(__file__)
    sources = [here, here.with_name("games.py"), here.with_name("control_variates.py"), Path(str(fleet.__file__))]
    sources += [Path(str(module.__file__)) for module in (features, inference, posterior)]
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


_CACHE = str(user_cache_path("lambda-arcade") / "battleship-shooter" / _stamp())


def compiled(function: Callable[..., Any]) -> Any:
    """Return ``function`` compiled when it is first called; what was compiled before is kept on disk."""
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, _CACHE
    try:
        return numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    finally:
        config.CACHE_DIR = before


_SEA = sea(STANDARD)
_BERTHS = len(_SEA.berths)
_SHIP = _SEA.ship
LENGTH = _SEA.length.astype(np.int64)
FIRST = np.array(_SEA.first)
_UPRIGHT = np.array([berth.vertical for berth in _SEA.berths])
_CLASH = (clashes(STANDARD)[:-1, :-1] > 0) & (_SHIP[:, None] != _SHIP)
_PRESSURE = np.stack([_CLASH[:, ship == _SHIP].sum(axis=1) for ship in range(SHIPS)]).astype(np.float64)


def _lists(table: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each row which columns are true, padded with -1, and how many."""
    counts = table.sum(axis=1)
    lists = np.full((len(table), counts.max()), -1)
    for number, row in enumerate(table):
        lists[number, : counts[number]] = np.flatnonzero(row)
    return lists, counts


HELD, _ = _lists(_SEA.cover > 0)
THROUGH, THROUGH_COUNT = _lists(_SEA.cover.T > 0)
_CLASHING, _CLASHING_COUNT = _lists(_CLASH)
_MASK = np.array([sum(1 << int(cell) for cell in np.flatnonzero(cover)) for cover in _SEA.cover], object)
_MASK_LOW = np.array([mask & (1 << _LOW) - 1 for mask in _MASK], np.uint64)
_MASK_HIGH = np.array([mask >> _LOW for mask in _MASK], np.uint64)
_ONE = np.uint64(1)


class Table(NamedTuple):
    """What was heard, and what follows from it at once."""

    at: NDArray[np.int64]
    """Shape (cells,): which ship lies there, -1 for none.  Only ``_shoot`` looks at it."""
    left: NDArray[np.int64]
    """Shape (ships,): cells not hit.  Only ``_shoot`` looks at it."""
    state: NDArray[np.int64]
    """Shape (cells,)."""
    untouched: NDArray[np.bool_]
    """Shape (berths,): no cell was shot at."""
    room: NDArray[np.float64]
    """Shape (ships,): untouched berths."""
    pressure: NDArray[np.float64]
    """Shape (ships, berths): untouched berths of a ship that a berth takes."""
    closed: NDArray[np.int64]
    """Shape (berths,): cells missed or sunk at."""
    struck: NDArray[np.int64]
    """Shape (berths,): cells hit that sank nothing."""
    sunk: NDArray[np.bool_]
    order: NDArray[np.int64]
    """Ships in the order they sank."""
    outlines: NDArray[np.int64]
    """Shape (ships, 12): berths a sunk ship may have lain in."""
    outline_count: NDArray[np.int64]
    totals: NDArray[np.int64]
    """Shots fired, shots at odd cells, ships sunk."""
    hits: NDArray[np.uint64]
    """Cells hit that sank nothing, as two words of bits."""
    ways: NDArray[np.int64]
    """Shape (NODES, ships): room for the ways to explain the hits."""


class Found(NamedTuple):
    """What the ways to explain the hits add up to."""

    laid: NDArray[np.float64]
    """Shape (berths,): ships afloat that were hit."""
    taken: NDArray[np.float64]
    """Shape (ships, berths): for each free ship, what the ways through a berth count, over its room."""
    way: NDArray[np.float64]
    """Shape (ships,): what all ways in which a ship is free count, over its room."""
    free: NDArray[np.float64]
    """Shape (ships,): what all ways in which a ship is free count."""
    total: float
    touched: NDArray[np.int64]
    """Berths with an entry in ``laid``."""


class Sight(NamedTuple):
    """Chances, over berths and over cells."""

    berth: NDArray[np.float64]
    """Shape (berths,)."""
    ship: NDArray[np.float64]
    """Shape (ships, cells)."""
    met: NDArray[np.float64]
    sinks: NDArray[np.float64]
    right: NDArray[np.float64]
    """That a ship lies here and to the right."""
    down: NDArray[np.float64]


@compiled
def new_table(berths: Numbers) -> Table:
    """Return the table before the first shot at a fleet, ``berths`` of shape (ships,): a berth for each ship."""
    at = np.full(CELLS, -1)
    left = np.zeros(SHIPS, np.int64)
    room = np.zeros(SHIPS)
    for ship in range(SHIPS):
        left[ship] = LENGTH[berths[ship]]
        room[ship] = FIRST[ship + 1] - FIRST[ship]
        for step in range(left[ship]):
            at[HELD[berths[ship], step]] = ship
    return Table(
        at,
        left,
        np.zeros(CELLS, np.int64),
        np.ones(_BERTHS, np.bool_),
        room,
        _PRESSURE.copy(),
        np.zeros(_BERTHS, np.int64),
        np.zeros(_BERTHS, np.int64),
        np.zeros(SHIPS, np.bool_),
        np.zeros(SHIPS, np.int64),
        np.zeros((SHIPS, 12), np.int64),
        np.zeros(SHIPS, np.int64),
        np.zeros(3, np.int64),
        np.zeros(2, np.uint64),
        np.empty((NODES, SHIPS), np.int64),
    )


@compiled
def shoot(table: Table, cell: int) -> None:
    """Shoot at ``cell`` and hear the answer."""
    table.totals[0] += 1
    table.totals[1] += (cell // SIZE + cell % SIZE) % 2
    for place in range(THROUGH_COUNT[cell]):
        berth = THROUGH[cell, place]
        if table.untouched[berth]:
            table.untouched[berth] = False
            table.room[_SHIP[berth]] -= 1
            for other in range(_CLASHING_COUNT[berth]):
                table.pressure[_SHIP[berth], _CLASHING[berth, other]] -= 1
    ship = table.at[cell]
    if ship >= 0:
        table.left[ship] -= 1
    if ship >= 0 and table.left[ship] > 0:
        table.state[cell] = STRUCK
        table.hits[cell // _LOW] |= _ONE << np.uint64(cell % _LOW)
        for place in range(THROUGH_COUNT[cell]):
            table.struck[THROUGH[cell, place]] += 1
        return
    table.state[cell] = MISSED if ship < 0 else SANK
    for place in range(THROUGH_COUNT[cell]):
        berth = THROUGH[cell, place]
        table.closed[berth] += 1
        if ship >= 0 and _SHIP[berth] == ship and table.struck[berth] == LENGTH[berth] - 1:
            table.outlines[ship, table.outline_count[ship]] = berth
            table.outline_count[ship] += 1
    if ship >= 0:
        table.sunk[ship] = True
        table.order[table.totals[2]] = ship
        table.totals[2] += 1


@compiled
def _apart(table: Table) -> Chances:
    """Return shape (ships, ships): how rarely the untouched berths of two ships overlap."""
    apart = np.ones((SHIPS, SHIPS))
    for one in range(SHIPS):
        for two in range(one):
            if table.sunk[one] or table.sunk[two] or table.room[one] * table.room[two] == 0:
                continue
            both = 0.0
            for berth in range(FIRST[one], FIRST[one + 1]):
                if table.untouched[berth]:
                    both += table.pressure[two, berth]
            apart[one, two] = apart[two, one] = max(0.0, 1 - both / (table.room[one] * table.room[two]))
    return apart


@compiled
def _weigh_ways(table: Table, count: int) -> Found:  # noqa: C901, PLR0912 - calls would cost more than these loops
    """Add up ``count`` ways to explain the hits, each by how many fleets complete it."""
    apart, sunk, room, pressure, ways = _apart(table), table.sunk, table.room, table.pressure, table.ways
    laid, taken = np.zeros(_BERTHS), np.zeros((SHIPS, _BERTHS))
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
            berth = ways[number, ship]
            if beside[ship] > 0:
                free[ship] += worth
                way[ship] += worth / beside[ship]
            elif not sunk[ship]:
                laid[berth] += worth
                for other in range(SHIPS):
                    if beside[other] > 0:
                        taken[other, berth] += worth / beside[other]
    return Found(laid, taken, way, free, total, np.flatnonzero(laid))


@compiled
def _lowest(low: np.uint64, high: np.uint64) -> int:
    cell = 0
    word = low
    if low == 0:
        cell, word = _LOW, high
    while word & _ONE == 0:
        word >>= _ONE
        cell += 1
    return cell


@compiled
def _explain_hits(table: Table) -> int:
    """Fill in the ways in which ships explain the hits, -1 for those free; return how many there are.

    Sunk ships come first, then one hit after the other.
    """
    sunk, closed, struck, hits, ways = table.sunk, table.closed, table.struck, table.hits, table.ways
    order, outlines, outline_count, gone = table.order, table.outlines, table.outline_count, table.totals[2]
    lies = np.full(SHIPS, -1)
    chosen, step, target = np.full(SHIPS + 2, -1), np.zeros(SHIPS + 2, np.int64), np.zeros(SHIPS + 2, np.int64)
    low, high = np.zeros(SHIPS + 2, np.uint64), np.zeros(SHIPS + 2, np.uint64)
    count, depth, entered = 0, 0, True
    for _ in range(NODES):
        if depth < 0:
            break
        if entered:
            entered = False
            step[depth] = 0
            chosen[depth] = -1
            if depth >= gone:
                bare_low, bare_high = hits[0] & ~low[depth], hits[1] & ~high[depth]
                if bare_low == 0 and bare_high == 0:
                    ways[count] = lies
                    count += 1
                    depth -= 1
                    continue
                target[depth] = _lowest(bare_low, bare_high)
        elif chosen[depth] >= 0:
            lies[_SHIP[chosen[depth]]] = -1
        sinking = depth < gone
        ship = order[depth] if sinking else 0
        choices = outline_count[ship] if sinking else THROUGH_COUNT[target[depth]]
        down = False
        while step[depth] < choices and not down:
            berth = outlines[ship, step[depth]] if sinking else THROUGH[target[depth], step[depth]]
            step[depth] += 1
            if (_MASK_LOW[berth] & low[depth]) | (_MASK_HIGH[berth] & high[depth]):
                continue
            mine = _SHIP[berth]
            down = sinking or not (sunk[mine] or lies[mine] >= 0 or closed[berth] or struck[berth] == LENGTH[berth])
            if down:
                lies[mine] = berth
                chosen[depth] = berth
                low[depth + 1] = low[depth] | _MASK_LOW[berth]
                high[depth + 1] = high[depth] | _MASK_HIGH[berth]
        depth, entered = (depth + 1, True) if down else (depth - 1, False)
    return count


@compiled
def _free_chances(table: Table, found: Found) -> Chances:  # noqa: C901 - the same
    """Return shape (berths,): ships that no hit is of, on untouched water, beside what was hit and each other."""
    chances, crowd = np.zeros(_BERTHS), np.zeros(SHIPS)
    pressure, untouched, touched = table.pressure, table.untouched, found.touched
    for ship in range(SHIPS):
        if not table.sunk[ship] and table.room[ship] > 0:
            crowd[ship] = found.free[ship] / found.total / table.room[ship]
    for ship in range(SHIPS):
        if table.sunk[ship] or found.free[ship] <= 0:
            continue
        taken, way = found.taken[ship], found.way[ship]
        sum_of_all = 0.0
        for berth in range(FIRST[ship], FIRST[ship + 1]):
            chance = way if untouched[berth] else 0.0
            if chance > 0:
                for block in touched:
                    if _CLASH[block, berth]:
                        chance -= taken[block]
                for other in range(SHIPS):
                    if other != ship:
                        chance *= max(0.0, 1 - crowd[other] * pressure[other, berth])
            chances[berth] = max(0.0, chance)
            sum_of_all += chances[berth]
        if sum_of_all > 0:
            for berth in range(FIRST[ship], FIRST[ship + 1]):
                chances[berth] *= found.free[ship] / found.total / sum_of_all
    return chances


@compiled
def _spread(chances: Chances, struck: Numbers) -> Sight:
    """Return what chances over berths mean for cells."""
    ships, met, sinks = np.zeros((SHIPS, CELLS)), np.zeros(CELLS), np.zeros(CELLS)
    right, down = np.zeros(CELLS), np.zeros(CELLS)
    for berth in np.flatnonzero(chances):
        chance, length = chances[berth], LENGTH[berth]
        for step in range(length):
            cell = HELD[berth, step]
            ships[_SHIP[berth], cell] += chance
            if step < length - 1 and _UPRIGHT[berth]:
                down[cell] += chance
            elif step < length - 1:
                right[cell] += chance
            if struck[berth] > 0:
                met[cell] += chance
                if struck[berth] == length - 1:
                    sinks[cell] += chance
    return Sight(chances, ships, met, sinks, right, down)


@compiled
def look(table: Table) -> tuple[Sight, float]:
    """Return the chances, and how many ships afloat are expected to have been hit."""
    found = _weigh_ways(table, _explain_hits(table))
    chances = _free_chances(table, found)
    met = 0.0
    for berth in found.touched:
        chances[berth] += found.laid[berth] / found.total
        met += found.laid[berth] / found.total
    return _spread(chances, table.struck), met
