"""Whole turns: which there are, what they lead to, and how they are written.

``8/5 6/5``, ``bar/22``, ``24/18*/13``, ``6/off``, ``13/11(2)``; ``pass`` for a turn without a legal move.  Each side
counts from its own home.  A path names a point on its way only if somebody is hit there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from games.backgammon import kernel
from games.backgammon.kernel import BAR, CELLS, MOST_MOVES, MOST_TURNS, MOST_TURNS_OF_TWO, STEP
from games.core import IllegalActionError, NotationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Board: TypeAlias = tuple[int, ...]
"""26 numbers from the side of whoever is meant: see ``kernel``."""
Dice: TypeAlias = tuple[int, int]
Path: TypeAlias = tuple[int, ...]
"""Places of one checker: 25 is the bar, 0 is off."""

OPENING: Board = (0, -2, 0, 0, 0, 0, 5, 0, 3, 0, 0, 0, -5, 5, 0, 0, 0, -3, 0, -5, 0, 0, 0, 0, 2, 0)
"""Two checkers on the 24-point, five on the 13, three on the 8 and five on the 6; the same from either side."""
NO_MOVE_TEXT = "pass"
OFF, ON_BAR = "off", "bar"
MOST_TEXT = 60
_PLACE = r"(?:bar|[1-9]|1[0-9]|2[0-4])"
_PATH = re.compile(rf"({_PLACE}(?:/{_PLACE}\*?)*(?:/off)?)(?:\(([2-4])\))?")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side plays with one roll.  Make it by ``turn_of``, so that what ends alike is written alike."""

    paths: tuple[Path, ...] = ()
    """From the rear to the front.  Nothing: no move is legal."""
    hits: tuple[int, ...] = ()
    """Points where a checker is hit."""


NO_MOVE = Turn()


def turn_of(moves: Iterable[tuple[int, int]], hits: Iterable[int]) -> Turn:
    """Return the turn of single moves (source, target), in any order: moves that follow each other become one path."""
    left = sorted(moves, key=lambda one: (-one[0], one[1]))
    struck = tuple(sorted(set(hits), reverse=True))
    paths = []
    while left:
        source, target = left.pop(0)
        path = [source]
        while True:
            if target in struck:
                path.append(target)
            onward = next((one for one in left if one[0] == target), None)
            if onward is None:
                break
            left.remove(onward)
            target = onward[1]
        if path[-1] != target:
            path.append(target)
        paths.append(tuple(path))
    return Turn(tuple(sorted(paths, key=lambda path: (-path[0], path[1:]))), struck)


@lru_cache(maxsize=4096)
def legal_turns(board: Board, dice: Dice) -> tuple[tuple[Turn, Board], ...]:
    """Return every turn that may be played, and the board it leads to, both from the mover's side.

    Turns that end alike are one; where no move is legal, the only turn is ``NO_MOVE``.
    """
    boards, moves, count = _generate(board, dice)
    if not count:
        return ((NO_MOVE, board),)
    found = []
    for index in range(count):
        after = tuple(boards[index * CELLS : (index + 1) * CELLS])
        single = [divmod(one, STEP) for one in moves[index * MOST_MOVES : (index + 1) * MOST_MOVES] if one]
        hops = [(source, max(source - die, 0)) for source, die in single]
        found.append((turn_of(hops, [target for _, target in hops if target and board[target] == -1]), after))
    return tuple(found)


def positions_after(board: Sequence[int], dice: Dice) -> list[Board]:
    """Return the boards that ``legal_turns`` lead to, without the turns, which take most of its time."""
    boards, _, count = _generate(board, dice)
    if not count:
        return [tuple(board)]
    return [tuple(boards[index * CELLS : (index + 1) * CELLS]) for index in range(count)]


def _generate(board: Sequence[int], dice: Dice) -> tuple[list[int], list[int], int]:
    most = MOST_TURNS if dice[0] == dice[1] else MOST_TURNS_OF_TWO
    boards, moves = [0] * (CELLS * most), [0] * (MOST_MOVES * most)
    return boards, moves, kernel.turns(list(board), *dice, boards, moves)


def board_after(board: Board, turn: Turn) -> Board:
    """Return where ``turn`` leads, whatever the dice.  Raises IllegalActionError for a closed point or a wrong hit."""
    hops = [hop for path in turn.paths for hop in pairwise(path)]
    struck = {target for _, target in hops if target and board[target] == -1}
    if struck != set(turn.hits):
        wrong = max(struck ^ set(turn.hits))
        why = f"hits on {wrong}: write {wrong}*" if wrong in struck else f"hits nobody on {wrong}"
        raise IllegalActionError(f"{print_turn(turn)} {why}")
    cells = list(board)
    for target in struck:
        cells[target] = 0
        cells[0] -= 1
    for source, target in hops:
        if cells[target] < 0 < target:
            raise IllegalActionError(f"{print_turn(turn)}: {target} is closed")
        cells[source] -= 1
        if target:
            cells[target] += 1
    return tuple(cells)


def print_turn(turn: Turn) -> str:
    """Return the turn as text."""
    written = [
        "/".join(_name(place, turn) if at else _word(place) for at, place in enumerate(path)) for path in turn.paths
    ]
    parts = [f"{one}({count})" if (count := written.count(one)) > 1 else one for one in dict.fromkeys(written)]
    return " ".join(parts) or NO_MOVE_TEXT


def parse_turn(text: str) -> Turn:
    """Return the turn that ``text`` means.  Raises NotationError."""
    if text == NO_MOVE_TEXT:
        return NO_MOVE
    moves: list[tuple[int, int]] = []
    hits = []
    for word in text[:MOST_TEXT].split(" "):
        match = _PATH.fullmatch(word)
        places = [] if match is None else [_place(one) for one in match[1].split("/")]
        single = list(pairwise(places))
        if match is None or not single or any(source <= target for source, target in single):
            raise NotationError(f"{text[:40]!r} is no turn; write moves such as 8/5 6/5, bar/22, 24/18*/13 or 13/11(2)")
        moves += single * int(match[2] or 1)
        hits += [place for place, one in zip(places, match[1].split("/"), strict=True) if one.endswith("*")]
    if len(text) > MOST_TEXT or len(moves) > MOST_MOVES:
        raise NotationError(f"{text[:40]!r} moves more than {MOST_MOVES} times")
    return turn_of(moves, hits)


def flipped(board: Sequence[int]) -> Board:
    """Return the board from the other side."""
    return tuple(-board[BAR - place] for place in range(CELLS))


def borne_off(board: Board) -> tuple[int, int]:
    """Return how many checkers the mover and the other side have borne off."""
    return (
        kernel.CHECKERS - sum(one for one in board if one > 0),
        kernel.CHECKERS + sum(one for one in board if one < 0),
    )


def _word(place: int) -> str:
    return {0: OFF, BAR: ON_BAR}.get(place, str(place))


def _name(place: int, turn: Turn) -> str:
    return f"{place}*" if place in turn.hits else _word(place)


def _place(word: str) -> int:
    named = {OFF: 0, ON_BAR: BAR}
    return named[word] if word in named else int(word.rstrip("*"))
