"""Make the bear-off table: ``python -m training.games.backgammon.bear_off FOLDER...`` writes it into each folder.

The same bytes come out everywhere; a test compares a part of them with what is computed by hand.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon.bear_off import (
    BOTH_SCALE,
    FEW_POSITIONS,
    MOST_ROLLS,
    POSITIONS,
    SCALE,
    TABLE,
    gets_home_first,
    position_index,
)
from games.backgammon.kernel import CELLS, CHECKERS, DICE, HOME, MOST_MOVES, MOST_TURNS
from training.games.backgammon.compiled import compiled, jit
from training.games.backgammon.two_sides import solve_both

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

    numbered = all_homes()
    order = np.argsort(numbered @ np.arange(1, HOME + 1), kind="stable")[1:]
    chances, expected = np.zeros((POSITIONS, MOST_ROLLS)), np.zeros(POSITIONS)
    chances[0, 0] = 1
    jit(_solve)(numbered, order, _CHOOSE, chances, expected)
    return chances


def all_homes() -> NDArray[np.int8]:
    """Return all home boards, shape (POSITIONS, 6), each in the place that ``position_index`` gives it."""
    homes = np.array(list(_homes()), np.int8)
    numbered = np.empty_like(homes)
    numbered[position_index(homes)] = homes
    return numbered


def write(folder: Path, chances: NDArray[np.float64], both: NDArray[np.float64]) -> None:
    """Write the table into ``folder``: of each position the numbers of rolls that are at all likely.

    Of few checkers, what ``both`` says beside it is written as the difference, which is mostly small.
    """
    scaled = np.rint(chances * SCALE).astype(np.uint16)
    there = scaled > 0
    first = there.argmax(axis=1)
    last = MOST_ROLLS - there[:, ::-1].argmax(axis=1)
    inside = (np.arange(MOST_ROLLS) >= first[:, None]) & (np.arange(MOST_ROLLS) < last[:, None])
    few = (scaled[:FEW_POSITIONS] / scaled[:FEW_POSITIONS].sum(axis=1, keepdims=True)).astype(np.float32)
    counted = gets_home_first(few[:, None], few[None])
    more = np.rint((both - counted) * BOTH_SCALE)
    more[0] = more[:, 0] = 0  # nobody is asked about these
    np.savez_compressed(
        folder / TABLE,
        first=first.astype(np.uint8),
        count=(last - first).astype(np.uint8),
        chances=scaled[inside],
        both=more.astype(np.int8),
    )


def _homes(points: int = HOME, left: int = CHECKERS) -> Iterator[tuple[int, ...]]:
    if not points:
        yield ()
        return
    for count in range(left + 1):
        for rest in _homes(points - 1, left - count):
            yield (count, *rest)


def make(folders: Iterable[Path]) -> None:
    """Solve the bear-off, and write the table into each folder."""
    chances, both = solve(), solve_both(all_homes())
    for folder in folders:
        write(folder, chances, both)


if __name__ == "__main__":
    asked = ArgumentParser(description="Make the table of the bear-off.")
    asked.add_argument("folder", type=Path, nargs="+", help="where it goes")
    make(asked.parse_args().folder)
