"""Which whole fleets agree with the shot history, and how likely each is: the posterior that strong play rests on.

Fleets are built up as rows of placements.  First the sunk ships take their hits, in every way the answers leave open
(an answer only names the ship, so hits may be another's); then every hit left over is given to some ship afloat.  Ships
not met yet lie on untouched water.  Where few ways are left they are laid too, one row a fleet, and the posterior is
exact. Where there are many, they stay *free*: a row stands for all the fleets that complete it, counted by how many
placements each free ship has beside the row, and by how often two free ships would overlap (pairs exactly, three at
once as if independent).  No fleet is drawn, so the same answers always give the same chances.

A fleet that agrees is found if there is one.  Where there are too many rows to follow, those that cannot be completed
go first; and where counting then finds no room in any row, ``complete`` searches for whole fleets, up to a number of
nodes that no position of a game comes near.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.complete import HitCover, find_fleets, kinds_of
from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.possible import possible_placements, reach_of
from games.core import ObservationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.policies.battleship.features import BoardGeometry
    from games.battleship.fleet import Variant
    from games.battleship.observation import ShootObservation

PAIRS = 2500
"""Pairs of a row and a placement that are worth laying a ship one by one, until the posterior is exact."""
MOST_ROWS = 6000
"""Ways to explain the hits that are followed; of more, those that fewest fleets stand behind are let go."""
_ON_A_HIT = 0.05
"""About which part of a ship's placements is left when it must cover a hit."""
_NO_ROOM = 1e-9
"""How many fleets stand behind a row in which counting, which is not exact, finds none."""


@dataclass(frozen=True, slots=True, eq=False)
class Fleets:
    """Whole fleets that agree with the shot history."""

    rows: NDArray[np.int64]
    """Shape (rows, ships): numbers of placements in ``BoardGeometry.placements``; one past the last for a ship that is
    free."""
    weight: NDArray[np.float64]
    """Shape (rows,): how likely each row is; the sum is 1."""
    laid: NDArray[np.float64]
    """Shape (placements,): how likely a ship lies there in a row."""
    free: NDArray[np.float64]
    """Shape (placements,): how likely a free ship lies there."""
    evidence: float
    """How many fleets there are, each counted as the prior weighs it."""
    exact: bool
    """Whether no ship is free."""

    @property
    def placement(self) -> NDArray[np.float64]:
        """Shape (placements,): how likely a ship lies in each placement."""
        return self.laid + self.free


@lru_cache(maxsize=8)
def clashes(variant: Variant) -> NDArray[np.float32]:
    """Return shape (placements + 1, placements + 1): 1 where two exclude each other; the last stands for none."""
    geometry, reach = board_geometry(variant), reach_of(variant)
    clash = np.zeros((len(reach) + 1, len(reach) + 1), np.float32)
    clash[:-1, :-1] = (reach @ geometry.cover.T > 0) | (geometry.ship[:, None] == geometry.ship)
    return clash


@lru_cache(maxsize=8)
def touches(variant: Variant) -> NDArray[np.float32]:
    """Return shape (placements + 1, placements + 1): 1 where placements of two ships lie side by side and may."""
    geometry = board_geometry(variant)
    beside = np.zeros_like(clashes(variant))
    beside[:-1, :-1] = (geometry.cover @ geometry.beside) @ geometry.cover.T > 0
    return np.asarray(beside * (clashes(variant) == 0), np.float32)


@lru_cache(maxsize=16)
def _losses(variant: Variant, touching: float) -> NDArray[np.float32]:
    """Return the part of a fleet's weight that a pair of placements loses, shaped like ``clashes``; 1 if they clash."""
    clash = clashes(variant)
    return clash if touching == 1 else np.asarray(clash + (1 - touching) * touches(variant), np.float32)


def infer(
    observation: ShootObservation,
    prior: NDArray[np.float64] | None = None,
    touching: float = 1.0,
    pairs: int = PAIRS,
) -> Fleets:
    """Return the fleets that agree with ``observation``.

    ``prior`` weighs placements, shape (placements,); a fleet counts ``touching`` times as much for every two of its
    ships that lie side by side.  ``pairs`` bounds how far the posterior is made exact, see ``PAIRS``.

    Raises ObservationError where no fleet is found that agrees.
    """
    geometry = board_geometry(observation.variant)
    search = _Search(observation, geometry, np.ones(len(geometry.placements)) if prior is None else prior, touching)
    search.explain_hits()
    for patience in PATIENCE:
        search.lay_what_is_few(pairs * patience)
        found = search.fleets()
        if found is not None:
            return found
        if search.exact:
            break
    found = search.whole()
    if found is not None:
        return found
    raise ObservationError("shots", "no fleet fits all that was heard")


PATIENCE = (1, 10, 100)
"""On a board so full that counting finds no room, laying ships one by one may: so many times the pairs are looked
at."""


class _Search:
    """Rows under way."""

    def __init__(
        self, observation: ShootObservation, geometry: BoardGeometry, prior: NDArray[np.float64], touching: float
    ) -> None:
        variant = observation.variant
        self._geometry, self._prior, self._touching = geometry, prior, touching
        self._clash = clashes(variant)
        self._touch = touches(variant) if touching != 1 else None
        self._lost = _losses(variant, touching)
        self._none = len(geometry.placements)
        self._afloat = np.array([name in observation.afloat for name in variant.names])
        self._possible, self._hits = possible_placements(observation)
        untouched = self._possible & self._afloat[geometry.ship] & (geometry.cover @ self._hits == 0)
        self._untouched = np.where(untouched, prior, 0.0)
        """Prior weight of each placement of a ship afloat on water nobody shot at."""
        self._rows = np.full((1, len(self._afloat)), self._none)
        self._weight = np.ones(1)
        self._kinds = kinds_of([length for _, length in variant.fleet], self._afloat.tolist())

    def explain_hits(self) -> None:
        """Give the sunk ships their hits, and every hit left over to a ship afloat, in all ways."""
        for ship in np.flatnonzero(~self._afloat):
            span = slice(self._geometry.first[ship], self._geometry.first[ship + 1])
            self._give(np.ones(len(self._rows), np.bool_), np.flatnonzero(self._possible[span]) + span.start)
        if len(self._rows) == 1:
            # what a ship that lies for sure keeps others from
            self._untouched[self._clash[self._rows[0]][:, : self._none].any(axis=0)] = 0
        floating = self._possible & self._afloat[self._geometry.ship]
        cover = None
        for hit in np.flatnonzero(self._hits):
            covers = np.append(self._geometry.cover[:, hit] > 0, False)
            bare = ~covers[self._rows].any(axis=1)
            if bare.any():
                self._give(bare, np.flatnonzero(floating & covers[:-1]))
                if len(self._rows) > MOST_ROWS:
                    cover = cover or HitCover(self._geometry, self._possible, self._hits, self._kinds)
                    self._keep_likely(MOST_ROWS, cover)

    def lay_what_is_few(self, pairs: int) -> None:
        """Lay the ships not met yet, those with fewest placements first, as long as all ways can be looked at."""
        counts = np.add.reduceat(self._untouched > 0, self._geometry.first[:-1])
        for ship in np.argsort(np.where(self._afloat, counts, -1), kind="stable"):
            need = self._rows[:, ship] == self._none
            if not self._afloat[ship] or not need.any():
                continue
            span = slice(self._geometry.first[ship], self._geometry.first[ship + 1])
            placements = np.flatnonzero(self._untouched[span]) + span.start
            if need.sum() * len(placements) > pairs:
                return
            self._give(need, placements)

    def _give(self, need: NDArray[np.bool_], placements: NDArray[np.int64]) -> None:
        """Give every row in ``need`` each of ``placements`` that goes with it; the other rows stay."""
        rows = self._rows[need]
        fits = np.ones((len(rows), len(placements)), np.bool_)
        among = self._clash[:, placements] == 0
        for ship in range(rows.shape[1]):
            fits &= among[rows[:, ship]]
        row, at = np.nonzero(fits)
        grown, placement = rows[row], placements[at]
        grown[np.arange(len(row)), self._geometry.ship[placement]] = placement
        weight = self._weight[need][row] * self._prior[placement]
        if self._touch is not None:
            weight *= self._touching ** self._touch[rows[row], placement[:, None]].sum(axis=1)
        self._weight = np.concatenate([self._weight[~need], weight])
        self._rows = np.concatenate([self._rows[~need], grown])

    def _keep_likely(self, keep: int, cover: HitCover) -> None:
        """Let go of rows whose free ships cannot cover the hits left over, and of the unlikeliest if more are left."""
        needed = cover.needed_by(self._rows)
        can = needed < np.inf
        self._rows, self._weight, needed = self._rows[can], self._weight[can], needed[can]
        if len(self._rows) > keep:
            ways = np.maximum(self._completions()[0], _NO_ROOM)
            likely = self._weight * ways * _ON_A_HIT**needed
            best = np.argpartition(-likely, keep)[:keep]
            self._rows, self._weight = self._rows[best], self._weight[best]

    def whole(self) -> Fleets | None:
        """Return whole fleets, a row each, where counting is of no use; None where none is found."""
        rows, every = find_fleets(self._geometry, self._clash, self._possible, self._hits, self._kinds)
        if not len(rows):
            return None
        weight = self._prior[rows].prod(axis=1)
        if self._touch is not None:
            pairs = self._touch[rows[:, :, None], rows[:, None, :]].sum(axis=(1, 2)) / 2
            weight *= self._touching**pairs
        evidence = float(weight.sum())
        share = weight / evidence if evidence > 0 else np.full(len(rows), 1 / len(rows))
        laid = np.bincount(rows.ravel(), np.repeat(share, rows.shape[1]), minlength=self._none).astype(np.float64)
        return Fleets(rows, share, laid, np.zeros(self._none), evidence, exact=every)

    def _completions(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return in how many ways each row is completed, the placements of each free ship beside it, and ``pressure``.

        Shapes (rows,), (rows, ships), and (placements + 1, ships): how much of a ship's untouched water a placement
        takes.
        """
        first = self._geometry.first
        ships = len(self._afloat)
        water = np.zeros((self._none, ships), np.float32)
        water[np.arange(self._none), self._geometry.ship] = self._untouched
        pressure = (self._lost[:, : self._none] @ water).astype(np.float64)
        total = np.add.reduceat(self._untouched, first[:-1])
        free = (self._rows == self._none) & self._afloat
        beside = np.where(free, np.maximum(total - pressure[self._rows].sum(axis=1), 0), 1.0)
        both = np.add.reduceat(self._untouched[:, None] * pressure[:-1], first[:-1], axis=0)
        apart = 1 - both / np.maximum(np.outer(total, total), 1e-300)
        ways = beside.prod(axis=1)
        for one in range(ships):
            for two in range(one):
                ways = ways * np.where(free[:, one] & free[:, two], max(0.0, apart[one, two]), 1.0)
        return ways, beside, pressure

    @property
    def exact(self) -> bool:
        """Whether no ship is free in any row."""
        return not ((self._rows == self._none) & self._afloat).any()

    def fleets(self) -> Fleets | None:
        """Return the rows with their chances; None where there seems to be no room."""
        free = (self._rows == self._none) & self._afloat
        ways, beside, pressure = self._completions() if free.any() else (np.ones(len(self._rows)), None, None)
        share = self._weight * ways
        evidence = float(share.sum())
        if not evidence > 0:
            return None
        share /= evidence
        each = np.repeat(share, self._rows.shape[1])
        laid = np.bincount(self._rows.ravel(), each, minlength=self._none + 1)[:-1].astype(np.float64)
        loose = np.zeros(self._none)
        if beside is not None and pressure is not None:
            loose = self._free_chances(share, free, beside, pressure)
        return Fleets(self._rows, share, laid, loose, evidence, not free.any())

    def _free_chances(
        self,
        share: NDArray[np.float64],
        free: NDArray[np.bool_],
        beside: NDArray[np.float64],
        pressure: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return how likely a free ship lies in each placement: beside the rows, and beside the other free ships."""
        geometry, first = self._geometry, self._geometry.first
        total = np.add.reduceat(self._untouched, first[:-1])
        how_free = share @ free
        per_placement = np.where(free, share[:, None] / np.maximum(beside, 1e-300), 0)
        chances = self._untouched * per_placement.sum(axis=0)[geometry.ship]
        # As np.unique, which costs a cold start 7 ms: it imports numpy.ma.
        laid = np.flatnonzero(np.bincount(self._rows.ravel(), minlength=self._none)[: self._none])
        if len(laid):
            number = np.full(self._none + 1, len(laid))
            number[laid] = np.arange(len(laid))
            taken = np.zeros((len(laid) + 1, len(first) - 1))
            for ship in range(self._rows.shape[1]):
                at = number[self._rows[:, ship]]
                for other in np.flatnonzero(how_free):
                    taken[:, other] += np.bincount(at, per_placement[:, other], minlength=len(taken))
            blocked = (self._lost[laid][:, : self._none].T @ taken[:-1])[np.arange(self._none), geometry.ship]
            chances = np.maximum(chances - self._untouched * blocked, 0)
        crowd = how_free / np.maximum(total, 1e-300)
        beside_others = np.maximum(1 - pressure[:-1] * crowd, 0)
        beside_others[np.arange(self._none), geometry.ship] = 1
        chances = chances * beside_others.prod(axis=1)
        sums = np.add.reduceat(chances, first[:-1])
        crowded = (sums <= 0) & (how_free > 0)
        if crowded.any():  # each placement seems to be taken by somebody: by itself, then
            chances = np.where(crowded[geometry.ship], self._untouched, chances)
            sums = np.where(crowded, total, sums)
        scale = np.where(sums > 0, how_free / np.maximum(sums, 1e-300), 0)
        return np.asarray(chances * scale[geometry.ship])
