"""Players with habits that nothing was chosen by: how well getting to know players carries over is judged by them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.placements import placement_numbers
from games.battleship.fleet import STANDARD, Placement, random_placement
from training.games.battleship.players.habitual import Habit, Style, always, avoiding, even, mostly, near, only
from training.games.battleship.standard_placements import placement_arrays, symmetric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_AT = placement_arrays()
_HALF = STANDARD.size // 2
_LAST = STANDARD.size - 1


def _quarters() -> NDArray[np.bool_]:
    """Return the placements of one who gives each ship a quarter of the board, and the destroyer the middle."""
    west, east = _AT.right < _HALF, _AT.left >= _HALF
    north, south = _AT.bottom < _HALF, _AT.top >= _HALF
    inside = (_AT.left >= 3) & (_AT.right <= 6) & (_AT.top >= 3) & (_AT.bottom <= 6)  # noqa: PLR2004
    return np.choose(_AT.ship, [north & west, north & east, south & west, south & east, inside])


def _fleet(name: str) -> Placement:
    return random_placement(STANDARD, Random(name))  # noqa: S311 - a game, not a secret


def _turned(fleet: Placement) -> list[Style]:
    """Return the styles of one who lays a fleet in any of the eight ways it may be turned and mirrored."""
    geometry = board_geometry(STANDARD)
    fleets = symmetric(np.array([placement_numbers(fleet)]))
    return [only(Placement(tuple(geometry.placements[number] for number in numbers))) for numbers in fleets]


def _alternating(fleets: Sequence[Placement]) -> list[Style]:
    """Lay the fleet in the half in which the last one was not."""
    left, right = (Style(mostly(half, 0.02)) for half in (_AT.right < _HALF, _AT.left >= _HALF))
    if not fleets:
        return [left, right]
    return [right if (_AT.right < _HALF)[placement_numbers(fleets[-1])].mean() > 0.5 else left]  # noqa: PLR2004


def _elsewhere(fleets: Sequence[Placement]) -> list[Style]:
    """Never lay a ship over water that was used in the last fleet but one."""
    return [avoiding(fleets[-2:-1])]


_INLAND = (_AT.left >= 2) & (_AT.top >= 2) & (_AT.right < _LAST - 1) & (_AT.bottom < _LAST - 1)  # noqa: PLR2004

STRANGERS: dict[str, Habit] = {
    "a quarter for each": always(Style(mostly(_quarters(), 0.03))),
    "lying above, upright below": always(
        Style(mostly(np.where(_AT.upright, _AT.top >= _HALF, _AT.bottom < _HALF), 0.03))
    ),
    "right border": always(Style(mostly(_AT.left >= _LAST - 2, 0.03))),
    "bottom": always(Style(mostly(_AT.top >= _HALF, 0.02))),
    "never the edge": always(
        Style(mostly((_AT.left > 0) & (_AT.top > 0) & (_AT.right < _LAST) & (_AT.bottom < _LAST), 0.02))
    ),
    "carrier at the bottom": always(Style(mostly((_AT.ship > 0) | (_AT.top == _LAST), 0.02))),
    "small ones inland": always(Style(mostly((_AT.ship < 2) | _INLAND, 0.03))),  # noqa: PLR2004
    "apart in the bottom right": always(
        Style(mostly((_AT.left >= 3) & (_AT.top >= 3), 0.03), touching=0.1)  # noqa: PLR2004
    ),
    "huddled on the left": always(Style(mostly(_AT.right < 6, 0.05), touching=4.0)),  # noqa: PLR2004
    "even columns": always(Style(mostly(_AT.upright & (_AT.left % 2 == 0), 0.03))),
    "left or right": always(Style(mostly(_AT.right < _HALF, 0.02)), Style(mostly(_AT.left >= _HALF, 0.02))),
    "all lying or all upright": always(Style(mostly(_AT.upright, 0.02)), Style(mostly(~_AT.upright, 0.02))),
    "one fleet, turned": always(*_turned(_fleet("turned"))),
    "one fleet, a little moved": always(Style(near(_fleet("moved"), 0.003))),
    "the other half each time": _alternating,
    "never where two games ago": _elsewhere,
    "two fleets, edges, or anything": always(
        only(_fleet("first"), 0.15),
        only(_fleet("second"), 0.15),
        Style(mostly(_AT.edge, 0.05), share=0.4),
        Style(even(), share=0.3),
    ),
}
"""By name."""
