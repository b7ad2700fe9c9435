"""Where the ghosts go: the part of the tick kernel that decides for them, and tells what they have to decide.

Written in the part of Python that numba compiles: flat lists of whole numbers (see ``cells``), no objects.  Everything
follows the Dossier [D]; the speeds of eyes and in the house the remake [S].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from games.pacman import cells as c
from games.pacman.levels import LAST_LEVEL, LEVEL_NUMBERS

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

Cells: TypeAlias = "MutableSequence[int]"
Table: TypeAlias = "Sequence[int]"

CENTRE_X, CENTRE_Y = 3, 4  # a tile's centre pixel inside it [S]
EYES_SPEED, HOUSE_SPEED = 32, 8  # pixels per 16 ticks [S]
SHY = 64  # squared tiles within which Clyde runs to his corner


def level_at(s: Cells) -> int:
    """Return where the rules of the level being played begin in the table."""
    number = s[c.LEVEL]
    number = min(number, LAST_LEVEL)
    return c.LEVELS + (number - 1) * LEVEL_NUMBERS


def elroy(s: Cells, w: Table) -> int:
    """Return 0, or 1 or 2: how far Blinky has sped up."""
    if s[c.ELROY_HELD]:
        return 0
    level = level_at(s)
    left = s[c.DOTS_LEFT]
    if left > w[level + c.L_ELROY1_DOTS]:
        return 0
    return 2 if left <= w[level + c.L_ELROY2_DOTS] else 1


def ghost_speed(s: Cells, w: Table, g: int) -> int:
    """Return the pixels per 16 ticks of ghost ``g`` (0 to 3): eyes, house, tunnel, fright, Elroy, in this order [S]."""
    o = c.GHOST + g * c.GHOST_CELLS
    state = s[o + c.STATE]
    if state in (c.EYES, c.ENTERING):
        return EYES_SPEED
    if state != c.ROAMING:
        return HOUSE_SPEED
    field = c.L_GHOST
    if w[c.TILE_TABLE + s[o + c.TILE_OF] * c.TILE_CELLS + c.SLOW]:
        field = c.L_TUNNEL
    elif s[o + c.FRIGHT]:
        field = c.L_GHOST_FRIGHT
    elif g == c.BLINKY:
        rank = elroy(s, w)
        if rank:
            field = c.L_ELROY1 if rank == 1 else c.L_ELROY2
    return w[level_at(s) + field]


def target(s: Cells, w: Table, g: int) -> tuple[int, int]:
    """Return the tile (column, row; perhaps outside the maze) that a ghost on the hunt steers for [D]."""
    corner_x = w[c.SCATTER + 2 * g]
    corner_y = w[c.SCATTER + 2 * g + 1]
    if s[c.MODE] % 2 == 0 and (g != c.BLINKY or elroy(s, w) == 0):
        return corner_x, corner_y
    at = c.TILE_TABLE + s[c.PAC_TILE] * c.TILE_CELLS
    x = w[at + c.COLUMN]
    y = w[at + c.ROW]
    if g == c.BLINKY:
        return x, y
    if g == c.CLYDE:
        at = c.TILE_TABLE + s[c.GHOST + c.CLYDE * c.GHOST_CELLS + c.TILE_OF] * c.TILE_CELLS
        dx = x - w[at + c.COLUMN]
        dy = y - w[at + c.ROW]
        return (x, y) if dx * dx + dy * dy >= SHY else (corner_x, corner_y)
    return ahead_of_pacman(s, w, g, x, y)


def ahead_of_pacman(s: Cells, w: Table, g: int, x: int, y: int) -> tuple[int, int]:
    """Return Pinky's or Inky's aim when Pac-Man is at (x, y); facing up it slips to the left [D]."""
    ahead = 4 if g == c.PINKY else 2
    facing = s[c.PAC_DIR]
    if facing == c.UP:
        y -= ahead
        if s[c.QUIRKS] & c.OVERFLOW:
            x -= ahead
    elif facing == c.LEFT:
        x -= ahead
    elif facing == c.DOWN:
        y += ahead
    else:
        x += ahead
    if g == c.INKY:
        at = c.TILE_TABLE + s[c.GHOST + c.BLINKY * c.GHOST_CELLS + c.TILE_OF] * c.TILE_CELLS
        x += x - w[at + c.COLUMN]
        y += y - w[at + c.ROW]
    return x, y


def only(mask: int) -> int:
    """Return the direction of a mask with one bit."""
    if mask < 4:  # noqa: PLR2004 - up is 1, left 2, down 4, right 8
        return mask - 1
    return c.DOWN if mask == 4 else c.RIGHT  # noqa: PLR2004


def draw(s: Cells, w: Table, mask: int) -> int:
    """Return a frightened ghost's turn: drawn, and clockwise from there to the first exit in ``mask`` [D]."""
    noise = (5 * s[c.NOISE] + 1) % c.NOISE_SIZE
    s[c.NOISE] = noise
    d = w[c.NOISE_TABLE + noise]
    while not (mask >> d) & 1:
        d = (d + 3) % 4
    return d


def choose(s: Cells, w: Table, g: int, tile: int, heading: int) -> int:
    """Return the exit that ghost ``g`` takes from ``tile`` by the arcade's rules when it arrives with ``heading``."""
    o = c.GHOST + g * c.GHOST_CELLS
    at = c.TILE_TABLE + tile * c.TILE_CELLS
    eyes = s[o + c.STATE] == c.EYES
    frightened = s[o + c.FRIGHT]
    mask = w[at + c.FREE + heading] if eyes or frightened else w[at + c.CHOICES + heading]
    if mask & (mask - 1) == 0:
        return only(mask)
    if eyes:
        x, y = w[c.EYES_COLUMN], w[c.EYES_ROW]
    elif frightened:
        return draw(s, w, mask)
    else:
        x, y = target(s, w, g)
    x -= w[at + c.COLUMN]
    y -= w[at + c.ROW]
    # Squared distances after one step differ by 1 -+ 2x or 1 -+ 2y: the least wins, ties go up, left, down, right.
    best = 1 << 30
    found = c.UP
    if mask & 1:
        best = 2 * y
    if mask & 2 and 2 * x < best:
        best = 2 * x
        found = c.LEFT
    if mask & 4 and -2 * y < best:
        best = -2 * y
        found = c.DOWN
    if mask & 8 and -2 * x < best:
        found = c.RIGHT
    return found


def to_centre(s: Cells, o: int) -> int:
    """Return the pixels from the ghost at ``o`` ahead to its tile's centre; negative when it is past it."""
    d = s[o + c.DIR]
    if d == c.LEFT:
        return s[o + c.X] % 8 - CENTRE_X
    if d == c.RIGHT:
        return CENTRE_X - s[o + c.X] % 8
    if d == c.UP:
        return s[o + c.Y] % 8 - CENTRE_Y
    return CENTRE_Y - s[o + c.Y] % 8


def next_decision(s: Cells, w: Table, g: int) -> tuple[int, int, int]:
    """Return (junction tile, heading there, pixels to its centre) of ghost ``g``'s next choice, or (-1, 0, 0).

    There is none unless it hunts, and none once Pac-Man is caught or the level cleared.
    """
    o = c.GHOST + g * c.GHOST_CELLS
    if s[o + c.STATE] != c.ROAMING or s[o + c.FRIGHT] or s[c.PHASE] > c.FREEZE:
        return -1, 0, 0
    tile = s[o + c.TILE_OF]
    heading = s[o + c.DIR]
    left = to_centre(s, o)
    at = c.TILE_TABLE + tile * c.TILE_CELLS
    mask = w[at + c.CHOICES + heading]
    if s[o + c.REVERSE] and not (left >= 0 and mask & (mask - 1)):
        # It enters the next tile, turns on its first pixel and comes back to this tile.
        way = only(mask) if left >= 0 else heading
        edge = 5 if way in (c.UP, c.RIGHT) else 4  # from a centre to the first pixel of the next tile
        pixels = left + 2 * edge
        heading = way ^ 2
    elif left >= 0:
        pixels = left
    else:
        tile = w[at + c.NEXT + heading]
        pixels = left + 8
    ahead = c.TILE_TABLE + tile * c.TILE_CELLS + c.AHEAD + heading * c.AHEAD_CELLS
    return w[ahead], w[ahead + 1], pixels + w[ahead + 2]


def drop_changed(s: Cells, w: Table, g: int) -> None:
    """Forget ghost ``g``'s submitted exit unless it still is for the junction that comes next."""
    o = c.GHOST + g * c.GHOST_CELLS
    if s[o + c.PENDING] >= 0:
        tile, heading, _ = next_decision(s, w, g)
        if tile != s[o + c.PENDING_TILE] or heading != s[o + c.PENDING_DIR]:
            s[o + c.PENDING] = -1


def signal_reversal(s: Cells, w: Table) -> None:
    """Make every ghost turn back when it next enters a tile; one in the house will leave to the right [D]."""
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        if s[o + c.STATE] != c.EYES:
            s[o + c.REVERSE] = 1
            drop_changed(s, w, g)
