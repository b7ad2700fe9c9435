"""Where the ghosts go: the part of the tick kernel that decides for them, and tells what they have to decide.

Written in the part of Python that numba compiles: flat lists of whole numbers (see ``cells``), no objects.  Everything
follows the Dossier [D]; the speeds of eyes and in the house the remake [S].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from games.pacman.cells import (
    AHEAD,
    AHEAD_CELLS,
    BLINKY,
    CHOICES,
    CLYDE,
    COLUMN,
    DIR,
    DOTS_LEFT,
    DOWN,
    ELROY_HELD,
    ENTERING,
    EYES,
    EYES_COLUMN,
    EYES_ROW,
    FREE,
    FREEZE,
    FRIGHT,
    GHOST,
    GHOST_CELLS,
    INKY,
    L_ELROY1,
    L_ELROY1_DOTS,
    L_ELROY2,
    L_ELROY2_DOTS,
    L_GHOST,
    L_GHOST_FRIGHT,
    L_TUNNEL,
    LEFT,
    LEVEL,
    LEVELS,
    MODE,
    NEXT,
    NOISE,
    NOISE_SIZE,
    NOISE_TABLE,
    OVERFLOW,
    PAC_DIR,
    PAC_TILE,
    PENDING,
    PENDING_DIR,
    PENDING_TILE,
    PHASE,
    PINKY,
    QUIRKS,
    REVERSE,
    RIGHT,
    ROAMING,
    ROW,
    SCATTER,
    SLOW,
    STATE,
    TILE_CELLS,
    TILE_OF,
    TILE_TABLE,
    UP,
    X,
    Y,
)
from games.pacman.levels import (
    LAST_LEVEL,
    LEVEL_NUMBERS,
)

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

Cells: TypeAlias = "MutableSequence[int]"
Table: TypeAlias = "Sequence[int]"

CENTRE_X, CENTRE_Y = 3, 4  # a tile's centre pixel inside it [S]
EYES_SPEED, HOUSE_SPEED = 32, 8  # pixels per 16 ticks [S]
SHY = 64  # squared tiles within which Clyde runs to his corner


def level_at(s: Cells) -> int:
    """Return where the rules of the level being played begin in the table."""
    number = s[LEVEL]
    number = min(number, LAST_LEVEL)
    return LEVELS + (number - 1) * LEVEL_NUMBERS


def elroy(s: Cells, w: Table) -> int:
    """Return 0, or 1 or 2: how far Blinky has sped up."""
    if s[ELROY_HELD]:
        return 0
    level = level_at(s)
    left = s[DOTS_LEFT]
    if left > w[level + L_ELROY1_DOTS]:
        return 0
    return 2 if left <= w[level + L_ELROY2_DOTS] else 1


def ghost_speed(s: Cells, w: Table, g: int) -> int:
    """Return the pixels per 16 ticks of ghost ``g`` (0 to 3): eyes, house, tunnel, fright, Elroy, in this order [S]."""
    o = GHOST + g * GHOST_CELLS
    state = s[o + STATE]
    if state in (EYES, ENTERING):
        return EYES_SPEED
    if state != ROAMING:
        return HOUSE_SPEED
    field = L_GHOST
    if w[TILE_TABLE + s[o + TILE_OF] * TILE_CELLS + SLOW]:
        field = L_TUNNEL
    elif s[o + FRIGHT]:
        field = L_GHOST_FRIGHT
    elif g == BLINKY:
        rank = elroy(s, w)
        if rank:
            field = L_ELROY1 if rank == 1 else L_ELROY2
    return w[level_at(s) + field]


def target(s: Cells, w: Table, g: int) -> tuple[int, int]:
    """Return the tile (column, row; perhaps outside the maze) that a ghost on the hunt steers for [D]."""
    corner_x = w[SCATTER + 2 * g]
    corner_y = w[SCATTER + 2 * g + 1]
    if s[MODE] % 2 == 0 and (g != BLINKY or elroy(s, w) == 0):
        return corner_x, corner_y
    at = TILE_TABLE + s[PAC_TILE] * TILE_CELLS
    x = w[at + COLUMN]
    y = w[at + ROW]
    if g == BLINKY:
        return x, y
    if g == CLYDE:
        at = TILE_TABLE + s[GHOST + CLYDE * GHOST_CELLS + TILE_OF] * TILE_CELLS
        dx = x - w[at + COLUMN]
        dy = y - w[at + ROW]
        return (x, y) if dx * dx + dy * dy >= SHY else (corner_x, corner_y)
    return ahead_of_pacman(s, w, g, x, y)


def ahead_of_pacman(s: Cells, w: Table, g: int, x: int, y: int) -> tuple[int, int]:
    """Return Pinky's or Inky's aim when Pac-Man is at (x, y); facing up it slips to the left [D]."""
    ahead = 4 if g == PINKY else 2
    facing = s[PAC_DIR]
    if facing == UP:
        y -= ahead
        if s[QUIRKS] & OVERFLOW:
            x -= ahead
    elif facing == LEFT:
        x -= ahead
    elif facing == DOWN:
        y += ahead
    else:
        x += ahead
    if g == INKY:
        at = TILE_TABLE + s[GHOST + BLINKY * GHOST_CELLS + TILE_OF] * TILE_CELLS
        x += x - w[at + COLUMN]
        y += y - w[at + ROW]
    return x, y


def only(mask: int) -> int:
    """Return the direction of a mask with one bit."""
    if mask < 4:  # noqa: PLR2004 - up is 1, left 2, down 4, right 8
        return mask - 1
    return DOWN if mask == 4 else RIGHT  # noqa: PLR2004


def draw(s: Cells, w: Table, mask: int) -> int:
    """Return a frightened ghost's turn: drawn, and clockwise from there to the first exit in ``mask`` [D]."""
    noise = (5 * s[NOISE] + 1) % NOISE_SIZE
    s[NOISE] = noise
    d = w[NOISE_TABLE + noise]
    while not (mask >> d) & 1:
        d = (d + 3) % 4
    return d


def choose(s: Cells, w: Table, g: int, tile: int, heading: int) -> int:
    """Return the exit that ghost ``g`` takes from ``tile`` by the arcade's rules when it arrives with ``heading``."""
    o = GHOST + g * GHOST_CELLS
    at = TILE_TABLE + tile * TILE_CELLS
    eyes = s[o + STATE] == EYES
    frightened = s[o + FRIGHT]
    mask = w[at + FREE + heading] if eyes or frightened else w[at + CHOICES + heading]
    if mask & (mask - 1) == 0:
        return only(mask)
    if eyes:
        x, y = w[EYES_COLUMN], w[EYES_ROW]
    elif frightened:
        return draw(s, w, mask)
    else:
        x, y = target(s, w, g)
    x -= w[at + COLUMN]
    y -= w[at + ROW]
    # Squared distances after one step differ by 1 -+ 2x or 1 -+ 2y: the least wins, ties go up, left, down, right.
    best = 1 << 30
    found = UP
    if mask & 1:
        best = 2 * y
    if mask & 2 and 2 * x < best:
        best = 2 * x
        found = LEFT
    if mask & 4 and -2 * y < best:
        best = -2 * y
        found = DOWN
    if mask & 8 and -2 * x < best:
        found = RIGHT
    return found


def to_centre(s: Cells, o: int) -> int:
    """Return the pixels from the ghost at ``o`` ahead to its tile's centre; negative when it is past it."""
    d = s[o + DIR]
    if d == LEFT:
        return s[o + X] % 8 - CENTRE_X
    if d == RIGHT:
        return CENTRE_X - s[o + X] % 8
    if d == UP:
        return s[o + Y] % 8 - CENTRE_Y
    return CENTRE_Y - s[o + Y] % 8


def next_decision(s: Cells, w: Table, g: int) -> tuple[int, int, int]:
    """Return (junction tile, heading there, pixels to its centre) of ghost ``g``'s next choice, or (-1, 0, 0).

    There is none unless it hunts, and none once Pac-Man is caught or the level cleared.
    """
    o = GHOST + g * GHOST_CELLS
    if s[o + STATE] != ROAMING or s[o + FRIGHT] or s[PHASE] > FREEZE:
        return -1, 0, 0
    tile = s[o + TILE_OF]
    heading = s[o + DIR]
    left = to_centre(s, o)
    at = TILE_TABLE + tile * TILE_CELLS
    mask = w[at + CHOICES + heading]
    if s[o + REVERSE] and not (left >= 0 and mask & (mask - 1)):
        # It enters the next tile, turns on its first pixel and comes back to this tile.
        way = only(mask) if left >= 0 else heading
        edge = 5 if way in (UP, RIGHT) else 4  # from a centre to the first pixel of the next tile
        pixels = left + 2 * edge
        heading = way ^ 2
    elif left >= 0:
        pixels = left
    else:
        tile = w[at + NEXT + heading]
        pixels = left + 8
    ahead = TILE_TABLE + tile * TILE_CELLS + AHEAD + heading * AHEAD_CELLS
    return w[ahead], w[ahead + 1], pixels + w[ahead + 2]


def drop_changed(s: Cells, w: Table, g: int) -> None:
    """Forget ghost ``g``'s submitted exit unless it still is for the junction that comes next."""
    o = GHOST + g * GHOST_CELLS
    if s[o + PENDING] >= 0:
        tile, heading, _ = next_decision(s, w, g)
        if tile != s[o + PENDING_TILE] or heading != s[o + PENDING_DIR]:
            s[o + PENDING] = -1


def signal_reversal(s: Cells, w: Table) -> None:
    """Make every ghost turn back when it next enters a tile; one in the house will leave to the right [D]."""
    for g in range(4):
        o = GHOST + g * GHOST_CELLS
        if s[o + STATE] != EYES:
            s[o + REVERSE] = 1
            drop_changed(s, w, g)
