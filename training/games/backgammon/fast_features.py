"""The columns of ``ai_functions.policies.backgammon.features``, compiled: an eighth of numpy's time for self-play.

Functions have no compiler, and numpy's way of doing many positions at once would be slow here, so this is written
twice.  A test holds both equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon import features as plain
from ai_functions.policies.backgammon.features import COLUMNS, SIDE, UNITS
from games.backgammon.kernel import BAR, CELLS, CHECKERS, HOME, MOST_MOVES, POINTS
from training.games.backgammon.compiled import jit
from training.jit import COMPILES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.games.backgammon.compiled import Boards

_COUNTS, _ESCAPES, _POPULATION = plain._COUNTS, plain._ESCAPES, plain._POPULATION  # noqa: SLF001 - the same tables
_WINDOW, _ON_POINTS = plain._WINDOW, plain._ON_POINTS  # noqa: SLF001
_AHEAD = (1 << _WINDOW) - 1


def fast_features(boards: Boards) -> NDArray[np.float32]:
    """Return shape (boards, COLUMNS)."""
    if not COMPILES:
        return plain.features(boards)
    rows = np.zeros((len(boards), COLUMNS), np.float32)
    _fill(boards, rows)
    return rows


def _length(bits: int) -> int:
    count = 0
    while bits:
        bits >>= 1
        count += 1
    return count


def _shots(own: Any, mine: int, blots: int, closed: int, out: Any) -> None:
    free = ~closed & _ON_POINTS
    others = mine & _ON_POINTS
    bar = own[BAR]
    source = 1 << BAR if bar > 0 else mine
    hits = 0.0
    cost = 0.0
    for one in range(1, 7):
        first = (source >> one) & free
        for two in range(one, 7):
            weight = 1 if one == two else 2
            if one == two:
                struck = first & blots
                moved = first
                for number in range(1, MOST_MOVES):
                    if bar > 0:
                        moved = ((moved | others) >> one) & free if bar + number <= MOST_MOVES and first else 0
                    else:
                        moved = (moved >> one) & free
                    struck |= moved & blots
            else:
                second = (source >> two) & free
                struck = (first | second) & blots
                if bar <= 1:
                    then = first | (others if bar == 1 and first else 0)
                    also = second | (others if bar == 1 and second else 0)
                    struck |= ((then >> two) | (also >> one)) & blots
            if struck:
                hits += weight
                cost += weight * (_length_compiled(struck) - 1)
    out[0] = hits / 36
    out[1] = cost / 360


def _side(own: Any, other: Any, out: Any) -> tuple[int, int]:  # noqa: C901 - one pass over the points
    mine = 0
    made = 0
    closed = 0
    blots = 0
    pips = 0
    total = 0
    piles = 0
    rear = 0
    for place in range(1, CELLS):
        count = own[place]
        if count > 0:
            mine |= 1 << place
            rear = place
            pips += place * count
            total += count
            piles += count * count
        if place < BAR:
            for unit in range(UNITS):
                out[(place - 1) * UNITS + unit] = _COUNTS[count, unit]
            if count > 1:
                made |= 1 << place
            against = other[BAR - place]
            if against > 1:
                closed |= 1 << place
            elif against == 1:
                blots |= 1 << place
    at = POINTS * UNITS
    out[at] = own[BAR] / 2
    out[at + 1] = (CHECKERS - total) / CHECKERS
    out = out[at + 2 :]
    _shots_compiled(own, mine, blots, closed, out)
    ahead = closed << _WINDOW
    out[2] = _ESCAPES[(ahead >> rear) & _AHEAD]
    least = 1.0
    mean = 0.0
    for place in range(16, CELLS):
        chance = _ESCAPES[(ahead >> place) & _AHEAD]
        least = min(least, chance)
        mean += chance
    out[3] = least
    out[4] = mean / (CELLS - 16)
    run = made & (made >> 1) & (made >> 2)
    for column in range(5, 8):
        run &= made >> (column - 2)
        out[column] = 1 if run else 0
    most = 0
    for first in range(1, BAR - HOME + 1):
        most = max(most, _POPULATION[(made >> first) & ((1 << HOME) - 1)])
    out[8] = most / HOME
    out[9] = _POPULATION[(made >> 1) & ((1 << HOME) - 1)] / HOME
    out[10] = 1 if made >> (BAR - HOME) else 0
    out[11] = pips / 100
    out[12] = piles / 100
    out[13] = rear / BAR
    return pips, rear


def _rows(boards: Any, rows: Any) -> None:
    one = np.zeros(CELLS, np.int64)
    two = np.zeros(CELLS, np.int64)
    for index in range(len(boards)):
        for place in range(CELLS):
            one[place] = max(boards[index, place], 0)
            two[BAR - place] = max(-boards[index, place], 0)
        row = rows[index]
        pips, rear = _side_compiled(one, two, row[:SIDE])
        others, behind = _side_compiled(two, one, row[SIDE : 2 * SIDE])
        row[COLUMNS - 3] = (others - pips) / 50
        overlap = rear + behind - BAR
        row[COLUMNS - 2] = 1 if overlap > 0 else 0
        row[COLUMNS - 1] = max(overlap, 0) / POINTS


_length_compiled = jit(_length)
_shots_compiled = jit(_shots, plain)
_side_compiled = jit(_side, plain)
_fill = jit(_rows, plain)
