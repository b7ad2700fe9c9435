"""What shots and their answers say of each cell: the one reading of them that rules, policies and training share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from games.battleship.notation import HIT, MISS, SUNK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.battleship.fleet import Variant
    from games.battleship.notation import Report


class Sinking(NamedTuple):
    """How a ship sank, as bitboards."""

    last: int
    """The shot that sank it."""
    before: int
    """All hits before that, of any ship, that sank nothing."""


@dataclass(frozen=True, slots=True)
class ShotHistory:
    """Shots at one fleet, as bitboards (``Variant.bit``)."""

    tried: int
    """All shots, those too that were called and not yet answered."""
    misses: int
    hits: int
    """Those that sank nothing."""
    sinking: int
    """Those that sank a ship."""
    sunk: Mapping[str, Sinking]
    """The ships sunk, in the order in which they sank."""


def read_shots(variant: Variant, shots: Sequence[Report]) -> ShotHistory:
    """Return what ``shots``, oldest first, say of each cell."""
    board = {MISS: 0, HIT: 0, SUNK: 0}
    tried = 0
    sunk: dict[str, Sinking] = {}
    for report in shots:
        bit = variant.bit(report.cell)
        tried |= bit
        if report.result == SUNK:
            sunk[str(report.ship)] = Sinking(bit, board[HIT])
        if report.result in board:
            board[report.result] |= bit
    return ShotHistory(tried, board[MISS], board[HIT], board[SUNK], sunk)
