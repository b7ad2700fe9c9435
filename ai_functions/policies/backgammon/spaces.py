"""Backgammon as arrays: the board as numbers; a turn is chosen move by move, as the rules write it.

Choice 26 * source + target moves a checker (25 is the bar, 0 is off), over several dice at once where nobody is hit on
the way; ``END`` ends a turn that could go on, and is the turn without a move; the last four decide about the cube.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from games.backgammon.kernel import CELLS, CHECKERS, DICE
from games.backgammon.observation import ANSWER, CUBES, MIDDLE, MOVE, OTHER, OWN, ROLL, WAIT
from games.backgammon.rules import DECISIONS
from games.backgammon.turns import legal_turns
from games.backgammon.variant import MOST_POINTS, Variant
from games.core import IllegalActionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ai_functions.policies.spaces import Chosen
    from games.backgammon.observation import Observation
    from games.backgammon.turns import Board, Dice, Turn
    from games.core import Json

END = CELLS * CELLS
_PHASES, _OWNERS = (MOVE, ROLL, ANSWER, WAIT), (OWN, OTHER, MIDDLE)
_MOST_MOVES = 4


class TurnSpace:
    """See ``ai_functions.policies.spaces.Space``.

    An observation is: own checkers on 26 places and the other's, in fifteenths, as they stand after the moves chosen so
    far; both dice, one of six each; the phase; the cube's value, as a power of two in sixths, and its owner; both
    scores and the match's length, in 25ths; Crawford; how many moves have been chosen, in quarters.
    """

    actions = END + 1 + len(DECISIONS)
    shape: tuple[int, ...] = (2 * CELLS + 2 * DICE + len(_PHASES) + 1 + len(_OWNERS) + 5,)
    low, high = 0.0, 1.0

    def encode(self, observation: Observation, chosen: Chosen) -> NDArray[np.float32]:
        """Return the numbers, shape (77,)."""
        board = np.array(_after(observation.board, chosen), np.float32) / CHECKERS
        dice = np.zeros((2, DICE), np.float32)
        for row, die in zip(dice, observation.dice or (), strict=False):
            row[die - 1] = 1
        own, other = observation.score
        points = [own / MOST_POINTS, other / MOST_POINTS, observation.variant.points / MOST_POINTS]
        rest = [
            *(float(observation.phase == phase) for phase in _PHASES),
            CUBES.index(observation.cube.value) / (len(CUBES) - 1),
            *(float(observation.cube.owner == owner) for owner in _OWNERS),
            *points,
            float(observation.crawford),
            min(len(chosen) / _MOST_MOVES, 1),
        ]
        found = [np.maximum(board, 0), np.maximum(-board, 0), dice.ravel(), np.array(rest, np.float32)]
        whole: NDArray[np.float32] = np.minimum(np.concatenate(found), np.float32(1))
        return whole

    def mask(self, observation: Observation, chosen: Chosen) -> NDArray[np.int8]:
        """Return 1 for every move with which a legal turn goes on."""
        found = np.zeros(self.actions, np.int8)
        if observation.dice is None:
            first, more = (END + 1, 2) if observation.phase == ROLL else (END + 3, 2)
            found[first : first + more] = observation.phase in {ROLL, ANSWER}
            return found
        for moves in _turns(observation.board, observation.dice):
            if moves[: len(chosen)] == chosen:
                found[moves[len(chosen)] if len(moves) > len(chosen) else END] = 1
        return found

    def action(self, observation: Observation, chosen: Chosen) -> Any | None:
        """Return the turn once nothing can follow, or what was decided about the cube; None before."""
        if observation.dice is None:
            return DECISIONS[chosen[0] - END - 1] if chosen else None
        turns = _turns(observation.board, observation.dice)
        if chosen[-1:] == (END,):
            return turns.get(chosen[:-1])
        going_on = [moves for moves in turns if moves[: len(chosen)] == chosen]
        return turns[chosen] if chosen and going_on == [chosen] else None


@lru_cache(maxsize=64)
def _turns(board: Board, dice: Dice) -> dict[Chosen, Turn]:
    """Return every legal turn by its moves."""
    return {
        tuple(CELLS * source + target for path in turn.paths for source, target in pairwise(path)): turn
        for turn, _ in legal_turns(board, dice)
    }


def _after(board: Board, chosen: Chosen) -> list[int]:
    """Return where the moves chosen so far lead."""
    cells = list(board)
    for choice in chosen:
        if choice >= END:
            continue
        source, target = divmod(choice, CELLS)
        if cells[source] <= 0:
            raise IllegalActionError(f"no checker on {source}")
        cells[source] -= 1
        if target:
            if cells[target] == -1:
                cells[target], cells[0] = 0, cells[0] - 1
            cells[target] += 1
    return cells


def space(options: Mapping[str, Json]) -> TurnSpace:
    """Return the space; ``options`` change none of it.  Raises GameError for odd ones."""
    Variant.from_json(options)
    return TurnSpace()
