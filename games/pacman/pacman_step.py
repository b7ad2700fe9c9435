"""Pac-Man's part of the tick kernel: how he moves, what he eats, and what it does to the clocks and the house."""

from __future__ import annotations

from games.pacman.cells import (
    ASK,
    ASK_PACMAN,
    CHAIN,
    CLEARED,
    CLYDE,
    DOT,
    DOT_BITS,
    DOT_CELLS,
    DOT_COUNT,
    DOT_TIMER,
    DOTS,
    DOTS_LEFT,
    E_CLEARED,
    E_DOT,
    E_ENERGIZER,
    E_EXTRA_LIFE,
    E_FRIGHT_ENDED,
    E_FRUIT_EATEN,
    E_FRUIT_GONE,
    E_FRUIT_SHOWN,
    E_MODE,
    E_REVERSAL,
    ENERGIZER,
    ENTERING,
    EVENTS,
    EXTRA_LIFE,
    EYES,
    FRIGHT,
    FRIGHT_LEFT,
    FRUIT_LEFT,
    FRUIT_TILE,
    GHOST,
    GHOST_CELLS,
    GLOBAL_DOTS,
    GLOBAL_ON,
    HOME,
    INKY,
    L_CLOCK,
    L_DOTS,
    L_FRIGHT,
    L_FRUIT,
    L_TIMER,
    LEFT,
    LIVES,
    MODE,
    MODE_LEFT,
    NEXT,
    OPEN,
    PAC_DIR,
    PAC_MOVED,
    PAC_PAUSE,
    PAC_TILE,
    PAC_WANT,
    PAC_X,
    PAC_Y,
    PHASE,
    PHASE_LEFT,
    PINKY,
    RIGHT,
    SCORE,
    STATE,
    TILE_CELLS,
    TILE_TABLE,
    WIDTH,
)
from games.pacman.ghost_ai import (
    CENTRE_X,
    CENTRE_Y,
    Cells,
    Table,
    drop_changed,
    level_at,
    signal_reversal,
)
from games.pacman.moves import (
    start_leaving,
)

CLEARED_TICKS = 240  # [F]
FRUIT_TICKS = 570  # between the remakes' 9 s and 10 s
FRUIT_AT_1, FRUIT_AT_2 = 70, 170  # dots eaten [D]
DOT_PAUSE, ENERGIZER_PAUSE = 1, 3  # ticks that Pac-Man stands [D]
DOT_POINTS, ENERGIZER_POINTS = 10, 50
GLOBAL_PINKY, GLOBAL_INKY, GLOBAL_CLYDE = 7, 17, 32  # dots of the global counter [D]
LAST_MODE = 7


def release(s: Cells, w: Table) -> None:
    """Let the first waiting ghost leave if its counter or the timer says so [D]."""
    s[DOT_TIMER] += 1
    for g in range(PINKY, CLYDE + 1):
        o = GHOST + g * GHOST_CELLS
        if s[o + STATE] == HOME:
            level = level_at(s)
            if s[DOT_TIMER] >= w[level + L_TIMER]:
                s[DOT_TIMER] = 0
                start_leaving(s, g)
            elif s[GLOBAL_ON] == 0 and s[o + DOTS] >= w[level + L_DOTS + g - PINKY]:
                start_leaving(s, g)
            return


def count_dot(s: Cells) -> None:
    """Count an eaten dot for the house: globally after a lost life, else for the first waiting ghost [D]."""
    s[DOT_TIMER] = 0
    if s[GLOBAL_ON]:
        s[GLOBAL_DOTS] += 1
        count = s[GLOBAL_DOTS]
        if count == GLOBAL_PINKY and s[GHOST + PINKY * GHOST_CELLS + STATE] == HOME:
            start_leaving(s, PINKY)
        elif count == GLOBAL_INKY and s[GHOST + INKY * GHOST_CELLS + STATE] == HOME:
            start_leaving(s, INKY)
        elif count == GLOBAL_CLYDE and s[GHOST + CLYDE * GHOST_CELLS + STATE] == HOME:
            s[GLOBAL_ON] = 0
            s[GLOBAL_DOTS] = 0
        return
    for g in range(PINKY, CLYDE + 1):
        o = GHOST + g * GHOST_CELLS
        if s[o + STATE] == HOME:
            s[o + DOTS] += 1
            return


def run_clocks(s: Cells, w: Table) -> None:
    """Advance scatter and chase, fruit and fright.  The mode's clock stands while any fright is left [D]."""
    if s[FRIGHT_LEFT] == 0:
        if s[MODE_LEFT] == 0:
            s[MODE] += 1
            s[MODE_LEFT] = w[level_at(s) + L_CLOCK + s[MODE]]
            s[EVENTS] |= E_MODE | E_REVERSAL
            signal_reversal(s, w)
        if s[MODE] < LAST_MODE:
            s[MODE_LEFT] -= 1
    if s[FRUIT_LEFT] > 0:
        s[FRUIT_LEFT] -= 1
        if s[FRUIT_LEFT] == 0:
            s[EVENTS] |= E_FRUIT_GONE
    if s[FRIGHT_LEFT] > 0:
        s[FRIGHT_LEFT] -= 1
        if s[FRIGHT_LEFT] == 0:
            s[EVENTS] |= E_FRIGHT_ENDED
            for g in range(4):
                s[GHOST + g * GHOST_CELLS + FRIGHT] = 0


def begin_fright(s: Cells, w: Table) -> None:
    """Reverse the ghosts and, on levels with fright, make them edible; eyes do not care."""
    time = w[level_at(s) + L_FRIGHT]
    s[CHAIN] = 0
    if time:
        s[FRIGHT_LEFT] = time
        for g in range(4):
            o = GHOST + g * GHOST_CELLS
            if s[o + STATE] not in (EYES, ENTERING):
                s[o + FRIGHT] = 1
    s[EVENTS] |= E_REVERSAL
    signal_reversal(s, w)
    for g in range(4):
        drop_changed(s, w, g)


def add_points(s: Cells, points: int) -> None:
    """Add to the score; the extra life comes once."""
    s[SCORE] += points
    if s[EXTRA_LIFE] and s[SCORE] >= s[EXTRA_LIFE]:
        s[EXTRA_LIFE] = 0
        s[LIVES] += 1
        s[EVENTS] |= E_EXTRA_LIFE


def eat(s: Cells, w: Table, tile: int) -> None:
    """Eat what lies on ``tile``, which Pac-Man's centre has just entered."""
    if tile == w[FRUIT_TILE] and s[FRUIT_LEFT] > 0:
        s[FRUIT_LEFT] = 0
        s[EVENTS] |= E_FRUIT_EATEN
        add_points(s, w[level_at(s) + L_FRUIT])
    at = TILE_TABLE + tile * TILE_CELLS
    dot = w[at + DOT]
    if dot < 0:
        return
    word = DOT_CELLS + dot // DOT_BITS
    bit = 1 << (dot % DOT_BITS)
    if s[word] & bit == 0:
        return
    s[word] ^= bit
    s[DOTS_LEFT] -= 1
    count_dot(s)
    if w[at + ENERGIZER]:
        s[EVENTS] |= E_ENERGIZER
        s[PAC_PAUSE] = ENERGIZER_PAUSE
        add_points(s, ENERGIZER_POINTS)
        begin_fright(s, w)
    else:
        s[EVENTS] |= E_DOT
        s[PAC_PAUSE] = DOT_PAUSE
        add_points(s, DOT_POINTS)
    eaten = w[DOT_COUNT] - s[DOTS_LEFT]
    if eaten in (FRUIT_AT_1, FRUIT_AT_2):
        s[FRUIT_LEFT] = FRUIT_TICKS
        s[EVENTS] |= E_FRUIT_SHOWN
    if s[DOTS_LEFT] == 0:
        s[PHASE] = CLEARED
        s[PHASE_LEFT] = CLEARED_TICKS
        s[EVENTS] |= E_CLEARED


def move_pacman(s: Cells, w: Table) -> bool:
    """Move Pac-Man by one pixel, two when he cuts a corner; return whether he entered another tile.

    He may turn anywhere in the tile of the turn, which with its centre at (3, 4) is the arcade's window of 3 or 4
    pixels before and after, and drifts to the new corridor's middle while he goes on [D].
    """
    x = s[PAC_X]
    y = s[PAC_Y]
    d = s[PAC_DIR]
    at = TILE_TABLE + s[PAC_TILE] * TILE_CELLS
    want = s[PAC_WANT]
    if want != d and ((want ^ d) == 2 or (w[at + OPEN] >> want) & 1):  # noqa: PLR2004 - turning back
        d = want
        s[PAC_DIR] = d
    inside_x = x % 8
    inside_y = y % 8
    if d in (LEFT, RIGHT):
        if w[at + NEXT + d] < 0 and inside_x == CENTRE_X:
            s[PAC_MOVED] = 0
            return False
        x += d - 2
        if inside_y != CENTRE_Y:
            y += 1 if inside_y < CENTRE_Y else -1
    else:
        if w[at + NEXT + d] < 0 and inside_y == CENTRE_Y:
            s[PAC_MOVED] = 0
            return False
        y += d - 1
        if inside_x != CENTRE_X:
            x += 1 if inside_x < CENTRE_X else -1
    edge = w[WIDTH] * 8
    if x < 0:
        x = edge - 1
    elif x == edge:
        x = 0
    s[PAC_X] = x
    s[PAC_Y] = y
    s[PAC_MOVED] = 1
    tile = (y // 8) * w[WIDTH] + x // 8
    if tile == s[PAC_TILE]:
        return False
    s[PAC_TILE] = tile
    s[ASK] |= ASK_PACMAN
    return True
