"""Whole fleets that agree with all answers, found by a search that is complete.

``inference`` counts fleets and follows only so many ways to explain the hits.  Two things keep it from losing
the last one: ``HitCover`` tells which ways can still be completed, and where none is left ``find_fleets`` searches.

Why the search is complete: a fleet that agrees gives every hit to exactly one ship and every ship one placement that is
possible alone, and no two of its placements clash.  A node of the search takes one hit or one ship without a placement
and tries every possible placement for it that clashes with none placed, so each agreeing fleet stays below exactly one
branch. What is cut holds no fleet: a hit or a ship has no placement left, or the ships left cannot cover the hits even
if they could overlap elsewhere.  Ships of one length that are afloat have the same placements, so only one of them is
tried and the others' fleets are made by swapping.

A search that has found nothing after some hundred nodes begins anew, knowing by then which hits and ships are hard, and
is given twice as many (Luby, Sinclair and Zuckerman, "Optimal speedup of Las Vegas algorithms", 1993, on why to begin
anew; Boussemart et al., "Boosting systematic search by weighting constraints", 2004, on what is kept).  A full board of
fourteen by fourteen took 15,439 nodes before and takes 566 so.

Two counts bound the work, so that an impossible request cannot be costly.  ``MOST_NODES`` ends the search; one that has
found nothing by then is answered like one that shows that there is no fleet.  Beyond ``MOST_COVERS`` sets of hits,
``HitCover`` only compares how many hits there are with the ships' lengths, which never asks for too many ships.  No
position of a game that was tried comes near either: see ``test_no_position_of_a_game_comes_near_the_bounds``.
"""

from __future__ import annotations

from itertools import islice, permutations, product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ai_functions.policies.battleship.features import BoardGeometry

MOST_FLEETS = 1000
"""So many whole fleets are enough."""
MOST_NODES = 10_000
"""Nodes of the search tree that are looked at; about 0.3 s."""
FIRST_NODES = 500
"""Nodes without a fleet after which the search begins anew, with twice as many."""
MOST_COVERS = 50_000
"""Sets of hits, each with the ships left, whose fewest ships are worked out; about 0.3 s."""


class HitCover:
    """How few ships cover some hits, if ships may overlap wherever nothing was hit: never more than really needed.

    At most ``most`` sets of hits are worked out.
    """

    def __init__(
        self,
        geometry: BoardGeometry,
        possible: NDArray[np.bool_],
        hits: NDArray[np.float32],
        kinds: list[int],
        most: int = MOST_COVERS,
    ) -> None:
        cells = np.flatnonzero(hits)
        struck = np.packbits(geometry.cover[:, cells] > 0, axis=1, bitorder="little")
        self._struck = np.vstack([struck, np.zeros_like(struck[:1])])
        self._kinds = np.array(kinds)
        self._covers: list[dict[int, list[int]]] = [{} for _ in range(max(kinds) + 1)]
        """For each kind of ship and each hit: the sets of hits, as bits, that its placements through that hit cover."""
        for ship, kind in enumerate(kinds):
            if kinds.index(kind) == ship:
                own = slice(geometry.first[ship], geometry.first[ship + 1])
                sets = {int.from_bytes(row, "little") for row in struck[own][possible[own]]}
                for number in range(len(cells)):
                    self._covers[kind][1 << number] = [one for one in sets if one >> number & 1]
        self._widest = [
            max((one.bit_count() for sets in kind.values() for one in sets), default=0) for kind in self._covers
        ]
        self._known: dict[tuple[tuple[int, ...], int], float] = {}
        self._most = most
        self.worked_out = 0
        """How many sets of hits were worked out."""

    def needed(self, left: tuple[int, ...], bare: int) -> float:
        """Return how few ships cover the hits in ``bare`` (bits); infinity if those left, so many a kind, cannot."""
        if not bare:
            return 0
        if (left, bare) not in self._known:
            if self.worked_out >= self._most:
                widest = sum(count * hits for count, hits in zip(left, self._widest, strict=True))
                return 1 if bare.bit_count() <= widest else np.inf
            self.worked_out += 1
            lowest, fewest = bare & -bare, np.inf
            for kind, count in enumerate(left):
                fewer = (*left[:kind], count - 1, *left[kind + 1 :])
                for one in self._covers[kind][lowest] if count else ():
                    if not one & ~bare:
                        fewest = min(fewest, 1 + self.needed(fewer, bare & ~one))
            self._known[left, bare] = fewest
        return self._known[left, bare]

    def needed_by(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return shape (rows,): how few of each row's ships without a placement cover the hits left over.

        ``rows`` is of shape (rows, ships), as in ``inference``; infinity where those ships cannot.
        """
        none, width = len(self._struck) - 1, self._struck.shape[1]
        bare = np.bitwise_or.reduce(self._struck) & ~np.bitwise_or.reduce(self._struck[rows], axis=1)
        left = (rows == none).astype(np.uint8) @ (np.arange(len(self._covers)) == self._kinds[:, None]).astype(np.uint8)
        packed = np.hstack([bare, left])
        keys = packed.view(f"V{packed.shape[1]}").ravel().tolist()
        needed = {key: self.needed(tuple(key[width:]), int.from_bytes(key[:width], "little")) for key in set(keys)}
        return np.array([needed[key] for key in keys], np.float64)


def kinds_of(lengths: list[int], afloat: list[bool]) -> list[int]:
    """Return a number for each ship: the same for ships afloat of the same length, which have the same placements."""
    names = [
        (length, -1 if floats else ship) for ship, (length, floats) in enumerate(zip(lengths, afloat, strict=True))
    ]
    return [sorted(set(names)).index(name) for name in names]


def find_fleets(
    geometry: BoardGeometry,
    clash: NDArray[np.float32],
    possible: NDArray[np.bool_],
    hits: NDArray[np.float32],
    kinds: list[int],
    nodes: int = MOST_NODES,
) -> tuple[NDArray[np.int64], bool]:
    """Return fleets that agree, at most ``MOST_FLEETS``, and whether those are all.

    Fleets are of shape (fleets, ships): numbers of placements.  There are none if no fleet agrees, or if ``nodes``
    nodes of the search tree show none.

    ``possible`` says which placements agree, each looked at alone; ``clash`` says which exclude each other.
    """
    search = _Whole(geometry, clash, possible, hits, kinds)
    limit = min(FIRST_NODES, nodes)
    found = list(islice(fleets := search.fleets(limit), 1))
    while not found and search.stopped and nodes > limit:
        nodes -= limit
        limit = min(2 * limit, nodes)
        found = list(islice(fleets := search.fleets(limit), 1))
    search.allow(nodes - limit)
    found += islice(fleets, MOST_FLEETS - len(found))
    return np.array(found, np.int64), len(found) < MOST_FLEETS and not search.stopped


class _Whole:
    """The search of ``find_fleets``.  Sets of placements are bits of one number."""

    def __init__(
        self,
        geometry: BoardGeometry,
        clash: NDArray[np.float32],
        possible: NDArray[np.bool_],
        hits: NDArray[np.float32],
        kinds: list[int],
    ) -> None:
        self._first, self._kinds, self._clash = geometry.first, kinds, clash
        self._possible = _bits(possible)
        self._ship = [_bits(geometry.ship == ship) for ship in range(len(kinds))]
        cells = np.flatnonzero(hits)
        self._covers = [_bits(geometry.cover[:, cell] > 0) for cell in cells]
        self._hits_of = [_bits(row) for row in geometry.cover[:, cells] > 0]
        self._cover = HitCover(geometry, possible, hits, kinds)
        self._apart: dict[int, int] = {}
        self._failed = [1] * (len(cells) + len(kinds))
        """How often each hit, then each ship, had no placement left: what is hard is decided first."""
        self._nodes = 0
        self.stopped = False
        """Whether the limit ended the search."""

    def fleets(self, limit: int) -> Iterator[tuple[int, ...]]:
        """Yield fleets, a placement for each ship, looking at no more than ``limit`` nodes."""
        self._nodes, self.stopped = limit, False
        for placed in self._below(self._possible, (1 << len(self._covers)) - 1, {}):
            yield from self._swapped(placed)

    def allow(self, more: int) -> None:
        """Let the search that is under way look at so many nodes more."""
        self._nodes += more

    def _below(self, left: int, bare: int, placed: dict[int, int]) -> Iterator[dict[int, int]]:
        """Yield the fleets that hold ``placed`` and else placements of ``left``.

        ``bare`` are the hits that no ship in ``placed`` covers.
        """
        self._nodes -= 1
        if self._nodes < 0:
            self.stopped = True
            return
        if len(placed) == len(self._kinds):
            if not bare:
                yield placed
            return
        placements = self._narrowest(left, bare, placed)
        while placements and not self.stopped:
            bit = placements & -placements
            placements ^= bit
            placement = bit.bit_length() - 1
            ship = int(np.searchsorted(self._first, placement, side="right")) - 1
            yield from self._below(
                left & self._apart_from(placement), bare & ~self._hits_of[placement], {**placed, ship: placement}
            )
            left &= ~self._same_as(ship, placement)  # the fleets with any such ship here have all been below

    def _narrowest(self, left: int, bare: int, placed: dict[int, int]) -> int:
        """Return the placements (bits) of the hit or ship that has fewest; 0 where one has none."""
        counts = [0] * (max(self._kinds) + 1)
        tried: dict[int, int] = {}
        for ship, kind in enumerate(self._kinds):
            if ship not in placed:
                counts[kind] += 1
                tried.setdefault(kind, ship)
        if self._cover.needed(tuple(counts), bare) == np.inf:
            return 0
        ships = {len(self._covers) + ship: left & self._ship[ship] for ship in tried.values()}
        any_of = 0
        for placements in ships.values():
            any_of |= placements
        covers = {hit: any_of & self._covers[hit] for hit in range(len(self._covers)) if bare >> hit & 1}
        best, fewest = 0, np.inf
        for number, placements in {**covers, **ships}.items():
            if not placements:
                self._failed[number] += 1
                return 0
            if (worth := placements.bit_count() / self._failed[number]) < fewest:
                best, fewest = placements, worth
        return best

    def _apart_from(self, placement: int) -> int:
        """Return the placements that do not clash with one."""
        if placement not in self._apart:
            self._apart[placement] = _bits(self._clash[placement, :-1] == 0)
        return self._apart[placement]

    def _same_as(self, ship: int, placement: int) -> int:
        """Return this placement, taken by any ship of the same kind."""
        step = placement - self._first[ship]
        return sum(1 << self._first[one] + step for one, kind in enumerate(self._kinds) if kind == self._kinds[ship])

    def _swapped(self, placed: dict[int, int]) -> Iterator[tuple[int, ...]]:
        """Yield the fleets that come of one by swapping ships of a kind."""
        groups = [[ship for ship, one in enumerate(self._kinds) if one == kind] for kind in sorted(set(self._kinds))]
        steps = [[placed[ship] - self._first[ship] for ship in group] for group in groups]
        for orders in product(*(permutations(one) for one in steps)):
            fleet = dict(placed)
            for group, order in zip(groups, orders, strict=True):
                fleet.update({ship: self._first[ship] + step for ship, step in zip(group, order, strict=True)})
            yield tuple(fleet[ship] for ship in range(len(self._kinds)))


def _bits(of: NDArray[np.bool_]) -> int:
    """Return a number whose bits are ``of``, the first one lowest."""
    return int.from_bytes(np.packbits(of, bitorder="little").tobytes(), "little")
