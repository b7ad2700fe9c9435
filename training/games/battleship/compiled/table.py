"""The compiled shooter's shot history: what follows from it, kept up to date shot by shot.

The standard game only.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numba  # noqa: F401 - in plain Python a game would take minutes: whoever has no numba is told so
import numpy as np

from ai_functions.policies.battleship import complete, features, inference, possible, posterior
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import clashes
from games.battleship import fleet
from games.battleship.fleet import STANDARD
from training.compiled_cache import kept
from training.jit import jit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.int64]
    Chances: TypeAlias = NDArray[np.float64]

SIZE, CELLS, SHIPS = STANDARD.size, STANDARD.size**2, len(STANDARD.fleet)
WAYS = 30_000
"""Ways to explain the hits that are added up for one shot; more are very rare."""
UNKNOWN, MISSED, STRUCK, SANK = 0, 1, 2, 3
LOW = 64


def _stamp() -> str:
    """Return a hash of all source that compiled code depends on: numba itself looks at one file only."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    modules = (fleet, features, inference, possible, posterior, complete)
    sources += [Path(str(module.__file__)) for module in modules]
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


_CACHE = kept("battleship-shooter", _stamp())


def compiled(function: Callable[..., Any]) -> Any:
    """Return ``function`` compiled when it is first called; what was compiled before is kept on disk."""
    return jit(function, _CACHE, error_model="numpy", nogil=True)


_GEOMETRY = board_geometry(STANDARD)
PLACEMENTS = len(_GEOMETRY.placements)
SHIP = _GEOMETRY.ship
LENGTH = _GEOMETRY.length.astype(np.int64)
FIRST = np.array(_GEOMETRY.first)
UPRIGHT = np.array([placement.vertical for placement in _GEOMETRY.placements])
CLASH = (clashes(STANDARD)[:-1, :-1] > 0) & (SHIP[:, None] != SHIP)
_PRESSURE = np.stack([CLASH[:, ship == SHIP].sum(axis=1) for ship in range(SHIPS)]).astype(np.float64)


def _lists(table: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each row which columns are true, padded with -1, and how many."""
    counts = table.sum(axis=1)
    lists = np.full((len(table), counts.max()), -1)
    for number, row in enumerate(table):
        lists[number, : counts[number]] = np.flatnonzero(row)
    return lists, counts


HELD, _ = _lists(_GEOMETRY.cover > 0)
THROUGH, THROUGH_COUNT = _lists(_GEOMETRY.cover.T > 0)
_CLASHING, _CLASHING_COUNT = _lists(CLASH)
_MASK = np.array([sum(1 << int(cell) for cell in np.flatnonzero(cover)) for cover in _GEOMETRY.cover], object)
MASK_LOW = np.array([mask & (1 << LOW) - 1 for mask in _MASK], np.uint64)
MASK_HIGH = np.array([mask >> LOW for mask in _MASK], np.uint64)
ONE = np.uint64(1)


class Table(NamedTuple):
    """The shot history, and what follows from it at once."""

    at: NDArray[np.int64]
    """Shape (cells,): which ship lies there, -1 for none.  Only ``_shoot`` looks at it."""
    left: NDArray[np.int64]
    """Shape (ships,): cells not hit.  Only ``_shoot`` looks at it."""
    state: NDArray[np.int64]
    """Shape (cells,)."""
    untouched: NDArray[np.bool_]
    """Shape (placements,): no cell was shot at."""
    room: NDArray[np.float64]
    """Shape (ships,): untouched placements."""
    pressure: NDArray[np.float64]
    """Shape (ships, placements): untouched placements of a ship that a placement takes."""
    closed: NDArray[np.int64]
    """Shape (placements,): cells missed or sunk at."""
    struck: NDArray[np.int64]
    """Shape (placements,): cells hit that sank nothing."""
    sunk: NDArray[np.bool_]
    order: NDArray[np.int64]
    """Ships in the order they sank."""
    outlines: NDArray[np.int64]
    """Shape (ships, 12): placements a sunk ship may have lain in."""
    outline_count: NDArray[np.int64]
    totals: NDArray[np.int64]
    """Shots fired, shots at odd cells, ships sunk."""
    hits: NDArray[np.uint64]
    """Cells hit that sank nothing, as two words of bits."""
    ways: NDArray[np.int64]
    """Shape (WAYS, ships): room for the ways to explain the hits."""


@compiled
def new_table(placements: Numbers) -> Table:
    """Return the table before the first shot at a fleet, ``placements``, shape (ships,): one a ship."""
    at = np.full(CELLS, -1)
    left = np.zeros(SHIPS, np.int64)
    room = np.zeros(SHIPS)
    for ship in range(SHIPS):
        left[ship] = LENGTH[placements[ship]]
        room[ship] = FIRST[ship + 1] - FIRST[ship]
        for step in range(left[ship]):
            at[HELD[placements[ship], step]] = ship
    return Table(
        at,
        left,
        np.zeros(CELLS, np.int64),
        np.ones(PLACEMENTS, np.bool_),
        room,
        _PRESSURE.copy(),
        np.zeros(PLACEMENTS, np.int64),
        np.zeros(PLACEMENTS, np.int64),
        np.zeros(SHIPS, np.bool_),
        np.zeros(SHIPS, np.int64),
        np.zeros((SHIPS, 12), np.int64),
        np.zeros(SHIPS, np.int64),
        np.zeros(3, np.int64),
        np.zeros(2, np.uint64),
        np.empty((WAYS, SHIPS), np.int64),
    )


@compiled
def shoot(table: Table, cell: int) -> None:
    """Shoot at ``cell`` and read the answer."""
    table.totals[0] += 1
    table.totals[1] += (cell // SIZE + cell % SIZE) % 2
    for place in range(THROUGH_COUNT[cell]):
        placement = THROUGH[cell, place]
        if table.untouched[placement]:
            table.untouched[placement] = False
            table.room[SHIP[placement]] -= 1
            for other in range(_CLASHING_COUNT[placement]):
                table.pressure[SHIP[placement], _CLASHING[placement, other]] -= 1
    ship = table.at[cell]
    if ship >= 0:
        table.left[ship] -= 1
    if ship >= 0 and table.left[ship] > 0:
        table.state[cell] = STRUCK
        table.hits[cell // LOW] |= ONE << np.uint64(cell % LOW)
        for place in range(THROUGH_COUNT[cell]):
            table.struck[THROUGH[cell, place]] += 1
        return
    table.state[cell] = MISSED if ship < 0 else SANK
    for place in range(THROUGH_COUNT[cell]):
        placement = THROUGH[cell, place]
        table.closed[placement] += 1
        if ship >= 0 and SHIP[placement] == ship and table.struck[placement] == LENGTH[placement] - 1:
            table.outlines[ship, table.outline_count[ship]] = placement
            table.outline_count[ship] += 1
    if ship >= 0:
        table.sunk[ship] = True
        table.order[table.totals[2]] = ship
        table.totals[2] += 1
