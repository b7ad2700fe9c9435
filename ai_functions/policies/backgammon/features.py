"""A position as numbers: what training and functions compute alike, for many positions at once.

Boards have shape (boards, 26) and are seen by whoever is on roll (``games.backgammon.kernel``).  Each side fills the
same columns, the one on roll first.  Sets of points are numbers whose bit ``p`` stands for the side's own place ``p``,
so that all checkers move at once by a shift.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from games.backgammon.kernel import BAR, CELLS, CHECKERS, DICE, HOME, MOST_MOVES, POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNITS = 4
"""Numbers for each point: exactly one checker, exactly two, three or more, and how many beyond three, halved."""
EXTRA = (
    "hits", "hit_pips", "rear_escapes", "least_escapes", "mean_escapes", "prime_of_4", "prime_of_5", "prime_of_6",
    "points_in_six", "home_points", "anchor", "pips", "piles", "rear",
)  # fmt: skip
SHARED = ("lead", "contact", "overlap")
SIDE = POINTS * UNITS + 2 + len(EXTRA)
FEATURES = (
    *(f"{side}.{name}" for side in ("own", "other") for name in (f"point[{POINTS * UNITS}]", "bar", "off", *EXTRA)),
    *SHARED,
)
"""The model's columns, in order: ``ai_functions.runtime.model.width`` counts them."""
COLUMNS = 2 * SIDE + len(SHARED)

_COUNTS = np.array([[n == 1, n == 2, n >= 3, max(n - 3, 0) / 2] for n in range(CHECKERS + 1)], np.float32)  # noqa: PLR2004 - UNITS
_BITS = (1 << np.arange(CELLS)).astype(np.int64)
_ON_POINTS = int(_BITS[1:BAR].sum())
_WINDOW = 12
"""Two dice that are no double go as far."""
_ROLLS = tuple((one, two, 1 if one == two else 2) for one, two in combinations_with_replacement(range(1, DICE + 1), 2))
_ALL_ROLLS = 36.0
_POPULATION = np.array([bits.bit_count() for bits in range(1 << HOME)], np.int64)


def _escape_table() -> NDArray[np.float32]:
    """Return, for each set of closed points among the 12 ahead, the part of rolls that one checker can play whole.

    Bit ``12 - d`` stands for the point at distance ``d``; of a double two moves are enough.
    """
    sets = np.arange(1 << _WINDOW)
    free = [np.ones(len(sets), bool), *((sets >> (_WINDOW - d)) & 1 == 0 for d in range(1, _WINDOW + 1))]
    count = np.zeros(len(sets), np.float32)
    for one, two, weight in _ROLLS:
        count += weight * ((free[one] | free[two]) & free[one + two])
    return count / np.float32(_ALL_ROLLS)


_ESCAPES = _escape_table()


def features(boards: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return shape (boards, COLUMNS)."""
    flipped = -boards[:, ::-1]
    rows = np.empty((len(boards), COLUMNS), np.float32)
    pips, rears = [], []
    for side, seen in enumerate((boards, flipped)):
        own = np.maximum(seen, 0)
        part = rows[:, side * SIDE : (side + 1) * SIDE]
        part[:, : POINTS * UNITS] = _COUNTS[own[:, 1:BAR]].reshape(len(boards), -1)
        part[:, POINTS * UNITS] = own[:, BAR] / np.float32(2)
        part[:, POINTS * UNITS + 1] = (CHECKERS - own.sum(axis=1)) / np.float32(CHECKERS)
        pip, rear = _extra(seen, own, part[:, POINTS * UNITS + 2 :])
        pips.append(pip)
        rears.append(rear)
    rows[:, -3] = (pips[1] - pips[0]) / np.float32(50)
    overlap = rears[0] + rears[1] - BAR
    rows[:, -2] = overlap > 0
    rows[:, -1] = np.maximum(overlap, 0) / np.float32(POINTS)
    return rows


def no_contact(boards: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return for which boards the sides have passed each other."""
    rear = BAR - (boards[:, ::-1] > 0).argmax(axis=1)
    front = (boards < 0).argmax(axis=1)
    return np.asarray((rear < front) | ~(boards > 0).any(axis=1) | ~(boards < 0).any(axis=1))


def _extra(seen: NDArray[np.int8], own: NDArray[np.int8], out: NDArray[np.float32]) -> tuple[NDArray[np.int64], ...]:
    """Write the columns EXTRA of the side whose view is ``seen``; return its pips and its rearmost place."""
    mine = (own > 0) @ _BITS
    made = (own[:, 1:BAR] > 1) @ _BITS[1:BAR]
    closed = (seen[:, 1:BAR] < -1) @ _BITS[1:BAR]
    blots = (seen[:, 1:BAR] == -1) @ _BITS[1:BAR]
    rear = np.where(mine > 0, BAR - (own[:, ::-1] > 0).argmax(axis=1), 0)
    out[:, 0], out[:, 1] = _shots(mine, own[:, BAR].astype(np.int64), blots, closed)
    # how the other side's checkers get past: their places are 25 minus ours
    ahead = closed << _WINDOW
    out[:, 2] = _ESCAPES[(ahead >> rear) & ((1 << _WINDOW) - 1)]
    escapes = np.stack([_ESCAPES[(ahead >> place) & ((1 << _WINDOW) - 1)] for place in range(16, CELLS)])
    out[:, 3] = escapes.min(axis=0)
    out[:, 4] = escapes.mean(axis=0)
    run = made & (made >> 1) & (made >> 2)
    for column in (5, 6, 7):
        run &= made >> (column - 2)
        out[:, column] = run != 0
    windows = np.stack([_POPULATION[(made >> first) & ((1 << HOME) - 1)] for first in range(1, BAR - HOME + 1)])
    out[:, 8] = windows.max(axis=0) / np.float32(HOME)
    out[:, 9] = windows[0] / np.float32(HOME)
    out[:, 10] = made >> (BAR - HOME) != 0
    pips = own.astype(np.int64) @ np.arange(CELLS)
    out[:, 11] = pips / np.float32(100)
    out[:, 12] = (own.astype(np.float32) ** 2).sum(axis=1) / np.float32(100)
    out[:, 13] = rear / np.float32(BAR)
    return pips, rear


def _shots(
    mine: NDArray[np.int64], bar: NDArray[np.int64], blots: NDArray[np.int64], closed: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the part of rolls that hit, and the pips that the best hits of all rolls cost, a tenth of their mean.

    What a double does from the bar with more than one checker there is counted roughly.
    """
    free = ~closed & _ON_POINTS
    others = mine & _ON_POINTS
    source = np.where(bar > 0, 1 << BAR, mine)
    first = [np.zeros_like(mine), *((source >> die) & free for die in range(1, DICE + 1))]
    follow = []
    for landed in first:
        entered = np.where((bar == 1) & (landed != 0), others, 0) | landed
        follow.append(np.where(bar > 1, 0, entered))
    hits = np.zeros(len(mine), np.float32)
    cost = np.zeros(len(mine), np.float32)
    for one, two, weight in _ROLLS:
        if one == two:
            struck, moved = first[one] & blots, first[one]
            for number in range(1, MOST_MOVES):
                moved = np.where(bar + number <= MOST_MOVES, (moved | np.where(bar > 0, others, 0)) >> one & free, 0)
                moved = np.where((bar > 0) & (first[one] == 0), 0, moved)
                struck |= moved & blots
        else:
            struck = (first[one] | first[two]) & blots
            struck |= ((follow[one] >> two) | (follow[two] >> one)) & blots
        hits += weight * (struck != 0)
        cost += weight * np.frexp(struck.astype(np.float32))[1].clip(1) - weight
    return hits / np.float32(_ALL_ROLLS), cost / np.float32(10 * _ALL_ROLLS)
