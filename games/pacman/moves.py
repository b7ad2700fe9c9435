"""How the ghosts move, pixel by pixel, in the maze and in their house: part of the tick kernel, like ``ghost_ai``."""

from __future__ import annotations

from games.pacman.cells import (
    AFTER,
    CHOICES,
    CLYDE,
    DIR,
    DOOR_TILE,
    DOOR_X,
    DOOR_Y,
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
    FRIGHT,
    GHOST,
    GHOST_CELLS,
    HOME,
    HOUSE_Y,
    LEAVING,
    LEFT,
    NEXT,
    PENDING,
    PENDING_DIR,
    PENDING_TILE,
    REVERSE,
    RIGHT,
    ROAMING,
    SEAT_X,
    STATE,
    TILE_CELLS,
    TILE_OF,
    TILE_TABLE,
    UP,
    WIDTH,
    X,
    Y,
)
from games.pacman.ghost_ai import (
    CENTRE_X,
    CENTRE_Y,
    Cells,
    Table,
    choose,
    to_centre,
)

BOB = 4  # pixels a waiting ghost moves up and down from the middle of the house [S]


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
