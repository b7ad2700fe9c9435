"""A turn that is being made, move by move: what may follow, what each checker can reach, and how to take it back.

The rules know whole turns.  A single move is legal here if some legal turn is still to be reached after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from games.backgammon import kernel
from games.backgammon.kernel import BAR
from games.backgammon.turns import NO_MOVE, Turn, legal_turns, turn_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.backgammon.turns import Board, Dice


@dataclass(frozen=True, slots=True)
class Hop:
    """One checker moved by one die.  Places count from the mover's home: 25 is the bar, 0 is off."""

    source: int
    target: int
    die: int
    hit: bool


class HalfTurn:
    """The moves made so far of a roll on a board, both from the mover's side."""

    def __init__(self, board: Board, dice: Dice) -> None:
        self.start = board
        self.dice = dice
        self.hops: list[Hop] = []
        self._turns = {after: turn for turn, after in legal_turns(board, dice)}
        self._known: dict[tuple[Board, tuple[int, ...]], bool] = {}

    @property
    def board(self) -> Board:
        """The board after the moves made so far."""
        board = self.start
        for hop in self.hops:
            board = _after(board, hop)
        return board

    @property
    def left(self) -> tuple[int, ...]:
        """The dice not played yet; a double has four."""
        left = list(self.dice if self.dice[0] != self.dice[1] else self.dice * 2)
        for hop in self.hops:
            left.remove(hop.die)
        return tuple(left)

    @property
    def ready(self) -> bool:
        """Whether the moves made so far are a whole legal turn."""
        return self.board in self._turns

    @property
    def forced(self) -> Turn | None:
        """The only legal turn; None where there is a choice."""
        return next(iter(self._turns.values())) if len(self._turns) == 1 else None

    def turn(self) -> Turn:
        """Return the turn that the moves made so far are."""
        if not self.hops:
            return NO_MOVE
        return turn_of([(one.source, one.target) for one in self.hops], [one.target for one in self.hops if one.hit])

    def sources(self) -> tuple[int, ...]:
        """Return from where a checker may move next, the rearmost first."""
        return tuple(sorted({hop.source for hop in self._following(self.board, self.left)}, reverse=True))

    def landings(self, source: int) -> dict[int, tuple[Hop, ...]]:
        """Return every place that one checker from ``source`` may reach, and by which moves.

        Of several ways to a place the one with the fewest moves counts, then the one that hits most.
        """
        found: dict[int, tuple[Hop, ...]] = {}

        def follow(place: int, board: Board, left: tuple[int, ...], way: tuple[Hop, ...]) -> None:
            for hop in self._following(board, left):
                if hop.source != place:
                    continue
                longer = (*way, hop)
                if hop.target not in found or _worse(found[hop.target], longer):
                    found[hop.target] = longer
                if hop.target:
                    follow(hop.target, _after(board, hop), _without(left, hop.die), longer)

        follow(source, self.board, self.left, ())
        return found

    def play(self, source: int, target: int) -> tuple[Hop, ...]:
        """Move a checker to a place it may reach; return the moves.  Raises KeyError for another place."""
        hops = self.landings(source)[target]
        self.hops.extend(hops)
        return hops

    def undo(self) -> Hop | None:
        """Take the last move back, and return it; None where there is none."""
        return self.hops.pop() if self.hops else None

    def _following(self, board: Board, left: tuple[int, ...]) -> Iterator[Hop]:
        """Yield the single moves after which a legal turn can still be reached; the smaller die first."""
        if board in self._turns:
            return
        for hop, after, rest in _moves(board, left):
            if self._leads(after, rest):
                yield hop

    def _leads(self, board: Board, left: tuple[int, ...]) -> bool:
        known = self._known.get((board, left))
        if known is None:
            known = board in self._turns or any(self._leads(after, rest) for _, after, rest in _moves(board, left))
            self._known[board, left] = known
        return known


def hops_of(board: Board, turn: Turn) -> tuple[Hop, ...]:
    """Return the moves of a legal turn, path by path, from one named place to the next; ``die`` is that distance."""
    hops = []
    for path in turn.paths:
        for source, target in pairwise(path):
            hop = Hop(source, target, source - target, target > 0 and board[target] == -1)
            board = _after(board, hop)
            hops.append(hop)
    return tuple(hops)


def _moves(board: Board, left: tuple[int, ...]) -> Iterator[tuple[Hop, Board, tuple[int, ...]]]:
    """Yield every single move, the board after it, and the dice left then."""
    rear = kernel.highest(board)
    for die in sorted(set(left)):
        for source in range(BAR, 0, -1):
            if kernel.can_move(board, source, die, rear):
                target = max(0, source - die)
                hop = Hop(source, target, die, target > 0 and board[target] == -1)
                yield hop, _after(board, hop), _without(left, die)


def _after(board: Board, hop: Hop) -> Board:
    cells = list(board)
    kernel.move(cells, hop.source, hop.source - hop.target)
    return tuple(cells)


def _without(left: tuple[int, ...], die: int) -> tuple[int, ...]:
    index = left.index(die)
    return left[:index] + left[index + 1 :]


def _worse(one: tuple[Hop, ...], other: tuple[Hop, ...]) -> bool:
    """Return whether ``other`` is the better of two ways to a place."""
    return (len(one), -sum(hop.hit for hop in one)) > (len(other), -sum(hop.hit for hop in other))
