"""What plays backgammon while a function does not answer: runs, hits, makes points and leaves few checkers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.backgammon import kernel
from games.backgammon.kernel import BAR, HOME, POINTS
from games.backgammon.observation import ANSWER, MOVE
from games.backgammon.rules import DROP, sample_action
from games.backgammon.turns import borne_off, flipped, legal_turns

if TYPE_CHECKING:
    from random import Random

    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action
    from games.backgammon.turns import Board

ALONE, POINT = 4.0, 2.5
"""What a checker in reach of the other side costs, and a point held in one's home is worth, in pips."""
BEHIND = 1.12
"""How much longer one's way may be for a double to be taken."""


def policy(observation: Observation, random: Random) -> Action:
    """Return the turn that looks best; a double is dropped by whoever is far behind, and none is offered."""
    if observation.phase == MOVE and observation.dice is not None:
        turns = list(legal_turns(observation.board, observation.dice))
        random.shuffle(turns)
        return max(turns, key=lambda one: worth(one[1]))[0]
    own, other = kernel.pips(observation.board), kernel.pips(flipped(observation.board))
    return DROP if observation.phase == ANSWER and own > other * BEHIND else sample_action(observation, random)


def worth(board: Board) -> float:
    """Return what a board is worth to whoever has just moved on it, in pips."""
    rear = next((place for place in range(BAR) if board[place] < 0), BAR)
    alone = sum(board[place] == 1 for place in range(rear + 1, POINTS + 1))
    held = sum(board[place] > 1 for place in range(1, HOME + 1)) if rear <= HOME else 0
    ahead = kernel.pips(flipped(board)) - kernel.pips(board)
    return ahead - ALONE * alone + POINT * held + borne_off(board)[0]
