"""Where everything of the board stands, in logical units.

A spot is a side and a place as that side counts: ``(True, 6)`` is the person's 6-point, ``(False, 6)`` the opponent's,
25 the bar and 0 the tray of what has been borne off.  The person's home is at the lower right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from games.backgammon.kernel import BAR, CHECKERS, HOME, POINTS

if TYPE_CHECKING:
    from client.ui.canvas import Box, Point

Spot: TypeAlias = tuple[bool, int]

OFF = 0
FRAME: Box = (64.0, 92.0, 696.0, 520.0)
LEFT, TOP, BOTTOM = 78.0, 116.0, 588.0
POINT = 47.0
"""The width of a point."""
BAR_WIDTH = 46.0
CHECKER = 42.0
"""The diameter of a checker."""
HALF = 6 * POINT
BAR_LEFT = LEFT + HALF
RIGHT_LEFT = BAR_LEFT + BAR_WIDTH
RIGHT = RIGHT_LEFT + HALF
TRAY_LEFT, TRAY_WIDTH = RIGHT + 12.0, 46.0
REACH = 200.0
"""The length of a point's triangle."""
PILE = 5
"""Checkers that stand beside each other; more overlap."""
MIDDLE = (TOP + BOTTOM) / 2
SLICE = 11.0
"""The thickness of a checker that lies in the tray."""
TRAY_HEIGHT = SLICE * CHECKERS + 4
DIE = 40.0
COLUMNS = 14
"""Six points, the bar, six points, the tray: what the cursor moves over."""
BAR_COLUMN, TRAY_COLUMN = 6, 13


def column_of(place: int) -> int:
    """Return the column of one of the person's places, from the left."""
    if place == BAR:
        return BAR_COLUMN
    if place == OFF:
        return TRAY_COLUMN
    across = 2 * HOME - place if place <= 2 * HOME else place - 2 * HOME - 1
    return across if across < HOME else across + 1


def place_in(column: int, *, upper: bool) -> int:
    """Return the person's place in a column; ``upper`` tells which half of the board."""
    if column == BAR_COLUMN:
        return BAR
    if column == TRAY_COLUMN:
        return OFF
    across = column if column < BAR_COLUMN else column - 1
    return 2 * HOME + 1 + across if upper else 2 * HOME - across


def is_upper(place: int) -> bool:
    """Return whether one of the person's places lies in the upper half; bar and tray count as lower."""
    return 2 * HOME < place <= POINTS


def column_left(column: int) -> float:
    """Return the left edge of a column."""
    if column == TRAY_COLUMN:
        return TRAY_LEFT
    return LEFT + column * POINT if column <= BAR_COLUMN else RIGHT_LEFT + (column - BAR_COLUMN - 1) * POINT


def place_box(place: int) -> Box:
    """Return the box in which one of the person's places is pointed at."""
    left = column_left(column_of(place))
    if place == BAR:
        return left, MIDDLE, BAR_WIDTH, BOTTOM - MIDDLE
    if place == OFF:
        return left, BOTTOM - TRAY_HEIGHT, TRAY_WIDTH, TRAY_HEIGHT
    high = (BOTTOM - TOP) / 2
    return left, TOP if is_upper(place) else TOP + high, POINT, high


def mark_box(place: int) -> Box:
    """Return the box that is marked where a checker may go: a place without the dice's strip."""
    left, top, width, height = place_box(place)
    if place in {BAR, OFF}:
        return left, top, width, height
    reach = REACH + 10
    return left, top if is_upper(place) else BOTTOM - reach, width, reach


def place_at(x: float, y: float) -> int | None:
    """Return the person's place under a point of the screen."""
    for place in range(BAR + 1):
        left, top, width, height = place_box(place)
        if left <= x < left + width and top <= y < top + height:
            return place
    return None


def centre(spot: Spot, index: int, count: int) -> Point:
    """Return the middle of checker ``index`` (0 at the edge) of ``count`` on a spot."""
    mine, place = spot
    if place == OFF:
        along = (index + 0.5) * SLICE + 2
        return TRAY_LEFT + TRAY_WIDTH / 2, BOTTOM - along if mine else TOP + along
    if place == BAR:
        along = 34 + index * min(CHECKER, 150 / max(1, count - 1))
        return BAR_LEFT + BAR_WIDTH / 2, MIDDLE + along if mine else MIDDLE - along
    own = place if mine else BAR - place
    pitch = CHECKER if count <= PILE else CHECKER * (PILE - 1) / (count - 1)
    along = CHECKER / 2 + index * pitch
    x = column_left(column_of(own)) + POINT / 2
    return x, TOP + along if is_upper(own) else BOTTOM - along


def dice_middle(*, mine: bool) -> Point:
    """Return where a side's dice lie: the person's on the right, the opponent's on the left."""
    return (RIGHT_LEFT if mine else LEFT) + HALF / 2, MIDDLE


def cube_middle(owner: bool | None) -> Point:  # noqa: FBT001 - a side, or nobody
    """Return where the cube lies: between the trays, near its owner's."""
    shift = {None: 0.0, True: 38.0, False: -38.0}[owner]
    return TRAY_LEFT + TRAY_WIDTH / 2, MIDDLE + shift
