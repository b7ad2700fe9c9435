"""The ghosts' part of the tick kernel: where they turn, how fast they are, how they move.

Written in the part of Python that numba compiles: flat lists of whole numbers (see ``cells``), no objects.  Everything
a ghost decides follows the Dossier [D]; the numbers of the house follow the remake [S].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from games.pacman.cells import (
    AFTER,
    AHEAD,
    AHEAD_CELLS,
    BLINKY,
    CHOICES,
    CLYDE,
    COLUMN,
    DIR,
    DOOR_TILE,
    DOOR_X,
    DOOR_Y,
    DOTS_LEFT,
    DOWN,
    E_CHOSEN,
    E_EXIT,
    E_HOME,
    E_LEFT,
    ELROY_HELD,
    ENTERING,
    EVENTS,
    EXIT,
    EYES,
    EYES_COLUMN,
    EYES_ROW,
    FREE,
    FREEZE,
    FRIGHT,
    GHOST,
    GHOST_CELLS,
    HOME,
    HOUSE_Y,
    INKY,
    L_ELROY1,
    L_ELROY1_DOTS,
    L_ELROY2,
    L_ELROY2_DOTS,
    L_GHOST,
    L_GHOST_FRIGHT,
    L_TUNNEL,
    LEAVING,
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
    SEAT_X,
    SLOW,
    STATE,
    TILE_CELLS,
    TILE_OF,
    TILE_TABLE,
    UP,
    WIDTH,
    X,
    Y,
)
from games.pacman.levels import LAST_LEVEL, LEVEL_NUMBERS

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

Cells: TypeAlias = "MutableSequence[int]"
Table: TypeAlias = "Sequence[int]"

CENTRE_X, CENTRE_Y = 3, 4  # a tile's centre pixel inside it [S]
EYES_SPEED, HOUSE_SPEED = 32, 8  # pixels per 16 ticks [S]
BOB = 4  # pixels a waiting ghost moves up and down from the middle of the house [S]
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


def plan_from(s: Cells, w: Table, g: int) -> None:
    """Choose both exits that lie ahead of a ghost: of its tile unless it is past the centre, and of the next one."""
    o = GHOST + g * GHOST_CELLS
    tile = s[o + TILE_OF]
    heading = s[o + DIR]
    way = heading
    if to_centre(s, o) >= 0:
        way = choose(s, w, g, tile, heading)
    s[o + EXIT] = way
    s[o + AFTER] = choose(s, w, g, w[TILE_TABLE + tile * TILE_CELLS + NEXT + way], way)


def take_exit(s: Cells, w: Table, g: int) -> None:
    """Turn a ghost that stands on a tile's centre: as submitted if it has a choice here, else by the arcade's rule."""
    o = GHOST + g * GHOST_CELLS
    way = s[o + EXIT]
    heading = s[o + DIR]
    tile = s[o + TILE_OF]
    at = TILE_TABLE + tile * TILE_CELLS
    mask = w[at + CHOICES + heading]
    s[o + DIR] = way
    if mask & (mask - 1) and s[o + STATE] == ROAMING and not s[o + FRIGHT]:
        s[EVENTS] |= E_EXIT << g
        chosen = s[o + PENDING]
        if chosen >= 0 and s[o + PENDING_TILE] == tile and s[o + PENDING_DIR] == heading:
            s[EVENTS] |= E_CHOSEN << g
            if chosen != way:
                s[o + DIR] = chosen
                s[o + AFTER] = choose(s, w, g, w[at + NEXT + chosen], chosen)
        s[o + PENDING] = -1


def enter_tile(s: Cells, w: Table, g: int, tile: int) -> None:
    """Let a ghost that has just come into ``tile`` look one tile ahead, or turn back if that was signalled [D]."""
    o = GHOST + g * GHOST_CELLS
    s[o + TILE_OF] = tile
    if s[o + REVERSE]:
        s[o + REVERSE] = 0
        back = s[o + DIR] ^ 2
        s[o + DIR] = back
        s[o + EXIT] = back
        way = back
    else:
        way = s[o + AFTER]
        s[o + EXIT] = way
    s[o + AFTER] = choose(s, w, g, w[TILE_TABLE + tile * TILE_CELLS + NEXT + way], way)


def roam(s: Cells, w: Table, g: int) -> None:
    """Move a ghost in the maze, eyes included, by one pixel."""
    o = GHOST + g * GHOST_CELLS
    x = s[o + X]
    y = s[o + Y]
    if x % 8 == CENTRE_X and y % 8 == CENTRE_Y:
        take_exit(s, w, g)
    d = s[o + DIR]
    if d == LEFT:
        x = x - 1 if x else w[WIDTH] * 8 - 1
        s[o + X] = x
    elif d == RIGHT:
        x = x + 1 if x < w[WIDTH] * 8 - 1 else 0
        s[o + X] = x
    else:
        y += d - 1
        s[o + Y] = y
    tile = (y // 8) * w[WIDTH] + x // 8
    if tile != s[o + TILE_OF]:
        enter_tile(s, w, g, tile)
    if s[o + STATE] == EYES and x == w[DOOR_X] and y == w[DOOR_Y]:
        s[o + STATE] = ENTERING
        s[o + DIR] = DOWN


def bob(s: Cells, w: Table, g: int) -> None:
    """Move a waiting ghost up and down by one pixel."""
    o = GHOST + g * GHOST_CELLS
    away = s[o + Y] - w[HOUSE_Y]
    if away <= -BOB:
        s[o + DIR] = DOWN
    elif away >= BOB:
        s[o + DIR] = UP
    s[o + Y] += s[o + DIR] - 1


def leave(s: Cells, w: Table, g: int) -> None:
    """Move a ghost by one pixel on its way out: to the middle column, up to the doorstep, then left or right."""
    o = GHOST + g * GHOST_CELLS
    aside = w[DOOR_X] - s[o + X]
    if aside:
        s[o + DIR] = RIGHT if aside > 0 else LEFT
        s[o + X] += 1 if aside > 0 else -1
        return
    s[o + DIR] = UP
    s[o + Y] -= 1
    if s[o + Y] == w[DOOR_Y]:
        s[o + STATE] = ROAMING
        s[o + TILE_OF] = w[DOOR_TILE]
        s[o + DIR] = RIGHT if s[o + REVERSE] else LEFT
        s[o + REVERSE] = 0
        s[EVENTS] |= E_LEFT << g
        plan_from(s, w, g)


def enter(s: Cells, w: Table, g: int) -> None:
    """Move eyes by one pixel from the doorstep to their seat, where the ghost lives again and leaves."""
    o = GHOST + g * GHOST_CELLS
    if s[o + Y] < w[HOUSE_Y]:
        s[o + DIR] = DOWN
        s[o + Y] += 1
        return
    aside = w[SEAT_X + g] - s[o + X]
    if aside:
        s[o + DIR] = RIGHT if aside > 0 else LEFT
        s[o + X] += 1 if aside > 0 else -1
        return
    s[EVENTS] |= E_HOME << g
    start_leaving(s, g)


def start_leaving(s: Cells, g: int) -> None:
    """Let a ghost in the house go; when it is Clyde, Blinky may speed up again after a lost life [D]."""
    s[GHOST + g * GHOST_CELLS + STATE] = LEAVING
    if g == CLYDE:
        s[ELROY_HELD] = 0


def move_ghost(s: Cells, w: Table, g: int) -> None:
    """Move ghost ``g`` by one pixel."""
    state = s[GHOST + g * GHOST_CELLS + STATE]
    if state in (ROAMING, EYES):
        roam(s, w, g)
    elif state == HOME:
        bob(s, w, g)
    elif state == LEAVING:
        leave(s, w, g)
    else:
        enter(s, w, g)
