"""Backgammon for self-play: the rules' own kernel, compiled, for many games side by side.

``games.backgammon.kernel`` is written in the part of Python that numba compiles.  Here that very source is loaded a
second time and every function of it compiled; no rule is written twice, and a test holds both equal.  The compiled code
is kept on disk under a hash of the source: a changed rule never meets stale code.  Rolls are an input: nothing here
draws a number.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from games.backgammon import kernel
from games.backgammon.kernel import CELLS, MOST_MOVES, MOST_TURNS
from training.compiled_cache import kept
from training.jit import jit as as_it_can_be

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Boards: TypeAlias = "NDArray[np.int8]"
"""Shape (boards, 26): see ``games.backgammon.kernel``."""
LONGEST = 4000
"""Turns after which a random game is left; the longest of a million had some 700."""


@lru_cache(maxsize=1)
def compiled() -> ModuleType:
    """Return the kernel with every function compiled; a function's first call compiles it, once a machine."""
    name = f"{kernel.__name__}_compiled"
    spec = importlib.util.spec_from_file_location(name, str(kernel.__file__))
    if spec is None or spec.loader is None:
        raise ImportError(f"{kernel.__file__} cannot be loaded again")
    copy = importlib.util.module_from_spec(spec)
    sys.modules[name] = copy  # compiled code that is read from disk looks its module up here
    spec.loader.exec_module(copy)
    for key, value in list(vars(copy).items()):
        if isinstance(value, FunctionType):
            setattr(copy, key, jit(value))
    return copy


def jit(function: Callable[..., Any], *also: ModuleType) -> Any:
    """Return ``function`` compiled, and kept under the hash of the kernel, of its own file and of ``also``."""
    sources = [Path(function.__code__.co_filename), *(Path(str(module.__file__)) for module in (kernel, *also))]
    stamp = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    return as_it_can_be(function, kept("backgammon-kernel", stamp))


_KERNEL = compiled()
_turns, _flip, _on_board, _worth = _KERNEL.turns, _KERNEL.flip, _KERNEL.on_board, _KERNEL.worth


def _expand(boards: Boards, dice: NDArray[np.int8], out: Boards, moves: NDArray[np.int16], ends: Any) -> int:
    """Write every position after a turn of each board, from the side that is on roll then; return how many.

    ``ends[i]`` is where those of board ``i`` end.  Where there is no legal move the only one is the same position.
    """
    count = 0
    for index in range(len(boards)):
        room = out[count : count + MOST_TURNS].reshape(-1)
        found = _turns(boards[index], dice[index, 0], dice[index, 1], room, moves)
        if found == 0:
            out[count] = boards[index]
            found = 1
        for one in range(count, count + found):
            _flip(out[one])
        count += found
        ends[index] = count
    return count


def _random_games(start: Boards, rolls: NDArray[np.int8], draws: NDArray[np.float64], lengths: Any) -> int:
    """Play games at random from ``start``, game by game, until rolls run out; return the games that were finished.

    Turn ``i`` plays ``rolls[i]`` and takes the legal turn that ``draws[i]``, from 0 to 1, points at.
    """
    boards = np.zeros(MOST_TURNS * CELLS, np.int8)
    moves = np.zeros(MOST_TURNS * MOST_MOVES, np.int16)
    board = start.copy()
    games = 0
    length = 0
    for index in range(len(rolls)):
        found = _turns(board, rolls[index, 0], rolls[index, 1], boards, moves)
        if found > 0:
            at = int(draws[index] * found) * CELLS
            board[:] = boards[at : at + CELLS]
        length += 1
        if _on_board(board) == 0:
            lengths[games] = length
            games += 1
            length = 0
            board[:] = start
        else:
            _flip(board)
    return games


_expand_compiled = jit(_expand)
random_games = jit(_random_games)


class Expander:
    """Every position after a turn, for many boards at once."""

    def __init__(self, boards: int) -> None:
        self._room = np.empty((boards * 64 + MOST_TURNS, CELLS), np.int8)
        self._moves = np.empty(MOST_TURNS * MOST_MOVES, np.int16)

    def __call__(self, boards: Boards, dice: NDArray[np.int8]) -> tuple[Boards, NDArray[np.int64]]:
        """Return positions from the side that is on roll next, and where those of each board end.

        ``boards`` are seen by the mover, ``dice`` has shape (boards, 2).  What is returned is overwritten by the next
        call.
        """
        ends = np.zeros(len(boards), np.int64)
        most = len(boards) * 512 + MOST_TURNS
        if len(self._room) < most:
            self._room = np.empty((most, CELLS), np.int8)
        count = _expand_compiled(boards, dice, self._room, self._moves, ends)
        return self._room[:count], ends
