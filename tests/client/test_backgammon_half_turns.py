"""Half-made turns of backgammon: they lead to every legal turn, and to no other."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from client.games.backgammon.half_turn import HalfTurn, hops_of
from games.backgammon.turns import OPENING, board_after, flipped, legal_turns, print_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.backgammon.turns import Board


CLOSED_OUT = (0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, -5, 0, -9, 0, 0, 0, 0, 0, 0)


def wander(seed: int, turns: int) -> Iterator[tuple[Board, tuple[int, int]]]:
    """Yield positions and rolls of random games, from the mover's side."""
    chance, board = Random(seed), OPENING
    for _ in range(turns):
        dice = chance.randint(1, 6), chance.randint(1, 6)
        yield board, dice
        board = flipped(chance.choice(legal_turns(board, dice))[1])
        if all(one >= 0 for one in board) or all(one <= 0 for one in board):
            board = OPENING


def test_a_half_made_turn_leads_to_every_legal_turn_and_to_no_other() -> None:
    for board, dice in wander(3, 150):
        legal = {after for _, after in legal_turns(board, dice)}
        reached = set()
        seen = set()

        def follow(half: HalfTurn, reached: set[Board] = reached, seen: set[object] = seen) -> None:
            key = half.board, tuple(sorted(half.left))
            if key in seen:
                return
            seen.add(key)
            if half.ready:
                assert board_after(half.start, half.turn()) == half.board
                reached.add(half.board)
                assert not half.sources()
                return
            assert half.sources()
            for source in half.sources():
                for target in half.landings(source):
                    count = len(half.play(source, target))
                    follow(half)
                    for _ in range(count):
                        half.undo()

        follow(HalfTurn(board, dice))
        assert reached == legal, (board, dice)


def test_every_legal_turn_is_taken_apart_into_moves_that_lead_there() -> None:
    for board, dice in wander(5, 300):
        for turn, after in legal_turns(board, dice):
            moved = board
            for hop in hops_of(board, turn):
                cells = list(moved)
                assert hop.hit == (hop.target > 0 and cells[hop.target] == -1)
                cells[hop.source] -= 1
                if hop.hit:
                    cells[hop.target], cells[0] = 0, cells[0] - 1
                if hop.target:
                    cells[hop.target] += 1
                moved = tuple(cells)
            assert moved == after, (board, dice, print_turn(turn))


def test_one_checker_goes_the_way_that_hits_where_two_ways_lead_there() -> None:
    board = list(OPENING)
    board[22], board[19] = -1, -4
    half = HalfTurn(tuple(board), (2, 1))
    way = half.landings(24)[21]
    assert [(hop.source, hop.target, hop.hit) for hop in way] == [(24, 22, True), (22, 21, False)]


def test_the_only_checker_that_plays_both_dice_must_be_moved() -> None:
    half = HalfTurn(CLOSED_OUT, (6, 6))
    assert half.sources() == (13,)
    assert not half.ready
