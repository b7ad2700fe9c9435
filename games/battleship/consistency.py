"""Whether any fleet at all agrees with the shot history: the contradictions that only a search can find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.battleship.fleet import placement_boards, reserved
from games.battleship.shots import read_shots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.battleship.fleet import Variant
    from games.battleship.notation import Report
    from games.battleship.shots import ShotHistory

MAX_NODES = 2000
"""Places a search may try; one that ends without an answer finds nothing to object to.  About 60 ms at worst."""


def first_contradiction(variant: Variant, shots: Sequence[Report]) -> int | None:
    """Return the index of the first shot whose answer leaves no fleet, or None while one may exist."""
    if not _contradicts(variant, shots):
        return None
    agrees, contradicts = 0, len(shots)  # answers only ever rule fleets out, so halving finds the shot
    while contradicts - agrees > 1:
        middle = (agrees + contradicts) // 2
        if _contradicts(variant, shots[:middle]):
            contradicts = middle
        else:
            agrees = middle
    return contradicts - 1


def _possible(variant: Variant, history: ShotHistory) -> dict[str, list[int]]:
    """Return the bitboards each ship could lie on, the other ships left aside.

    A sunk ship took the shot that sank it and hits before; a ship afloat has a cell that was not hit.
    """
    boards: dict[str, list[int]] = {}
    for ship in variant.names:
        every = placement_boards(variant, ship)
        if ship in history.sunk:
            last, before = history.sunk[ship]
            boards[ship] = [board for board in every if board & last and not board & ~(before | last)]
        else:
            closed = history.misses | history.sinking
            boards[ship] = [board for board in every if not board & closed and board & ~history.hits]
    return boards


def _contradicts(variant: Variant, shots: Sequence[Report]) -> bool:
    nodes = MAX_NODES

    def fits(left: dict[str, list[int]], open_hits: int) -> bool:
        """Return whether the ships in ``left`` can be placed so that every open hit is covered."""
        nonlocal nodes
        if not left:
            return not open_hits
        covers = [(ship, board) for ship, boards in left.items() for board in boards if board & open_hits]
        if _ships_needed(covers, open_hits) > len(left):
            return False
        choices = _narrowest(left, covers, open_hits)
        for ship, board in choices:
            nodes -= 1
            if nodes < 0:
                return True
            taken = reserved(variant, board)
            rest = {
                other: [one for one in boards if not one & taken] for other, boards in left.items() if other != ship
            }
            if all(rest.values()) and fits(rest, open_hits & ~board):
                return True
        return False

    history = read_shots(variant, shots)
    boards = _possible(variant, history)
    return not (all(boards.values()) and fits(boards, history.hits))


def _narrowest(left: dict[str, list[int]], covers: list[tuple[str, int]], open_hits: int) -> list[tuple[str, int]]:
    """Return the fewest choices one of which must be right: all covers of one hit, or all placements of one ship.

    ``covers`` are all placements that cover any open hit.
    """
    ship = min(left, key=lambda name: len(left[name]))
    best = [(ship, board) for board in left[ship]]
    while open_hits:
        hit = open_hits & -open_hits
        open_hits ^= hit
        ways = [cover for cover in covers if cover[1] & hit]
        if len(ways) < len(best):
            best = ways
    return best


def _ships_needed(covers: list[tuple[str, int]], open_hits: int) -> int:
    """Return a lower bound: hits that no placement covers two of, picked greedily, take a ship each."""
    needed = 0
    while open_hits:
        hit = open_hits & -open_hits
        reach = hit
        for _ship, board in covers:
            if board & hit:
                reach |= board
        open_hits &= ~reach
        needed += 1
    return needed
