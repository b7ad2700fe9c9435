"""Pac-Man's part of the tick kernel: how he moves, what he eats, and what it does to the clocks and the house."""

from __future__ import annotations

from games.pacman import cells as c
from games.pacman.ghost_ai import CENTRE_X, CENTRE_Y, Cells, Table, drop_changed, level_at, signal_reversal
from games.pacman.moves import start_leaving

CLEARED_TICKS = 240  # [F]
FRUIT_TICKS = 570  # between the remakes' 9 s and 10 s
FRUIT_AT_1, FRUIT_AT_2 = 70, 170  # dots eaten [D]
DOT_PAUSE, ENERGIZER_PAUSE = 1, 3  # ticks that Pac-Man stands [D]
DOT_POINTS, ENERGIZER_POINTS = 10, 50
GLOBAL_PINKY, GLOBAL_INKY, GLOBAL_CLYDE = 7, 17, 32  # dots of the global counter [D]
LAST_MODE = 7


def release(s: Cells, w: Table) -> None:
    """Let the first waiting ghost leave if its counter or the timer says so [D]."""
    s[c.DOT_TIMER] += 1
    for g in range(c.PINKY, c.CLYDE + 1):
        o = c.GHOST + g * c.GHOST_CELLS
        if s[o + c.STATE] == c.HOME:
            level = level_at(s)
            if s[c.DOT_TIMER] >= w[level + c.L_TIMER]:
                s[c.DOT_TIMER] = 0
                start_leaving(s, g)
            elif s[c.GLOBAL_ON] == 0 and s[o + c.DOTS] >= w[level + c.L_DOTS + g - c.PINKY]:
                start_leaving(s, g)
            return


def count_dot(s: Cells) -> None:
    """Count an eaten dot for the house: globally after a lost life, else for the first waiting ghost [D]."""
    s[c.DOT_TIMER] = 0
    if s[c.GLOBAL_ON]:
        s[c.GLOBAL_DOTS] += 1
        count = s[c.GLOBAL_DOTS]
        if count == GLOBAL_PINKY and s[c.GHOST + c.PINKY * c.GHOST_CELLS + c.STATE] == c.HOME:
            start_leaving(s, c.PINKY)
        elif count == GLOBAL_INKY and s[c.GHOST + c.INKY * c.GHOST_CELLS + c.STATE] == c.HOME:
            start_leaving(s, c.INKY)
        elif count == GLOBAL_CLYDE and s[c.GHOST + c.CLYDE * c.GHOST_CELLS + c.STATE] == c.HOME:
            s[c.GLOBAL_ON] = 0
            s[c.GLOBAL_DOTS] = 0
        return
    for g in range(c.PINKY, c.CLYDE + 1):
        o = c.GHOST + g * c.GHOST_CELLS
        if s[o + c.STATE] == c.HOME:
            s[o + c.DOTS] += 1
            return


def run_clocks(s: Cells, w: Table) -> None:
    """Advance scatter and chase, fruit and fright.  The mode's clock stands while any fright is left [D]."""
    if s[c.FRIGHT_LEFT] == 0:
        if s[c.MODE_LEFT] == 0:
            s[c.MODE] += 1
            s[c.MODE_LEFT] = w[level_at(s) + c.L_CLOCK + s[c.MODE]]
            s[c.EVENTS] |= c.E_MODE | c.E_REVERSAL
            signal_reversal(s, w)
        if s[c.MODE] < LAST_MODE:
            s[c.MODE_LEFT] -= 1
    if s[c.FRUIT_LEFT] > 0:
        s[c.FRUIT_LEFT] -= 1
        if s[c.FRUIT_LEFT] == 0:
            s[c.EVENTS] |= c.E_FRUIT_GONE
    if s[c.FRIGHT_LEFT] > 0:
        s[c.FRIGHT_LEFT] -= 1
        if s[c.FRIGHT_LEFT] == 0:
            s[c.EVENTS] |= c.E_FRIGHT_ENDED
            for g in range(4):
                s[c.GHOST + g * c.GHOST_CELLS + c.FRIGHT] = 0


def begin_fright(s: Cells, w: Table) -> None:
    """Reverse the ghosts and, on levels with fright, make them edible; eyes do not care."""
    time = w[level_at(s) + c.L_FRIGHT]
    s[c.CHAIN] = 0
    if time:
        s[c.FRIGHT_LEFT] = time
        for g in range(4):
            o = c.GHOST + g * c.GHOST_CELLS
            if s[o + c.STATE] not in (c.EYES, c.ENTERING):
                s[o + c.FRIGHT] = 1
    s[c.EVENTS] |= c.E_REVERSAL
    signal_reversal(s, w)
    for g in range(4):
        drop_changed(s, w, g)


def add_points(s: Cells, points: int) -> None:
    """Add to the score; the extra life comes once."""
    s[c.SCORE] += points
    if s[c.EXTRA_LIFE] and s[c.SCORE] >= s[c.EXTRA_LIFE]:
        s[c.EXTRA_LIFE] = 0
        s[c.LIVES] += 1
        s[c.EVENTS] |= c.E_EXTRA_LIFE


def eat(s: Cells, w: Table, tile: int) -> None:
    """Eat what lies on ``tile``, which Pac-Man's centre has just entered."""
    if tile == w[c.FRUIT_TILE] and s[c.FRUIT_LEFT] > 0:
        s[c.FRUIT_LEFT] = 0
        s[c.EVENTS] |= c.E_FRUIT_EATEN
        add_points(s, w[level_at(s) + c.L_FRUIT])
    at = c.TILE_TABLE + tile * c.TILE_CELLS
    dot = w[at + c.DOT]
    if dot < 0:
        return
    word = c.DOT_CELLS + dot // c.DOT_BITS
    bit = 1 << (dot % c.DOT_BITS)
    if s[word] & bit == 0:
        return
    s[word] ^= bit
    s[c.DOTS_LEFT] -= 1
    count_dot(s)
    if w[at + c.ENERGIZER]:
        s[c.EVENTS] |= c.E_ENERGIZER
        s[c.PAC_PAUSE] = ENERGIZER_PAUSE
        add_points(s, ENERGIZER_POINTS)
        begin_fright(s, w)
    else:
        s[c.EVENTS] |= c.E_DOT
        s[c.PAC_PAUSE] = DOT_PAUSE
        add_points(s, DOT_POINTS)
    eaten = w[c.DOT_COUNT] - s[c.DOTS_LEFT]
    if eaten in (FRUIT_AT_1, FRUIT_AT_2):
        s[c.FRUIT_LEFT] = FRUIT_TICKS
        s[c.EVENTS] |= c.E_FRUIT_SHOWN
    if s[c.DOTS_LEFT] == 0:
        s[c.PHASE] = c.CLEARED
        s[c.PHASE_LEFT] = CLEARED_TICKS
        s[c.EVENTS] |= c.E_CLEARED


def move_pacman(s: Cells, w: Table) -> bool:
    """Move Pac-Man by one pixel, two when he cuts a corner; return whether he entered another tile.

    He may turn anywhere in the tile of the turn, which with its centre at (3, 4) is the arcade's window of 3 or 4
    pixels before and after, and drifts to the new corridor's middle while he goes on [D].
    """
    x = s[c.PAC_X]
    y = s[c.PAC_Y]
    d = s[c.PAC_DIR]
    at = c.TILE_TABLE + s[c.PAC_TILE] * c.TILE_CELLS
    want = s[c.PAC_WANT]
    if want != d and ((want ^ d) == 2 or (w[at + c.OPEN] >> want) & 1):  # noqa: PLR2004 - turning back
        d = want
        s[c.PAC_DIR] = d
    inside_x = x % 8
    inside_y = y % 8
    if d in (c.LEFT, c.RIGHT):
        if w[at + c.NEXT + d] < 0 and inside_x == CENTRE_X:
            s[c.PAC_MOVED] = 0
            return False
        x += d - 2
        if inside_y != CENTRE_Y:
            y += 1 if inside_y < CENTRE_Y else -1
    else:
        if w[at + c.NEXT + d] < 0 and inside_y == CENTRE_Y:
            s[c.PAC_MOVED] = 0
            return False
        y += d - 1
        if inside_x != CENTRE_X:
            x += 1 if inside_x < CENTRE_X else -1
    edge = w[c.WIDTH] * 8
    if x < 0:
        x = edge - 1
    elif x == edge:
        x = 0
    s[c.PAC_X] = x
    s[c.PAC_Y] = y
    s[c.PAC_MOVED] = 1
    tile = (y // 8) * w[c.WIDTH] + x // 8
    if tile == s[c.PAC_TILE]:
        return False
    s[c.PAC_TILE] = tile
    s[c.ASK] |= c.ASK_PACMAN
    return True
