"""Which whole fleets agree with everything heard, and how likely each is: the posterior that strong play rests on.

Fleets are built up as rows of berths.  First the sunk ships take their hits, in every way the answers leave open (only
a ship's name is told, so hits may be another's); then every hit left over is given to some ship afloat; then the ships
not met yet are laid on untouched water.  While there are few rows all of them are kept, and the posterior is exact;
where there are many, rows are drawn in proportion to how many fleets each stands for, and weighted so that every
whole fleet still counts alike (or as the prior says).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.features.battleship import sea
from games.battleship.notation import HIT, MISS, SUNK
from games.core import ObservationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    from ai_functions.features.battleship import Sea
    from games.battleship.fleet import Variant
    from games.battleship.observation import ShootObservation

ROWS = 4000
"""Rows drawn where not all can be kept.  300 are nearly as good at sinking; the rest steadies what is explained."""
PAIRS = 60_000
"""Pairs of a row and a berth that are looked at one by one."""
ATTEMPTS = 3
"""When every drawn row came to nothing, draw eight times as many, so often."""


@dataclass(frozen=True, slots=True, eq=False)
class Fleets:
    """Whole fleets that agree with what was heard."""

    rows: NDArray[np.int64]
    """Shape (fleets, ships): numbers of berths in ``Sea.berths``."""
    weight: NDArray[np.float64]
    """Shape (fleets,): how likely each is; the sum is 1."""
    evidence: float
    """How many fleets there are, each counted as the prior weighs it; exact or an unbiased estimate."""
    exact: bool
    """Whether these are all there are."""

    def berth_chances(self, waters: Sea) -> NDArray[np.float64]:
        """Return shape (berths,): how likely a ship lies in each berth."""
        each = np.repeat(self.weight, self.rows.shape[1])
        return np.bincount(self.rows.ravel(), each, minlength=len(waters.berths)).astype(np.float64)


@lru_cache(maxsize=8)
def _conflicts(variant: Variant) -> NDArray[np.bool_]:
    """Return shape (berths + 1, berths + 1): which berths exclude each other; the last stands for no berth."""
    waters = sea(variant)
    reach = waters.cover
    if variant.no_touch:
        size = variant.size
        row, column = np.divmod(np.arange(size**2), size)
        near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
        reach = (waters.cover @ near.astype(np.float32) > 0).astype(np.float32)
    clash = np.zeros((len(reach) + 1, len(reach) + 1), np.bool_)
    clash[:-1, :-1] = (reach @ waters.cover.T > 0) | (waters.ship[:, None] == waters.ship)
    return clash


@dataclass(slots=True, eq=False)
class _Search:
    """Rows under way."""

    waters: Sea
    clash: NDArray[np.bool_]
    prior: NDArray[np.float64]
    """Shape (berths,): how much a berth counts."""
    generator: Generator
    pairs: int
    """How many pairs of a row and a berth may be looked at one by one."""
    rows: NDArray[np.int64]
    weight: NDArray[np.float64]
    free: NDArray[np.float64]
    """Shape (ships,): prior weight of all berths on untouched water, for ships afloat; 1 for those sunk."""
    exact: bool = True

    def cover(self, hit: int, berths: NDArray[np.int64]) -> None:
        """Explain a hit in every row in which no ship covers it yet."""
        covers = np.append(self.waters.cover[:, hit] > 0, False)

        def uncovered(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
            return np.asarray(~covers[rows].any(axis=1))

        self._give(uncovered, berths)

    def _give(self, needs: Callable[[NDArray[np.int64]], NDArray[np.bool_]], berths: NDArray[np.int64]) -> None:
        """Give every row that ``needs`` one each berth that goes with it; the other rows stay."""
        need = needs(self.rows)
        if need.sum() * len(berths) > self.pairs:
            self._thin(max(1, self.pairs // len(berths)))
            need = needs(self.rows)
        rows = self.rows[need]
        fits = np.ones((len(rows), len(berths)), np.bool_)
        for ship in range(rows.shape[1]):
            fits &= ~self.clash[rows[:, ship]][:, berths]
        row, berth = np.nonzero(fits)
        grown, berth = rows[row], berths[berth]
        grown[np.arange(len(row)), self.waters.ship[berth]] = berth
        self.weight = np.concatenate([self.weight[~need], self.weight[need][row] * self.prior[berth]])
        self.rows = np.concatenate([self.rows[~need], grown])

    def lay(self, ship: int, berths: NDArray[np.int64]) -> None:
        """Lay ``ship`` in every row without it, on each of ``berths`` that goes with the row, or on one drawn."""

        def without(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
            return np.asarray(rows[:, ship] == len(self.waters.berths))

        if without(self.rows).sum() * len(berths) <= self.pairs:
            self._give(without, berths)
            return
        self._thin(self.pairs * ROWS // PAIRS)
        need = np.flatnonzero(without(self.rows))
        drawn = berths[_draw(self.prior[berths], len(need), self.generator)]
        self.weight[need] *= self.free[ship]
        fits = ~self.clash[self.rows[need], drawn[:, None]].any(axis=1)
        self.rows[need, ship] = drawn
        self.rows = np.delete(self.rows, need[~fits], axis=0)
        self.weight = np.delete(self.weight, need[~fits])

    def _thin(self, keep: int) -> None:
        """Draw ``keep`` rows in proportion to how much prior weight of whole fleets each may stand for."""
        self.exact = False
        potential = self.weight * np.where(self.rows == len(self.waters.berths), self.free, 1).prod(axis=1)
        drawn = _draw(potential, keep, self.generator)
        self.weight = self.weight[drawn] * (potential.sum() / keep) / potential[drawn]
        self.rows = self.rows[drawn]


def _draw(share: NDArray[np.float64], count: int, generator: Generator) -> NDArray[np.int64]:
    """Return ``count`` numbers drawn in proportion to ``share``, evenly spread (systematic), in random order."""
    edges = np.cumsum(share)
    points = (np.arange(count) + generator.random()) * (edges[-1] / count)
    drawn = np.minimum(np.searchsorted(edges, points, side="right"), len(share) - 1)
    return np.asarray(generator.permutation(drawn), np.int64)


def infer(
    observation: ShootObservation,
    generator: Generator,
    prior: NDArray[np.float64] | None = None,
    pairs: int = PAIRS,
) -> Fleets:
    """Return the fleets that agree with ``observation``.

    ``prior`` weighs berths, shape (berths,); ``pairs`` bounds the work, see ``PAIRS``.

    Raises ObservationError where no fleet agrees.
    """
    waters = sea(observation.variant)
    weighs = np.ones(len(waters.berths)) if prior is None else prior
    for attempt in range(ATTEMPTS):
        search = _search(observation, weighs, generator, pairs * 8**attempt)
        if search is None:
            break
        total = float(search.weight.sum())
        if total > 0:
            return Fleets(search.rows, search.weight / total, total, search.exact)
        if search.exact:
            break
    raise ObservationError("shots", "no fleet fits all that was heard")


def _search(
    observation: ShootObservation, prior: NDArray[np.float64], generator: Generator, pairs: int
) -> _Search | None:
    variant = observation.variant
    waters = sea(variant)
    none = len(waters.berths)
    possible, hits = _possible(observation, waters)
    afloat = [name in observation.afloat for name in variant.names]
    spans = [slice(waters.first[ship], waters.first[ship + 1]) for ship in range(len(afloat))]
    untouched = possible & (waters.cover @ hits == 0)
    free = np.array(
        [prior[span][untouched[span]].sum() if alive else 1.0 for span, alive in zip(spans, afloat, strict=True)]
    )
    search = _Search(
        waters, _conflicts(variant), prior, generator, pairs,
        np.full((1, len(afloat)), none), np.ones(1), np.maximum(free, 1e-9),
    )  # fmt: skip
    for ship, alive in enumerate(afloat):
        if not alive:
            search.lay(ship, _within(possible, spans[ship]))
    floating = possible & np.array(afloat)[waters.ship]
    for hit in np.flatnonzero(hits):
        search.cover(int(hit), np.flatnonzero(floating & (waters.cover[:, hit] > 0)))
    left = [ship for ship, alive in enumerate(afloat) if alive]
    for ship in sorted(left, key=lambda ship: -variant.fleet[ship][1]):
        search.lay(ship, _within(untouched, spans[ship]))
    return search


def _within(chosen: NDArray[np.bool_], span: slice) -> NDArray[np.int64]:
    return np.asarray(np.flatnonzero(chosen[span]) + span.start, np.int64)


def _possible(observation: ShootObservation, waters: Sea) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which berths agree with the answers, each looked at alone, and the hits that sank nothing.

    A sunk ship took the shot that sank it and hits heard before it; a ship afloat has a cell that was not hit.
    """
    variant = observation.variant
    size = variant.size
    water, hits, sinking = (np.zeros(size**2, np.float32) for _ in range(3))
    possible = np.zeros(len(waters.berths), np.bool_)
    for report in observation.shots:
        cell = report.cell.row * size + report.cell.column
        if report.result == MISS:
            water[cell] = 1
        elif report.result == HIT:
            hits[cell] = 1
        elif report.result == SUNK:
            sinking[cell] = 1
            ship = variant.names.index(str(report.ship))
            own = slice(waters.first[ship], waters.first[ship + 1])
            struck = waters.cover[own] @ hits
            possible[own] = (waters.cover[own, cell] > 0) & (struck + 1 == waters.length[own])
    for ship, name in enumerate(variant.names):
        if name in observation.afloat:
            own = slice(waters.first[ship], waters.first[ship + 1])
            clear = waters.cover[own] @ (water + sinking) == 0
            possible[own] = clear & (waters.cover[own] @ hits < waters.length[own])
    return possible, hits
