"""Make the bear-off table: ``python -m training.games.backgammon.bear_off FOLDER...`` writes it into each folder.

The same bytes come out everywhere; a test compares a part of them with what is computed by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon.bear_off import MOST_ROLLS, POSITIONS, SCALE, TABLE, position_index
from games.backgammon.kernel import CELLS, CHECKERS, DICE, HOME, MOST_MOVES, MOST_TURNS
from training.games.backgammon.compiled import compiled, jit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_turns = compiled().turns


def _solve(homes: NDArray[np.int8], order: Any, choose: Any, chances: Any, expected: Any) -> None:
    """Fill in how likely each number of rolls is, and its mean, position by position, in ``order``."""
    boards = np.zeros(MOST_TURNS * CELLS, np.int8)
    moves = np.zeros(MOST_TURNS * MOST_MOVES, np.int16)
    board = np.zeros(CELLS, np.int8)
    for index in order:
        board[1 : HOME + 1] = homes[index]
        for one in range(1, DICE + 1):
            for two in range(1, one + 1):
                found = _turns(board, one, two, boards, moves)
                best = 0
                least = 1e9
                for turn in range(found):
                    number = 0
                    total = 0
                    for point in range(HOME):
                        total += boards[turn * CELLS + 1 + point]
                        number += choose[point, total + point]
                    if expected[number] < least:
                        least = expected[number]
                        best = number
                weight = 1.0 / 36 if one == two else 2.0 / 36
                for rolls in range(MOST_ROLLS - 1):
                    chances[index, rolls + 1] += weight * chances[best, rolls]
                expected[index] += weight * (1 + least)


def solve() -> NDArray[np.float64]:
    """Return how likely each position, shape (POSITIONS, MOST_ROLLS), needs exactly so many rolls."""
    from ai_functions.policies.backgammon.bear_off import _CHOOSE  # noqa: PLC0415 - the same numbers

    homes = np.array(list(_all_homes()), np.int8)
    numbered = np.empty_like(homes)
    numbered[position_index(homes)] = homes
    order = np.argsort(numbered @ np.arange(1, HOME + 1), kind="stable")[1:]
    chances, expected = np.zeros((POSITIONS, MOST_ROLLS)), np.zeros(POSITIONS)
    chances[0, 0] = 1
    jit(_solve)(numbered, order, _CHOOSE, chances, expected)
    return chances


def write(folder: Path, chances: NDArray[np.float64]) -> None:
    """Write the table into ``folder``: of each position the numbers of rolls that are at all likely."""
    scaled = np.rint(chances * SCALE).astype(np.uint16)
    there = scaled > 0
    first = there.argmax(axis=1)
    last = MOST_ROLLS - there[:, ::-1].argmax(axis=1)
    inside = (np.arange(MOST_ROLLS) >= first[:, None]) & (np.arange(MOST_ROLLS) < last[:, None])
    np.savez_compressed(
        folder / TABLE, first=first.astype(np.uint8), count=(last - first).astype(np.uint8), chances=scaled[inside]
    )


def _all_homes(points: int = HOME, left: int = CHECKERS) -> Iterator[tuple[int, ...]]:
    if not points:
        yield ()
        return
    for count in range(left + 1):
        for rest in _all_homes(points - 1, left - count):
            yield (count, *rest)


if __name__ == "__main__":
    found = solve()
    for name in sys.argv[1:]:
        write(Path(name), found)
