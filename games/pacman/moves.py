"""How the ghosts move, pixel by pixel, in the maze and in their house: part of the tick kernel, like ``ghost_ai``."""

from __future__ import annotations

from games.pacman import cells as c
from games.pacman.ghost_ai import CENTRE_X, CENTRE_Y, Cells, Table, choose, to_centre

BOB = 4  # pixels a waiting ghost moves up and down from the middle of the house [S]


def plan_from(s: Cells, w: Table, g: int) -> None:
    """Choose both exits that lie ahead of a ghost: of its tile unless it is past the centre, and of the next one."""
    o = c.GHOST + g * c.GHOST_CELLS
    tile = s[o + c.TILE_OF]
    heading = s[o + c.DIR]
    way = heading
    if to_centre(s, o) >= 0:
        way = choose(s, w, g, tile, heading)
    s[o + c.EXIT] = way
    s[o + c.AFTER] = choose(s, w, g, w[c.TILE_TABLE + tile * c.TILE_CELLS + c.NEXT + way], way)


def take_exit(s: Cells, w: Table, g: int) -> None:
    """Turn a ghost that stands on a tile's centre: as submitted if it has a choice here, else by the arcade's rule."""
    o = c.GHOST + g * c.GHOST_CELLS
    way = s[o + c.EXIT]
    heading = s[o + c.DIR]
    tile = s[o + c.TILE_OF]
    at = c.TILE_TABLE + tile * c.TILE_CELLS
    mask = w[at + c.CHOICES + heading]
    s[o + c.DIR] = way
    if mask & (mask - 1) and s[o + c.STATE] == c.ROAMING and not s[o + c.FRIGHT]:
        s[c.EVENTS] |= c.E_EXIT << g
        chosen = s[o + c.PENDING]
        if chosen >= 0 and s[o + c.PENDING_TILE] == tile and s[o + c.PENDING_DIR] == heading:
            s[c.EVENTS] |= c.E_CHOSEN << g
            if chosen != way:
                s[o + c.DIR] = chosen
                s[o + c.AFTER] = choose(s, w, g, w[at + c.NEXT + chosen], chosen)
        s[o + c.PENDING] = -1


def enter_tile(s: Cells, w: Table, g: int, tile: int) -> None:
    """Let a ghost that has just come into ``tile`` look one tile ahead, or turn back if that was signalled [D]."""
    o = c.GHOST + g * c.GHOST_CELLS
    s[o + c.TILE_OF] = tile
    if s[o + c.REVERSE]:
        s[o + c.REVERSE] = 0
        back = s[o + c.DIR] ^ 2
        s[o + c.DIR] = back
        s[o + c.EXIT] = back
        way = back
    else:
        way = s[o + c.AFTER]
        s[o + c.EXIT] = way
    s[o + c.AFTER] = choose(s, w, g, w[c.TILE_TABLE + tile * c.TILE_CELLS + c.NEXT + way], way)


def roam(s: Cells, w: Table, g: int) -> None:
    """Move a ghost in the maze, eyes included, by one pixel."""
    o = c.GHOST + g * c.GHOST_CELLS
    x = s[o + c.X]
    y = s[o + c.Y]
    if x % 8 == CENTRE_X and y % 8 == CENTRE_Y:
        take_exit(s, w, g)
    d = s[o + c.DIR]
    if d == c.LEFT:
        x = x - 1 if x else w[c.WIDTH] * 8 - 1
        s[o + c.X] = x
    elif d == c.RIGHT:
        x = x + 1 if x < w[c.WIDTH] * 8 - 1 else 0
        s[o + c.X] = x
    else:
        y += d - 1
        s[o + c.Y] = y
    tile = (y // 8) * w[c.WIDTH] + x // 8
    if tile != s[o + c.TILE_OF]:
        enter_tile(s, w, g, tile)
    if s[o + c.STATE] == c.EYES and x == w[c.DOOR_X] and y == w[c.DOOR_Y]:
        s[o + c.STATE] = c.ENTERING
        s[o + c.DIR] = c.DOWN


def bob(s: Cells, w: Table, g: int) -> None:
    """Move a waiting ghost up and down by one pixel."""
    o = c.GHOST + g * c.GHOST_CELLS
    away = s[o + c.Y] - w[c.HOUSE_Y]
    if away <= -BOB:
        s[o + c.DIR] = c.DOWN
    elif away >= BOB:
        s[o + c.DIR] = c.UP
    s[o + c.Y] += s[o + c.DIR] - 1


def leave(s: Cells, w: Table, g: int) -> None:
    """Move a ghost by one pixel on its way out: to the middle column, up to the doorstep, then left or right."""
    o = c.GHOST + g * c.GHOST_CELLS
    aside = w[c.DOOR_X] - s[o + c.X]
    if aside:
        s[o + c.DIR] = c.RIGHT if aside > 0 else c.LEFT
        s[o + c.X] += 1 if aside > 0 else -1
        return
    s[o + c.DIR] = c.UP
    s[o + c.Y] -= 1
    if s[o + c.Y] == w[c.DOOR_Y]:
        s[o + c.STATE] = c.ROAMING
        s[o + c.TILE_OF] = w[c.DOOR_TILE]
        s[o + c.DIR] = c.RIGHT if s[o + c.REVERSE] else c.LEFT
        s[o + c.REVERSE] = 0
        s[c.EVENTS] |= c.E_LEFT << g
        plan_from(s, w, g)


def enter(s: Cells, w: Table, g: int) -> None:
    """Move eyes by one pixel from the doorstep to their seat, where the ghost lives again and leaves."""
    o = c.GHOST + g * c.GHOST_CELLS
    if s[o + c.Y] < w[c.HOUSE_Y]:
        s[o + c.DIR] = c.DOWN
        s[o + c.Y] += 1
        return
    aside = w[c.SEAT_X + g] - s[o + c.X]
    if aside:
        s[o + c.DIR] = c.RIGHT if aside > 0 else c.LEFT
        s[o + c.X] += 1 if aside > 0 else -1
        return
    s[c.EVENTS] |= c.E_HOME << g
    start_leaving(s, g)


def start_leaving(s: Cells, g: int) -> None:
    """Let a ghost in the house go; when it is Clyde, Blinky may speed up again after a lost life [D]."""
    s[c.GHOST + g * c.GHOST_CELLS + c.STATE] = c.LEAVING
    if g == c.CLYDE:
        s[c.ELROY_HELD] = 0


def move_ghost(s: Cells, w: Table, g: int) -> None:
    """Move ghost ``g`` by one pixel."""
    state = s[c.GHOST + g * c.GHOST_CELLS + c.STATE]
    if state in (c.ROAMING, c.EYES):
        roam(s, w, g)
    elif state == c.HOME:
        bob(s, w, g)
    elif state == c.LEAVING:
        leave(s, w, g)
    else:
        enter(s, w, g)
