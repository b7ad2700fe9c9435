"""Compare the positions that turns lead to with OpenSpiel's and GNU Backgammon's, which know the rules otherwise.

``python -m training.games.backgammon.studies.rules_check --pairs 100000 --seed 1``

A pair is a position and a roll.  OpenSpiel cannot be given a position, so its pairs come from games played in it: every
fifth position under all 21 rolls.  GNU Backgammon's are those and constructed ones: bear-offs, many checkers on the
bar, and walls.  The sets must be equal for every pair; the command ends with 1 at the first that differs.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from itertools import combinations_with_replacement
from random import Random
from typing import TYPE_CHECKING, Any

from games.backgammon.kernel import BAR, CELLS, CHECKERS, POINTS
from games.backgammon.position import parse_position_id, position_id
from games.backgammon.turns import borne_off, flipped, legal_turns
from training.games.backgammon.studies.others import other_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from games.backgammon.turns import Board, Dice

    Choose = Callable[[Sequence[Any], Random], Any]

gnubg_nn = other_program("gnubg_nn")
pyspiel = other_program("pyspiel")

ROLLS: tuple[Dice, ...] = tuple((one, two) for one, two in combinations_with_replacement(range(1, 7), 2))
EVERY = 5
_SPIEL_BAR = 100


def ours(board: Board, dice: Dice) -> set[Board]:
    """Return where turns lead, by these rules."""
    return {after for _, after in legal_turns(board, dice)}


def gnu_board(board: Board) -> list[list[int]]:
    """Return the board as GNU Backgammon takes it: the side not on roll first, from its ace point to its bar."""
    return [[max(side[place], 0) for place in range(1, CELLS)] for side in (flipped(board), board)]


def of_gnu(sides: Sequence[Sequence[int]]) -> Board:
    """Return the board that ``gnu_board`` would write so."""
    board = [0] * CELLS
    for place in range(1, CELLS):
        board[place] += sides[1][place - 1]
        board[BAR - place] -= sides[0][place - 1]
    return tuple(board)


def gnus(board: Board, dice: Dice) -> set[Board]:
    """Return where turns lead, by GNU Backgammon."""
    keys = gnubg_nn.moves(gnu_board(board), *dice)
    return {of_gnu(gnubg_nn.board_from_position_key(key)) for key in keys} or {board}


def of_spiel(state: Any, player: int) -> Board:
    """Return the board of an OpenSpiel state from the side of ``player``."""
    board = [0] * CELLS
    for cell in range(POINTS):
        place = POINTS - cell if player == 0 else cell + 1
        board[place] += state.board(player, cell) - state.board(1 - player, cell)
    board[BAR], board[0] = state.board(player, _SPIEL_BAR), -state.board(1 - player, _SPIEL_BAR)
    return tuple(board)


def spiels(state: Any, player: int) -> set[Board]:
    """Return where turns lead, by OpenSpiel, which plays a double in two halves."""
    found = set()
    for action in state.legal_actions():
        after = state.child(action)
        if not after.is_terminal() and not after.is_chance_node() and after.current_player() == player:
            found |= spiels(after, player)
        else:
            found.add(of_spiel(after, player))
    return found


def spiel_pairs(random: Random) -> Iterator[tuple[Board, Dice, set[Board]]]:
    """Yield positions and rolls of random games for ever, with what OpenSpiel makes of them."""
    game = pyspiel.load_game("backgammon")
    while True:
        state = game.new_initial_state()
        nodes = 0
        while not state.is_terminal():
            if state.is_chance_node():
                outcomes = [action for action, _ in state.chance_outcomes()]
                nodes += 1
                if nodes > 1 and nodes % EVERY == 0:
                    for action in outcomes:
                        after = state.child(action)
                        player = after.current_player()
                        face = state.action_to_string(-1, action).split("roll: ")[1]
                        yield of_spiel(after, player), (int(face[0]), int(face[1])), spiels(after, player)
                state.apply_action(random.choice(outcomes))
            else:
                state.apply_action(random.choice(state.legal_actions()))


def constructed(random: Random) -> Board:
    """Return a position that games seldom reach: a bear-off, checkers on the bar, or walls of points."""
    kind = random.choice(("bear-off", "bar", "wall", "anything"))
    board = [0] * CELLS
    mine, theirs = random.randint(1, CHECKERS), random.randint(1, CHECKERS)
    if kind == "bear-off":  # a bear-off, the other side far away or in the way
        for _ in range(mine):
            board[random.randint(1, 6)] += 1
        reach = random.choice((6, BAR))
    else:
        if kind == "bar":
            board[BAR] = random.randint(1, mine)
        wall = random.sample(range(1, BAR), random.randint(2, 8))
        while sum(one for one in board if one > 0) < mine:
            board[random.choice(wall) if kind == "wall" else random.randint(1, POINTS)] += 1
        reach = BAR
    free = [place for place in range(POINTS) if board[place] <= 0 and place < reach]
    points = random.sample(free, min(len(free), random.randint(1, 9)))
    left = theirs
    while left:
        count = min(left, random.choice((1, 2, 2, 3)))
        board[random.choice(points)] -= count
        left -= count
    return tuple(board)


def main() -> int:
    """Compare; return 1 at the first pair that differs."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)  # noqa: S311 - a game, not a secret
    counts = {"OpenSpiel": 0, "GNU Backgammon": 0, "bar": 0, "bear-off": 0, "no move": 0, "double": 0}
    games = spiel_pairs(random)
    for number in range(options.pairs):
        if number % 2:
            board = constructed(random)
            dice = random.choice(ROLLS)
            others = {}
        else:
            board, dice, expected = next(games)
            others = {"OpenSpiel": expected}
        others["GNU Backgammon"] = gnus(board, dice)
        found = ours(board, dice)
        for name, expected in others.items():
            counts[name] += 1
            if found != expected:
                sys.stdout.write(
                    f"{name} differs: {board} {dice}\nours alone {found - expected}\ntheirs {expected - found}\n"
                )
                return 1
        if (
            position_id(board) != gnubg_nn.position_id(gnu_board(board))
            or parse_position_id(position_id(board)) != board
        ):
            sys.stdout.write(f"the Position ID of {board} differs\n")
            return 1
        counts["bar"] += board[BAR] > 0
        counts["bear-off"] += any(borne_off(after)[0] > borne_off(board)[0] for after in found)
        counts["no move"] += found == {board}
        counts["double"] += dice[0] == dice[1]
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    sys.stdout.write(f"{options.pairs} pairs of position and roll, all alike: {told}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
