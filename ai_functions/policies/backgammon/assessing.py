"""What a turn or a cube decision gave away, and what the roll before it was worth.

Equities are normalised (``cube.normalised``): +1 is winning the game with the cube as it lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ai_functions.policies.backgammon.cube import normalised, stakes_of
from ai_functions.policies.backgammon.replies import ROLLS, WEIGHTS
from ai_functions.runtime.assessment import Assessment
from games.backgammon.observation import MOVE, ROLL
from games.backgammon.rules import DOUBLE, DROP, TAKE, THROW, print_action
from games.backgammon.turns import OPENING, Turn, board_after, legal_turns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ai_functions.policies.backgammon.cube import Stakes
    from ai_functions.policies.backgammon.strong import Strong
    from games.backgammon.observation import Observation
    from games.backgammon.rules import Action
    from games.backgammon.turns import Board

CLOSE_CUBE = 0.16
"""Not doubling counts as a decision where doubling is nearer than this, as GNU Backgammon counts "close" ones."""


def assess(player: Strong, observation: Observation, action: Action) -> Assessment:
    """Return what ``action`` gave away by the player's judgement; the turn that was played is looked at as far ahead.

    Raises ObservationError where there was nothing to decide.
    """
    if observation.phase != MOVE:
        return _assess_cube(player, observation, str(action))
    assert isinstance(action, Turn)  # noqa: S101 - it is legal in this phase
    legal = legal_turns(observation.board, observation.dice or (0, 0))
    after = board_after(observation.board, action)
    played = next(number for number, (_, board) in enumerate(legal) if board == after)
    turns, _, values = player.consider(observation, played)
    stakes, value = stakes_of(observation), observation.cube.value
    best = int(values.argmax())
    return Assessment(
        best=print_action(turns[best]),
        best_equity=float(normalised(values[best], stakes, value)),
        equity=float(normalised(values[played], stakes, value)),
        counts=len(turns) > 1,
        luck=luck(player, observation),
    )


def luck(player: Strong, observation: Observation) -> float:
    """Return what the roll was worth: the equity of its best turn less the mean over the 21 rolls, each by its odds.

    Without look-ahead, and with a cube that nobody turns any more, as GNU Backgammon's analysis does
    (https://www.gnu.org/software/gnubg/manual/, "Luck analysis").  Before the first turn of a game chance also tells
    who begins, and equal dice are thrown again: the mean is over 15 rolls of either side.
    """
    dice = observation.dice
    assert dice is not None  # noqa: S101 - it is there in this phase
    stakes, value, board = stakes_of(observation), observation.cube.value, observation.board
    thrown = (min(dice), max(dice))
    found = rolled(player, board, stakes, value)
    if board == OPENING and dice[0] != dice[1]:
        single = [number for number, (one, two, _) in enumerate(ROLLS) if one != two]
        others = rolled(player, board, stakes.turned(), value)
        mean = float(found[single].mean() - others[single].mean()) / 2
    else:
        mean = float(found @ WEIGHTS)
    return float(found[ROLLS.index((*thrown, 1 if thrown[0] == thrown[1] else 2))]) - mean


def rolled(player: Strong, board: Board, stakes: Stakes, value: int) -> NDArray[np.float64]:
    """Return the normalised equity of each of ROLLS, played best."""
    return normalised(player.replies(board).best(stakes, value), stakes, value)


def _assess_cube(player: Strong, observation: Observation, action: str) -> Assessment:
    decision, seen = player.decide(observation)
    stakes, value = stakes_of(seen), seen.cube.value
    no_double, take, drop = (
        float(normalised(worth, stakes, value)) for worth in (decision.no_double, decision.take, decision.drop)
    )
    if observation.phase == ROLL:
        equities = {THROW: no_double, DOUBLE: min(take, drop)}
        counts = action == DOUBLE or abs(equities[DOUBLE] - no_double) < CLOSE_CUBE or equities[DOUBLE] > no_double
    else:
        equities, counts = {TAKE: -take, DROP: -drop}, True
    best = max(equities, key=lambda one: equities[one])
    return Assessment(best, equities[best], equities[action], counts)
