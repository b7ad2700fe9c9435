"""A shooter's knowledge as numbers: one row for each cell.  Training and serving share this file.

Everything is a handful of matrix products over all placements of a fleet: a row-by-row loop in Python would cost more
than the model.  Cells are numbered ``row * size + column``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from games.battleship.fleet import Cell, ShipPlacement, ship_placements
from games.battleship.notation import HIT, SUNK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from games.battleship.fleet import Variant
    from games.battleship.notation import Report
    from games.battleship.observation import ShootObservation
    from games.battleship.shots import ShotHistory

HIT_FACTOR = 10.0
"""How much likelier a placement counts for each unfinished hit on it: the published density player's factor."""

CELL_FEATURES = (
    "fits", "log_fits", "density", "log_density", "longest_fits", "dead", "hits_beside", "line_end", "beside_last_hit",
    "misses_beside", "open_beside", "parity", "parity_habit", "edge", "centre", "column", "row", "column_squared",
    "row_squared", "near_last", "in_line_with_last", "diagonal_to_last", "sunk_beside", "crowded", "log_untried", "one",
)  # fmt: skip
"""What a row says of a cell.  Rows hold them twice: for a hunting shooter, then for one with unfinished hits."""
CELL_ROW = tuple(f"{phase}.{name}" for phase in ("hunting", "chasing") for name in CELL_FEATURES)
"""The columns of a cell's row."""
CELL_COLUMNS = len(CELL_ROW)


@dataclass(frozen=True, slots=True, eq=False)
class BoardGeometry:
    """A variant's placements and cells as matrices."""

    variant: Variant
    placements: tuple[ShipPlacement, ...]
    """Every placement of every ship, ship by ship in the fleet's order."""
    cover: NDArray[np.float32]
    """Shape (placements, cells): 1 where a placement covers a cell."""
    ship: NDArray[np.int64]
    """Shape (placements,): which ship of the fleet."""
    first: tuple[int, ...]
    """Where each ship's placements begin; one entry more than there are ships."""
    length: NDArray[np.float32]
    """Shape (placements,): cells of the placement."""
    beside: NDArray[np.float32]
    """Shape (cells, cells): 1 for the up to four neighbours."""
    around: NDArray[np.float32]
    """Shape (cells, cells): 1 within two cells each way."""
    place: NDArray[np.float32]
    """Shape (cells, 7): parity, edge, centre, column, row (from -1 to 1) and their squares."""
    column: NDArray[np.int64]
    row: NDArray[np.int64]


@lru_cache(maxsize=8)
def board_geometry(variant: Variant) -> BoardGeometry:
    """Return the matrices of a variant."""
    size = variant.size
    every = tuple(placement for name in variant.names for placement in ship_placements(variant, name))
    counts = [len(ship_placements(variant, name)) for name in variant.names]
    cover = _cover(variant, every)
    row, column = np.divmod(np.arange(size**2), size)
    down, right = np.abs(row[:, None] - row), np.abs(column[:, None] - column)
    middle = (size - 1) / 2
    x, y = (column - middle) / middle, (row - middle) / middle
    edge = np.minimum.reduce([row, column, size - 1 - row, size - 1 - column]) / middle
    place = np.stack([(row + column) % 2, edge, np.hypot(x, y), x, y, x * x, y * y], axis=1)
    return BoardGeometry(
        variant,
        every,
        cover,
        np.repeat(np.arange(len(counts)), counts),
        (0, *np.cumsum(counts).tolist()),
        cover.sum(axis=1),
        (down + right == 1).astype(np.float32),
        (np.maximum(down, right) <= 2).astype(np.float32),  # noqa: PLR2004 - a five by five window
        place.astype(np.float32),
        column,
        row,
    )


def _cover(variant: Variant, placements: Sequence[ShipPlacement]) -> NDArray[np.float32]:
    lengths = dict(variant.fleet)
    at = np.array(
        [(one.cell.row * variant.size + one.cell.column, one.vertical, lengths[one.ship]) for one in placements]
    )
    cover = np.zeros((len(placements), variant.size**2), np.float32)
    for step in range(max(lengths.values())):
        long = np.flatnonzero(at[:, 2] > step)
        cover[long, at[long, 0] + step * np.where(at[long, 1], variant.size, 1)] = 1
    return cover


def board_array(board: int, variant: Variant) -> NDArray[np.bool_]:
    """Return a bitboard as shape (cells,)."""
    cells = variant.size**2
    packed = np.frombuffer(board.to_bytes((cells + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, count=cells, bitorder="little").astype(np.bool_)


def tried_cells(observation: ShootObservation) -> NDArray[np.bool_]:
    """Return shape (cells,): whether a cell was shot at."""
    return board_array(observation.history.tried, observation.variant)


def settle(variant: Variant, shots: Sequence[Report]) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """Return hits still to be followed, and hits of sunk ships, as an attentive person settles it at once.

    A ship that sinks takes the first straight run of open hits of its length through the sinking shot.  Where the
    name does not say which hits were its own, this may be wrong; ``inference`` weighs all the ways.
    """
    open_hits: set[Cell] = set()
    sunk: set[Cell] = set()
    for report in shots:
        if report.result == HIT:
            open_hits.add(report.cell)
        elif report.result == SUNK and report.ship is not None:
            run = _run(open_hits, report.cell, variant.length(report.ship))
            open_hits -= run
            sunk |= run
    return frozenset(open_hits), frozenset(sunk)


def _run(hits: set[Cell], last: Cell, length: int) -> set[Cell]:
    for right, down in ((1, 0), (0, 1)):
        back = length - 1 - _reach(hits, last, right, down, length - 1)
        if _reach(hits, last, -right, -down, back) == back:
            return {Cell(last.column + step * right, last.row + step * down) for step in range(-back, length - back)}
    return {last}


def _reach(hits: set[Cell], last: Cell, right: int, down: int, most: int) -> int:
    """Return how many cells in a row, next to ``last``, are hits: at most ``most``."""
    for reach in range(most):
        if (last.column + (reach + 1) * right, last.row + (reach + 1) * down) not in hits:
            return reach
    return most


def untried_rows(observation: ShootObservation) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the cells not shot at, and a row for each: shapes (untried,) and (untried, CELL_COLUMNS)."""
    history = observation.history
    untried = np.flatnonzero(~board_array(history.tried, observation.variant))
    return untried, _rows(observation, history)[untried]


def cell_rows(observation: ShootObservation) -> NDArray[np.float32]:
    """Return shape (cells, CELL_COLUMNS): a row for every cell, those shot at included."""
    return _rows(observation, observation.history)


def _rows(observation: ShootObservation, history: ShotHistory) -> NDArray[np.float32]:
    variant = observation.variant
    geometry, size = board_geometry(variant), variant.size
    tried, missed = board_array(history.tried, variant), board_array(history.misses, variant)
    open_hits, sunk_cells = settle(variant, observation.shots)
    hits, gone = _as_array(open_hits, size), _as_array(sunk_cells, size)
    afloat = np.array([name not in history.sunk for name in variant.names])
    unknown = ~tried
    struck = geometry.cover @ hits
    fits = (geometry.cover @ (missed + gone) == 0) & (struck < geometry.length) & afloat[geometry.ship]
    weight = np.where(fits, HIT_FACTOR ** np.minimum(struck, 4), 0).astype(np.float32)
    density = (weight @ geometry.cover) * unknown
    free = fits.astype(np.float32) @ geometry.cover
    longest = int(np.argmax(np.where(afloat, [length for _, length in variant.fleet], 0)))
    own = slice(geometry.first[longest], geometry.first[longest + 1])
    longest_fits = fits[own].astype(np.float32) @ geometry.cover[own]
    rows = np.empty((size**2, len(CELL_FEATURES)), np.float32)
    of = {name: rows[:, number] for number, name in enumerate(CELL_FEATURES)}
    of["fits"][:] = free / max(1.0, float((free * unknown).max()))
    of["log_fits"][:] = np.log1p(free)
    of["density"][:] = density / max(1.0, float(density.max()))
    of["log_density"][:] = np.log(of["density"] + 1e-4)
    of["longest_fits"][:] = longest_fits / max(1.0, float((longest_fits * unknown).max()))
    of["dead"][:] = free == 0
    of["hits_beside"][:] = geometry.beside @ hits
    of["line_end"][:] = _line_ends(open_hits, size)
    of["misses_beside"][:] = geometry.beside @ missed
    of["open_beside"][:] = geometry.beside @ unknown
    of["parity"][:] = geometry.place[:, 0]
    habit = float(geometry.place[tried, 0].mean()) - 0.5 if tried.any() else 0.0
    of["parity_habit"][:] = habit * (2 * geometry.place[:, 0] - 1)
    of["edge"][:] = geometry.place[:, 1]
    of["centre"][:] = geometry.place[:, 2]
    of["column"][:] = geometry.place[:, 3]
    of["row"][:] = geometry.place[:, 4]
    of["column_squared"][:] = geometry.place[:, 5]
    of["row_squared"][:] = geometry.place[:, 6]
    _about_last(of, observation, geometry)
    of["sunk_beside"][:] = geometry.beside @ gone
    of["crowded"][:] = geometry.around @ tried / 24
    of["log_untried"][:] = np.log1p(unknown.sum())
    of["one"][:] = 1
    chasing = bool(open_hits)
    both = np.zeros((size**2, CELL_COLUMNS), np.float32)
    both[:, chasing * len(CELL_FEATURES) :][:, : len(CELL_FEATURES)] = rows
    return both


def _as_array(cells: frozenset[Cell], size: int) -> NDArray[np.float32]:
    board = np.zeros(size**2, np.float32)
    board[[cell.row * size + cell.column for cell in cells]] = 1
    return board


def _line_ends(hits: frozenset[Cell], size: int) -> NDArray[np.float32]:
    """Return 1 for each cell next in line to two or more open hits."""
    ends = np.zeros(size**2, np.float32)
    for column, row in hits:
        for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            x, y = column + right, row + down
            if Cell(column - right, row - down) in hits and 0 <= x < size and 0 <= y < size:
                ends[y * size + x] = 1
    return ends


def _about_last(of: dict[str, NDArray[np.float32]], observation: ShootObservation, geometry: BoardGeometry) -> None:
    """Fill in what a cell is to the last shot."""
    for name in ("beside_last_hit", "near_last", "in_line_with_last", "diagonal_to_last"):
        of[name][:] = 0
    if not observation.shots:
        return
    last = observation.shots[-1]
    right, down = np.abs(geometry.column - last.cell.column), np.abs(geometry.row - last.cell.row)
    of["beside_last_hit"][:] = (right + down == 1) & (last.result == HIT)
    of["near_last"][:] = 1 / (1 + right + down)
    of["in_line_with_last"][:] = (right == 0) | (down == 0)
    of["diagonal_to_last"][:] = (right == 1) & (down == 1)
