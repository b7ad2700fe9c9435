"""How likely a match is won from a score: computed, not copied.

Both sides are taken to be equal, GAMMONS of all wins to be gammons, and the cube to be a live one (see ``cube``): at
the start of a game nearly every double comes in time, as N. Zadeh took it ("On Doubling in Tournament Backgammon",
1977).  The Crawford game has no cube; after it the side that trails doubles at once, since it has nothing to lose.
"""

from __future__ import annotations

from functools import lru_cache

from ai_functions.policies.backgammon.cube import Stakes, cube_value
from games.backgammon.observation import MIDDLE

GAMMONS = 0.27
"""Part of wins; two equal players with a cube see about as many."""
LIVE = 1.0
"""The cube's efficiency then."""
_EVEN = (0.5, 0.5 * GAMMONS, 0.0, 0.5 * GAMMONS, 0.0)
"""Chances before an opening roll."""


@lru_cache(maxsize=4096)
def match_equity(own: int, other: int, *, crawford: bool, after: bool) -> float:
    """Return how likely the side that needs ``own`` points wins against the one that needs ``other``.

    ``crawford``: the next game is the Crawford game; ``after``: it has been played.
    """
    if own <= 0 or other <= 0:
        return float(own <= 0)
    if own == other == 1:
        return 0.5
    if after:
        return _after_crawford(other) if own == 1 else 1 - _after_crawford(own)
    if crawford or 1 in {own, other}:
        return sum(
            chance * match_equity(own - won, other - given, crawford=False, after=True)
            for chance, won, given in _results()
        )
    return cube_value(_EVEN, Stakes(own, other), 1, MIDDLE, LIVE)


def _results() -> tuple[tuple[float, int, int], ...]:
    single, gammon = 0.5 * (1 - GAMMONS), 0.5 * GAMMONS
    return (single, 1, 0), (gammon, 2, 0), (single, 0, 1), (gammon, 0, 2)


@lru_cache
def _after_crawford(other: int) -> float:
    """Return how likely the side that needs one point wins: the other doubles at once, so that each game counts two."""
    if other <= 0:
        return 0.0
    lost = (1 - GAMMONS) * _after_crawford(other - 2) + GAMMONS * _after_crawford(other - 4)
    return 0.5 + 0.5 * lost
