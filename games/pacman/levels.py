"""What changes from level to level: speeds, fright, Elroy, fruit, clocks and the house.

Sources: the Dossier [D] for times and counts, the remake [S] for speeds; speeds are pixels per 16 ticks, and 5 % of the
arcade's speed is exactly one (docs/pacman.md, sections 2, 3, 4 and 6).  From level 21 on nothing changes any more.
"""

from __future__ import annotations

from typing import NamedTuple

TICKS_PER_SECOND = 60
LAST_LEVEL = 21
"""The last level that differs from the one before."""
FLASH_TICKS = 14
"""Frightened ghosts change colour this often before the fright ends [S]."""
FOR_EVER = -1


class Level(NamedTuple):
    """One level.  Speeds in pixels per 16 ticks, times in ticks."""

    pacman: int
    pacman_fright: int
    ghost: int
    ghost_fright: int
    tunnel: int
    elroy1: int
    elroy2: int
    elroy1_dots: int
    elroy2_dots: int
    """Dots left at which Blinky speeds up."""
    fright: int
    flashes: int
    fruit_points: int
    house_timer: int
    """Ticks without a dot after which the first waiting ghost leaves."""
    pinky_dots: int
    inky_dots: int
    clyde_dots: int
    clock: tuple[int, int, int, int, int, int, int, int]
    """Lengths of scatter 1, chase 1 … scatter 4, chase 4; the last is FOR_EVER."""


FRUITS = ("cherry", "strawberry", "peach", "apple", "grapes", "flagship", "bell", "key")
_FRUIT_POINTS = (100, 300, 500, 700, 1000, 2000, 3000, 5000)

# level: fright seconds, flashes, Elroy 1 dots (Elroy 2 at half of them)
_FRIGHT_AND_ELROY = (
    (6, 5, 20), (5, 5, 30), (4, 5, 40), (3, 5, 40), (2, 5, 40), (5, 5, 50), (2, 5, 50), (2, 5, 50), (1, 3, 60),
    (5, 5, 60), (2, 5, 60), (1, 3, 80), (1, 3, 80), (3, 5, 80), (1, 3, 100), (1, 3, 100), (0, 0, 100), (1, 3, 100),
    (0, 0, 120), (0, 0, 120), (0, 0, 120),
)  # fmt: skip
_FRUIT_OF_LEVEL = (0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7)


def fruit_name(level: int) -> str:
    """Return which fruit is shown on ``level`` (from 1)."""
    return FRUITS[_FRUIT_OF_LEVEL[min(level, len(_FRUIT_OF_LEVEL)) - 1]]


def _speeds(number: int) -> tuple[int, int, int, int, int, int, int]:
    if number == 1:
        return (16, 18, 15, 10, 8, 16, 17)
    if number <= 4:  # noqa: PLR2004 - levels 2 to 4 share a row of the table
        return (18, 19, 17, 11, 9, 18, 19)
    if number <= 20:  # noqa: PLR2004 - levels 5 to 20 share one
        return (20, 20, 19, 12, 10, 20, 21)
    # No energizer frightens from here on; a level that did would use the speeds of level 20.
    return (18, 20, 19, 12, 10, 20, 21)


def _clock(number: int) -> tuple[int, int, int, int, int, int, int, int]:
    second = TICKS_PER_SECOND
    if number == 1:
        return (7 * second, 20 * second, 7 * second, 20 * second, 5 * second, 20 * second, 5 * second, FOR_EVER)
    if number <= 4:  # noqa: PLR2004 - as above
        return (7 * second, 20 * second, 7 * second, 20 * second, 5 * second, 1033 * second, 1, FOR_EVER)
    return (5 * second, 20 * second, 5 * second, 20 * second, 5 * second, 1037 * second, 1, FOR_EVER)


def _level(number: int) -> Level:
    fright, flashes, elroy1 = _FRIGHT_AND_ELROY[number - 1]
    fruit = _FRUIT_OF_LEVEL[min(number, len(_FRUIT_OF_LEVEL)) - 1]
    return Level(
        *_speeds(number),
        elroy1_dots=elroy1,
        elroy2_dots=elroy1 // 2,
        fright=fright * TICKS_PER_SECOND,
        flashes=flashes,
        fruit_points=_FRUIT_POINTS[fruit],
        house_timer=240 if number <= 4 else 180,  # noqa: PLR2004 - as above
        pinky_dots=0,
        inky_dots=30 if number == 1 else 0,
        clyde_dots={1: 60, 2: 50}.get(number, 0),
        clock=_clock(number),
    )


LEVELS = tuple(_level(number) for number in range(1, LAST_LEVEL + 1))


def level(number: int) -> Level:
    """Return the rules of level ``number`` (from 1); after 21 they repeat."""
    return LEVELS[min(number, LAST_LEVEL) - 1]


def flat_levels() -> list[int]:
    """Return all levels as numbers, LEVEL_NUMBERS each, in the order of ``Level``'s fields."""
    return [number for item in LEVELS for number in (*item[:-1], *item.clock)]


LEVEL_NUMBERS = len(flat_levels()) // LAST_LEVEL
