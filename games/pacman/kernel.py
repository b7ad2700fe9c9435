"""One tick of Pac-Man, and many: the only engine there is.

Like ``ghost_ai`` it is written in the part of Python that numba compiles.  ``rules`` runs it over a list, a tick a
step; ``training.games.pacman.compiled`` compiles this very source and runs it until someone has to decide.

Order within a tick [S], section 12 of docs/pacman.md: house, mode clock, fruit, fright clock, then up to two one-pixel
rounds of Pac-Man, dots, collision, ghosts from Blinky to Clyde, collision.  (Elroy is worked out where it is needed.)
"""

from __future__ import annotations

from games.pacman.cells import (
    AFTER,
    ASK,
    ASK_GHOSTS,
    ASK_PACMAN,
    BLINKY,
    BOARDS,
    BOARDS_WANTED,
    CAUGHT,
    CHAIN,
    CHOICES,
    CLEARED,
    CLYDE,
    DEATHS,
    DIR,
    DOOR_TILE,
    DOOR_X,
    DOOR_Y,
    DOT_BITS,
    DOT_CELLS,
    DOT_COUNT,
    DOT_TIMER,
    DOTS,
    DOTS_LEFT,
    DOWN,
    E_BEGAN,
    E_CAUGHT,
    E_EATEN,
    E_OVER,
    E_READY,
    EATEN,
    ELROY_HELD,
    ENTERING,
    EVENTS,
    EXIT,
    EYES,
    FREEZE,
    FRIGHT,
    FRIGHT_LEFT,
    FRUIT_LEFT,
    GHOST,
    GHOST_CELLS,
    GLOBAL_DOTS,
    GLOBAL_ON,
    HARD,
    HOME,
    HOUSE_Y,
    INKY,
    L_CLOCK,
    L_PAC,
    L_PAC_FRIGHT,
    LEAVING,
    LEFT,
    LEVEL,
    LIVES,
    MODE,
    MODE_LEFT,
    MOVES,
    NOISE,
    NOISE_START,
    OVER,
    PAC_CLOCK,
    PAC_DIR,
    PAC_MOVED,
    PAC_PAUSE,
    PAC_TILE,
    PAC_WANT,
    PAC_X,
    PAC_Y,
    PASS_THROUGH,
    PENDING,
    PENDING_DIR,
    PENDING_TILE,
    PHASE,
    PHASE_LEFT,
    PINKY,
    PLAY,
    PLAY_CLOCK,
    QUIRKS,
    READY,
    REVERSE,
    ROAMING,
    SEAT_X,
    START_X,
    START_Y,
    STATE,
    TICK,
    TILE_CELLS,
    TILE_OF,
    TILE_TABLE,
    UP,
    WIDTH,
    X,
    Y,
)
from games.pacman.ghost_ai import (
    Cells,
    Table,
    ghost_speed,
    level_at,
    to_centre,
)
from games.pacman.moves import (
    move_ghost,
    plan_from,
)
from games.pacman.pacman_step import (
    add_points,
    eat,
    move_pacman,
    release,
    run_clocks,
)

READY_TICKS = 130  # [F]
JINGLE_TICKS = 120  # on top of it before the very first life; our jingle's length
GHOST_POINTS = 200
FREEZE_TICKS = 60  # after a ghost was eaten [S, F]
CAUGHT_TICKS = 210  # 60 frozen and 150 of animation [F]

TILE_OF_BLINKY = GHOST + TILE_OF
TILE_OF_PINKY = TILE_OF_BLINKY + GHOST_CELLS
TILE_OF_INKY = TILE_OF_PINKY + GHOST_CELLS
TILE_OF_CLYDE = TILE_OF_INKY + GHOST_CELLS


def pixels(speed: int, clock: int) -> int:
    """Return how many pixels (0 to 2) an actor of ``speed`` pixels per 16 ticks moves in tick ``clock``."""
    phase = clock % 16
    return speed * (phase + 1) // 16 - speed * phase // 16


def ghost_plans(s: Cells, w: Table) -> None:
    """Fix what each ghost moves in the next tick, and ask for the exits that are taken in it."""
    clock = s[PLAY_CLOCK]
    for g in range(4):
        o = GHOST + g * GHOST_CELLS
        moves = pixels(ghost_speed(s, w, g), clock)
        s[o + MOVES] = moves
        if moves and s[o + STATE] == ROAMING and s[o + FRIGHT] == 0 and s[o + PENDING] < 0:
            left = to_centre(s, o)
            if 0 <= left < moves:
                mask = w[TILE_TABLE + s[o + TILE_OF] * TILE_CELLS + CHOICES + s[o + DIR]]
                if mask & (mask - 1):
                    s[ASK] |= ASK_GHOSTS


def place_ghost(s: Cells, g: int, x: int, y: int, heading: int, state: int) -> None:
    """Put ghost ``g`` where a life begins; its dot counter stays."""
    o = GHOST + g * GHOST_CELLS
    s[o + X] = x
    s[o + Y] = y
    s[o + DIR] = heading
    s[o + STATE] = state
    s[o + FRIGHT] = 0
    s[o + REVERSE] = 0
    s[o + EXIT] = heading
    s[o + AFTER] = heading
    s[o + PENDING] = -1


def begin_life(s: Cells, w: Table, wait: int) -> None:
    """Put everyone at the start and wait ``wait`` ticks."""
    s[PHASE] = READY
    s[PHASE_LEFT] = wait
    s[EVENTS] |= E_READY
    s[PLAY_CLOCK] = 0
    s[MODE] = 0
    s[MODE_LEFT] = w[level_at(s) + L_CLOCK]
    s[FRIGHT_LEFT] = 0
    s[CHAIN] = 0
    s[NOISE] = s[NOISE_START]
    s[FRUIT_LEFT] = 0
    s[DOT_TIMER] = 0
    s[PAC_X] = w[START_X]
    s[PAC_Y] = w[START_Y]
    s[PAC_DIR] = LEFT
    s[PAC_WANT] = LEFT
    s[PAC_PAUSE] = 0
    s[PAC_CLOCK] = 0
    s[PAC_MOVED] = 0
    s[PAC_TILE] = (w[START_Y] // 8) * w[WIDTH] + w[START_X] // 8
    house = w[HOUSE_Y]
    place_ghost(s, BLINKY, w[DOOR_X], w[DOOR_Y], LEFT, ROAMING)
    place_ghost(s, PINKY, w[SEAT_X + PINKY], house, DOWN, HOME)
    place_ghost(s, INKY, w[SEAT_X + INKY], house, UP, HOME)
    place_ghost(s, CLYDE, w[SEAT_X + CLYDE], house, UP, HOME)
    for g in range(4):
        s[GHOST + g * GHOST_CELLS + TILE_OF] = w[DOOR_TILE]
    plan_from(s, w, BLINKY)
    ghost_plans(s, w)
    s[ASK] = 0


def begin_level(s: Cells, w: Table, wait: int) -> None:
    """Lay the dots of level ``s[LEVEL]`` and begin a life on it."""
    count = w[DOT_COUNT]
    s[DOTS_LEFT] = count
    at = DOT_CELLS
    while count > 0:
        bits = min(count, DOT_BITS)
        s[at] = (1 << bits) - 1
        at += 1
        count -= bits
    for g in range(4):
        s[GHOST + g * GHOST_CELLS + DOTS] = 0
    s[GLOBAL_ON] = 0
    s[GLOBAL_DOTS] = 0
    s[ELROY_HELD] = 0
    begin_life(s, w, wait)


def next_level(level: int, quirks: int) -> int:
    """Return the level after ``level``; the hard switch leaves some out [D]."""
    level += 1
    if quirks & HARD:
        while level in (1, 3, 6, 19, 20):
            level += 1
    return level


def end_wait(s: Cells, w: Table) -> None:
    """Go on after a phase in which nobody could act."""
    phase = s[PHASE]
    if phase == CAUGHT:
        s[DEATHS] += 1
        s[LIVES] -= 1
        if s[LIVES] == 0:
            s[PHASE] = OVER
            s[EVENTS] |= E_OVER
            return
        s[GLOBAL_ON] = 1
        s[GLOBAL_DOTS] = 0
        s[ELROY_HELD] = 1
        begin_life(s, w, READY_TICKS)
    elif phase == CLEARED:
        s[BOARDS] += 1
        if s[BOARDS] == s[BOARDS_WANTED]:
            s[PHASE] = OVER
            s[EVENTS] |= E_OVER
            return
        s[LEVEL] = next_level(s[LEVEL], s[QUIRKS])
        begin_level(s, w, READY_TICKS)
    else:
        if phase == READY:
            s[EVENTS] |= E_BEGAN
        s[PHASE] = PLAY
        s[ASK] |= ASK_PACMAN
        ghost_plans(s, w)


def wait_tick(s: Cells, w: Table) -> None:
    """Pass a tick of a phase other than play.  While a ghost is being eaten the other eyes go on [S, F]."""
    if s[PHASE] == OVER:
        return
    if s[PHASE] == FREEZE:
        for g in range(4):
            o = GHOST + g * GHOST_CELLS
            for _ in range(2):
                if g != s[EATEN] and s[o + STATE] in (EYES, ENTERING):
                    move_ghost(s, w, g)
    s[PHASE_LEFT] -= 1
    if s[PHASE_LEFT] == 0:
        end_wait(s, w)


def out(s: Cells, w: Table, o: int) -> bool:
    """Return whether the ghost at ``o`` is in the maze and not eyes: roaming, or leaving and on the doorstep's tile."""
    return s[o + STATE] == ROAMING or (s[o + STATE] == LEAVING and s[o + Y] // 8 == w[DOOR_Y] // 8)


def collide(s: Cells, w: Table) -> bool:
    """End play for now if Pac-Man shares a tile with a ghost that is not eyes; return whether he does [D]."""
    tile = s[PAC_TILE]
    if tile not in (s[TILE_OF_BLINKY], s[TILE_OF_PINKY], s[TILE_OF_INKY], s[TILE_OF_CLYDE]):
        return False
    for g in range(4):
        o = GHOST + g * GHOST_CELLS
        if s[o + TILE_OF] == tile and out(s, w, o):
            if s[o + FRIGHT]:
                s[o + STATE] = EYES if s[o + STATE] == ROAMING else ENTERING
                s[o + FRIGHT] = 0
                s[o + REVERSE] = 0
                s[EATEN] = g
                s[EVENTS] |= E_EATEN << g
                add_points(s, GHOST_POINTS << s[CHAIN])
                s[CHAIN] += 1
                s[PHASE] = FREEZE
                s[PHASE_LEFT] = FREEZE_TICKS
            else:
                s[EVENTS] |= E_CAUGHT << g
                s[PHASE] = CAUGHT
                s[PHASE_LEFT] = CAUGHT_TICKS
            return True
    return False


def play_round(s: Cells, w: Table, pacman_moves: bool, turn: int) -> bool:  # noqa: FBT001 - numba knows no keywords-only
    """Move everyone who still has a pixel to go in this tick; return whether play goes on.

    With the quirk, collisions are looked for once a tick, so that two who swap tiles in it miss each other.
    """
    strict = s[QUIRKS] & PASS_THROUGH == 0
    if pacman_moves:
        if move_pacman(s, w):
            eat(s, w, s[PAC_TILE])
            if s[PHASE] != PLAY:
                return False
        if strict and collide(s, w):
            return False
    for g in range(4):
        if turn < s[GHOST + g * GHOST_CELLS + MOVES]:
            move_ghost(s, w, g)
    return not (strict and collide(s, w))


def anyone_fast(s: Cells) -> bool:
    """Return whether a ghost moves two pixels in this tick."""
    for g in range(4):  # noqa: SIM110 - numba compiles no generators
        if s[GHOST + g * GHOST_CELLS + MOVES] > 1:
            return True
    return False


def play_tick(s: Cells, w: Table) -> None:
    """Pass a tick of play."""
    release(s, w)
    run_clocks(s, w)
    moves = 0
    if s[PAC_PAUSE] > 0:
        s[PAC_PAUSE] -= 1
    else:
        level = level_at(s)
        moves = pixels(w[level + L_PAC_FRIGHT] if s[FRIGHT_LEFT] else w[level + L_PAC], s[PAC_CLOCK])
        s[PAC_CLOCK] += 1
    goes_on = play_round(s, w, moves > 0, 0)
    if goes_on and (moves > 1 or anyone_fast(s)):
        goes_on = play_round(s, w, moves > 1, 1)
    if goes_on and s[QUIRKS] & PASS_THROUGH:
        collide(s, w)
    s[PLAY_CLOCK] += 1
    if s[PHASE] == PLAY:
        if s[PAC_MOVED] == 0 and s[PAC_PAUSE] == 0:
            s[ASK] |= ASK_PACMAN
        ghost_plans(s, w)
    else:
        s[ASK] = 0


def tick(s: Cells, w: Table) -> None:
    """Pass one tick: change ``s``, whose EVENTS and ASK then tell what happened and who may act before the next."""
    s[TICK] += 1
    s[EVENTS] = 0
    s[ASK] = 0
    if s[PHASE] == PLAY:
        play_tick(s, w)
    else:
        wait_tick(s, w)


def run(s: Cells, w: Table, ticks: int, ask: int) -> int:
    """Pass up to ``ticks`` ticks, until someone in ``ask`` (ASK_PACMAN | ASK_GHOSTS) may act or the game is over.

    Returns how many ticks passed.  EVENTS then holds everything that happened in them.
    """
    events = 0
    passed = 0
    while passed < ticks and s[PHASE] != OVER:
        tick(s, w)
        passed += 1
        events |= s[EVENTS]
        if s[ASK] & ask:
            break
    s[EVENTS] = events
    return passed


def submit_exit(s: Cells, g: int, tile: int, heading: int, way: int) -> None:
    """Keep ``way`` as ghost ``g``'s exit of the junction ``tile`` on arriving there with ``heading``."""
    o = GHOST + g * GHOST_CELLS
    s[o + PENDING] = way
    s[o + PENDING_TILE] = tile
    s[o + PENDING_DIR] = heading
