"""How checkers move: the only engine there is.

It is written in the part of Python that numba compiles.  ``turns`` runs it over lists;
``training.games.backgammon.compiled`` compiles this very source for self-play, with the rolls as its input.

A board is 26 numbers from the side of whoever moves: points 1 to 24 counted from the mover's home hold the mover's
checkers as positive and the other side's as negative numbers, cell ``BAR`` the mover's checkers on the bar, cell 0
the other side's (negative).  What is missing of fifteen has been borne off.

A turn is up to four single moves, and a single move is ``source * STEP + die``; 0 stands for none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

    Board: TypeAlias = "MutableSequence[int]"
    Place: TypeAlias = "Sequence[int]"

CELLS = 26
BAR = 25
POINTS = 24
HOME = 6
CHECKERS = 15
DICE = 6
STEP = 8
MOST_MOVES = 4
MOST_TURNS = 4096
"""More than any position has under any roll: four of at most sixteen sources, with repetition, are 3,876."""
MOST_TURNS_OF_TWO = 512
"""The same of a roll that is no double: two orders of two out of at most fifteen sources are 450."""


def highest(b: Place) -> int:
    """Return the mover's rearmost checker's place, 25 for the bar; 0 when all have been borne off."""
    for place in range(BAR, 0, -1):
        if b[place] > 0:
            return place
    return 0


def can_move(b: Place, source: int, die: int, rear: int) -> bool:
    """Return whether the mover may move a checker from ``source`` by ``die``; ``rear`` is ``highest(b)``."""
    if b[source] <= 0 or (rear == BAR and source != BAR):
        return False
    target = source - die
    if target > 0:
        return b[target] >= -1
    return rear <= HOME and (target == 0 or source == rear)


def move(b: Board, source: int, die: int) -> bool:
    """Move a checker; return whether it hit another."""
    b[source] -= 1
    target = source - die
    if target <= 0:
        return False
    if b[target] < 0:
        b[target] = 1
        b[0] -= 1
        return True
    b[target] += 1
    return False


def unmove(b: Board, source: int, die: int, hit: bool) -> None:  # noqa: FBT001 - numba knows no keywords-only
    """Take back what ``move`` did."""
    b[source] += 1
    target = source - die
    if target <= 0:
        return
    if hit:
        b[target] = -1
        b[0] += 1
    else:
        b[target] -= 1


def same(b: Place, boards: Place, index: int) -> bool:
    """Return whether board ``index`` of ``boards`` equals ``b``."""
    at = index * CELLS
    for place in range(CELLS):  # noqa: SIM110 - numba compiles no generators
        if boards[at + place] != b[place]:
            return False
    return True


def found(b: Place, boards: Place, count: int, source: int, other: int) -> bool:
    """Return whether ``b`` is among the first ``count`` of ``boards``; most differ at these places."""
    for index in range(count):
        at = index * CELLS
        if boards[at + source] == b[source] and boards[at + other] == b[other] and same(b, boards, index):
            return True
    return False


def keep(b: Place, boards: Board, count: int) -> None:
    """Write ``b`` as board ``count``."""
    at = count * CELLS
    for place in range(CELLS):
        boards[at + place] = b[place]


def two_dice(b: Board, first: int, second: int, boards: Board, moves: Board, count: int) -> int:
    """Add the turns that play ``first`` and then ``second`` to ``count`` others; return how many there are then."""
    rear = highest(b)
    for source in range(rear, 0, -1):
        if not can_move(b, source, first, rear):
            continue
        hit = move(b, source, first)
        then = highest(b)
        for other in range(then, 0, -1):
            if can_move(b, other, second, then):
                struck = move(b, other, second)
                if not found(b, boards, count, source, other):
                    keep(b, boards, count)
                    moves[count * MOST_MOVES] = source * STEP + first
                    moves[count * MOST_MOVES + 1] = other * STEP + second
                    moves[count * MOST_MOVES + 2] = 0
                    moves[count * MOST_MOVES + 3] = 0
                    count += 1
                unmove(b, other, second, struck)
        unmove(b, source, first, hit)
    return count


def one_die(b: Board, die: int, boards: Board, moves: Board) -> int:
    """Write the turns that play ``die`` alone; return how many."""
    count = 0
    rear = highest(b)
    for source in range(rear, 0, -1):
        if can_move(b, source, die, rear):
            hit = move(b, source, die)
            keep(b, boards, count)
            moves[count * MOST_MOVES] = source * STEP + die
            for more in range(1, MOST_MOVES):
                moves[count * MOST_MOVES + more] = 0
            count += 1
            unmove(b, source, die, hit)
    return count


def double(b: Board, die: int, boards: Board, moves: Board) -> int:
    """Write the turns of a double; return how many.

    Moving from the rear to the front is legal whenever some order is, and then no two turns end alike.  So the sources
    never rise within a turn, and whoever cannot play the most moves that anybody can is left out.
    """
    count = 0
    most = 0
    depth = 0
    rears = [0, 0, 0, 0, 0]
    sources = [0, 0, 0, 0, 0]
    hits = [False, False, False, False]
    rears[0] = highest(b)
    sources[0] = rears[0]
    while depth >= 0:
        moved = False
        if depth < MOST_MOVES:
            source = sources[depth]
            while source > 0 and not can_move(b, source, die, rears[depth]):
                source -= 1
            sources[depth] = source
            moved = source > 0
        if moved:
            hits[depth] = move(b, sources[depth], die)
            depth += 1
            rears[depth] = highest(b)
            sources[depth] = sources[depth - 1]
            if depth > most:
                most = depth
                count = 0
            if depth == most:
                keep(b, boards, count)
                for number in range(MOST_MOVES):
                    moves[count * MOST_MOVES + number] = sources[number] * STEP + die if number < depth else 0
                count += 1
            continue
        depth -= 1
        if depth >= 0:
            unmove(b, sources[depth], die, hits[depth])
            sources[depth] -= 1
    return count


def turns(b: Board, one: int, two: int, boards: Board, moves: Board) -> int:
    """Write every position that a whole turn can lead to, once, and moves that lead there; return how many.

    ``boards`` has room for MOST_TURNS boards, ``moves`` for as many fours of moves.  0: there is no legal move.  ``b``
    is as before when it returns.
    """
    if one == two:
        return double(b, one, boards, moves)
    large = max(one, two)
    small = min(one, two)
    count = two_dice(b, large, small, boards, moves, 0)
    count = two_dice(b, small, large, boards, moves, count)
    if count == 0:
        count = one_die(b, large, boards, moves)
    if count == 0:
        count = one_die(b, small, boards, moves)
    return count


def flip(b: Board) -> None:
    """Turn the board round: see it from the other side."""
    for place in range(CELLS // 2):
        across = BAR - place
        mine = b[place]
        b[place] = -b[across]
        b[across] = -mine


def on_board(b: Place) -> int:
    """Return how many of the mover's checkers have not been borne off."""
    count = 0
    for place in range(1, CELLS):
        if b[place] > 0:
            count += b[place]
    return count


def worth(b: Place) -> int:
    """Return what the mover, who has just borne off the last checker, wins: 1, 2 for a gammon, 3 for a backgammon."""
    left = -b[0]
    behind = -b[0]
    for place in range(1, POINTS + 1):
        if b[place] < 0:
            left -= b[place]
            if place <= HOME:
                behind -= b[place]
    if left < CHECKERS:
        return 1
    return 3 if behind > 0 else 2


def pips(b: Place) -> int:
    """Return how many pips the mover has still to go."""
    count = 0
    for place in range(1, CELLS):
        if b[place] > 0:
            count += place * b[place]
    return count
