"""One tick of Pac-Man, and many: the only engine there is.

Like ``ghost_ai`` it is written in the part of Python that numba compiles.  ``rules`` runs it over a list, a tick a
step; ``training.games.pacman.compiled`` compiles this very source and runs it until someone has to decide.

Order within a tick [S], section 12 of docs/pacman.md: house, mode clock, fruit, fright clock, then up to two one-pixel
rounds of Pac-Man, dots, collision, ghosts from Blinky to Clyde, collision.  (Elroy is worked out where it is needed.)
"""

from __future__ import annotations

from games.pacman import cells as c
from games.pacman.ghost_ai import Cells, Table, ghost_speed, level_at, to_centre
from games.pacman.moves import move_ghost, plan_from
from games.pacman.pacman_step import add_points, eat, move_pacman, release, run_clocks

READY_TICKS = 130  # [F]
JINGLE_TICKS = 120  # on top of it before the very first life; our jingle's length
GHOST_POINTS = 200
FREEZE_TICKS = 60  # after a ghost was eaten [S, F]
CAUGHT_TICKS = 210  # 60 frozen and 150 of animation [F]

TILE_OF_BLINKY = c.GHOST + c.TILE_OF
TILE_OF_PINKY = TILE_OF_BLINKY + c.GHOST_CELLS
TILE_OF_INKY = TILE_OF_PINKY + c.GHOST_CELLS
TILE_OF_CLYDE = TILE_OF_INKY + c.GHOST_CELLS


def pixels(speed: int, clock: int) -> int:
    """Return how many pixels (0 to 2) an actor of ``speed`` pixels per 16 ticks moves in tick ``clock``."""
    phase = clock % 16
    return speed * (phase + 1) // 16 - speed * phase // 16


def ghost_plans(s: Cells, w: Table) -> None:
    """Fix what each ghost moves in the next tick, and ask for the exits that are taken in it."""
    clock = s[c.PLAY_CLOCK]
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        moves = pixels(ghost_speed(s, w, g), clock)
        s[o + c.MOVES] = moves
        if moves and s[o + c.STATE] == c.ROAMING and s[o + c.FRIGHT] == 0 and s[o + c.PENDING] < 0:
            left = to_centre(s, o)
            if 0 <= left < moves:
                mask = w[c.TILE_TABLE + s[o + c.TILE_OF] * c.TILE_CELLS + c.CHOICES + s[o + c.DIR]]
                if mask & (mask - 1):
                    s[c.ASK] |= c.ASK_GHOSTS


def place_ghost(s: Cells, g: int, x: int, y: int, heading: int, state: int) -> None:
    """Put ghost ``g`` where a life begins; its dot counter stays."""
    o = c.GHOST + g * c.GHOST_CELLS
    s[o + c.X] = x
    s[o + c.Y] = y
    s[o + c.DIR] = heading
    s[o + c.STATE] = state
    s[o + c.FRIGHT] = 0
    s[o + c.REVERSE] = 0
    s[o + c.EXIT] = heading
    s[o + c.AFTER] = heading
    s[o + c.PENDING] = -1


def begin_life(s: Cells, w: Table, wait: int) -> None:
    """Put everyone at the start and wait ``wait`` ticks."""
    s[c.PHASE] = c.READY
    s[c.PHASE_LEFT] = wait
    s[c.EVENTS] |= c.E_READY
    s[c.PLAY_CLOCK] = 0
    s[c.MODE] = 0
    s[c.MODE_LEFT] = w[level_at(s) + c.L_CLOCK]
    s[c.FRIGHT_LEFT] = 0
    s[c.CHAIN] = 0
    s[c.NOISE] = s[c.NOISE_START]
    s[c.FRUIT_LEFT] = 0
    s[c.DOT_TIMER] = 0
    s[c.PAC_X] = w[c.START_X]
    s[c.PAC_Y] = w[c.START_Y]
    s[c.PAC_DIR] = c.LEFT
    s[c.PAC_WANT] = c.LEFT
    s[c.PAC_PAUSE] = 0
    s[c.PAC_CLOCK] = 0
    s[c.PAC_MOVED] = 0
    s[c.PAC_TILE] = (w[c.START_Y] // 8) * w[c.WIDTH] + w[c.START_X] // 8
    house = w[c.HOUSE_Y]
    place_ghost(s, c.BLINKY, w[c.DOOR_X], w[c.DOOR_Y], c.LEFT, c.ROAMING)
    place_ghost(s, c.PINKY, w[c.SEAT_X + c.PINKY], house, c.DOWN, c.HOME)
    place_ghost(s, c.INKY, w[c.SEAT_X + c.INKY], house, c.UP, c.HOME)
    place_ghost(s, c.CLYDE, w[c.SEAT_X + c.CLYDE], house, c.UP, c.HOME)
    for g in range(4):
        s[c.GHOST + g * c.GHOST_CELLS + c.TILE_OF] = w[c.DOOR_TILE]
    plan_from(s, w, c.BLINKY)
    ghost_plans(s, w)
    s[c.ASK] = 0


def begin_level(s: Cells, w: Table, wait: int) -> None:
    """Lay the dots of level ``s[LEVEL]`` and begin a life on it."""
    count = w[c.DOT_COUNT]
    s[c.DOTS_LEFT] = count
    at = c.DOT_CELLS
    while count > 0:
        bits = min(count, c.DOT_BITS)
        s[at] = (1 << bits) - 1
        at += 1
        count -= bits
    for g in range(4):
        s[c.GHOST + g * c.GHOST_CELLS + c.DOTS] = 0
    s[c.GLOBAL_ON] = 0
    s[c.GLOBAL_DOTS] = 0
    s[c.ELROY_HELD] = 0
    begin_life(s, w, wait)


def next_level(level: int, quirks: int) -> int:
    """Return the level after ``level``; the hard switch leaves some out [D]."""
    level += 1
    if quirks & c.HARD:
        while level in (1, 3, 6, 19, 20):
            level += 1
    return level


def end_wait(s: Cells, w: Table) -> None:
    """Go on after a phase in which nobody could act."""
    phase = s[c.PHASE]
    if phase == c.CAUGHT:
        s[c.DEATHS] += 1
        s[c.LIVES] -= 1
        if s[c.LIVES] == 0:
            s[c.PHASE] = c.OVER
            s[c.EVENTS] |= c.E_OVER
            return
        s[c.GLOBAL_ON] = 1
        s[c.GLOBAL_DOTS] = 0
        s[c.ELROY_HELD] = 1
        begin_life(s, w, READY_TICKS)
    elif phase == c.CLEARED:
        s[c.BOARDS] += 1
        if s[c.BOARDS] == s[c.BOARDS_WANTED]:
            s[c.PHASE] = c.OVER
            s[c.EVENTS] |= c.E_OVER
            return
        s[c.LEVEL] = next_level(s[c.LEVEL], s[c.QUIRKS])
        begin_level(s, w, READY_TICKS)
    else:
        if phase == c.READY:
            s[c.EVENTS] |= c.E_BEGAN
        s[c.PHASE] = c.PLAY
        s[c.ASK] |= c.ASK_PACMAN
        ghost_plans(s, w)


def wait_tick(s: Cells, w: Table) -> None:
    """Pass a tick of a phase other than play.  While a ghost is being eaten the other eyes go on [S, F]."""
    if s[c.PHASE] == c.OVER:
        return
    if s[c.PHASE] == c.FREEZE:
        for g in range(4):
            o = c.GHOST + g * c.GHOST_CELLS
            for _ in range(2):
                if g != s[c.EATEN] and s[o + c.STATE] in (c.EYES, c.ENTERING):
                    move_ghost(s, w, g)
    s[c.PHASE_LEFT] -= 1
    if s[c.PHASE_LEFT] == 0:
        end_wait(s, w)


def out(s: Cells, w: Table, o: int) -> bool:
    """Return whether the ghost at ``o`` is in the maze and not eyes: roaming, or leaving and on the doorstep's tile."""
    return s[o + c.STATE] == c.ROAMING or (s[o + c.STATE] == c.LEAVING and s[o + c.Y] // 8 == w[c.DOOR_Y] // 8)


def collide(s: Cells, w: Table) -> bool:
    """End play for now if Pac-Man shares a tile with a ghost that is not eyes; return whether he does [D]."""
    tile = s[c.PAC_TILE]
    if tile not in (s[TILE_OF_BLINKY], s[TILE_OF_PINKY], s[TILE_OF_INKY], s[TILE_OF_CLYDE]):
        return False
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        if s[o + c.TILE_OF] == tile and out(s, w, o):
            if s[o + c.FRIGHT]:
                s[o + c.STATE] = c.EYES if s[o + c.STATE] == c.ROAMING else c.ENTERING
                s[o + c.FRIGHT] = 0
                s[o + c.REVERSE] = 0
                s[c.EATEN] = g
                s[c.EVENTS] |= c.E_EATEN << g
                add_points(s, GHOST_POINTS << s[c.CHAIN])
                s[c.CHAIN] += 1
                s[c.PHASE] = c.FREEZE
                s[c.PHASE_LEFT] = FREEZE_TICKS
            else:
                s[c.EVENTS] |= c.E_CAUGHT << g
                s[c.PHASE] = c.CAUGHT
                s[c.PHASE_LEFT] = CAUGHT_TICKS
            return True
    return False


def play_round(s: Cells, w: Table, pacman_moves: bool, turn: int) -> bool:  # noqa: FBT001 - numba knows no keywords-only
    """Move everyone who still has a pixel to go in this tick; return whether play goes on.

    With the quirk, collisions are looked for once a tick, so that two who swap tiles in it miss each other.
    """
    strict = s[c.QUIRKS] & c.PASS_THROUGH == 0
    if pacman_moves:
        if move_pacman(s, w):
            eat(s, w, s[c.PAC_TILE])
            if s[c.PHASE] != c.PLAY:
                return False
        if strict and collide(s, w):
            return False
    for g in range(4):
        if turn < s[c.GHOST + g * c.GHOST_CELLS + c.MOVES]:
            move_ghost(s, w, g)
    return not (strict and collide(s, w))


def anyone_fast(s: Cells) -> bool:
    """Return whether a ghost moves two pixels in this tick."""
    for g in range(4):  # noqa: SIM110 - numba compiles no generators
        if s[c.GHOST + g * c.GHOST_CELLS + c.MOVES] > 1:
            return True
    return False


def play_tick(s: Cells, w: Table) -> None:
    """Pass a tick of play."""
    release(s, w)
    run_clocks(s, w)
    moves = 0
    if s[c.PAC_PAUSE] > 0:
        s[c.PAC_PAUSE] -= 1
    else:
        level = level_at(s)
        moves = pixels(w[level + c.L_PAC_FRIGHT] if s[c.FRIGHT_LEFT] else w[level + c.L_PAC], s[c.PAC_CLOCK])
        s[c.PAC_CLOCK] += 1
    goes_on = play_round(s, w, moves > 0, 0)
    if goes_on and (moves > 1 or anyone_fast(s)):
        goes_on = play_round(s, w, moves > 1, 1)
    if goes_on and s[c.QUIRKS] & c.PASS_THROUGH:
        collide(s, w)
    s[c.PLAY_CLOCK] += 1
    if s[c.PHASE] == c.PLAY:
        if s[c.PAC_MOVED] == 0 and s[c.PAC_PAUSE] == 0:
            s[c.ASK] |= c.ASK_PACMAN
        ghost_plans(s, w)
    else:
        s[c.ASK] = 0


def tick(s: Cells, w: Table) -> None:
    """Pass one tick: change ``s``, whose EVENTS and ASK then tell what happened and who may act before the next."""
    s[c.TICK] += 1
    s[c.EVENTS] = 0
    s[c.ASK] = 0
    if s[c.PHASE] == c.PLAY:
        play_tick(s, w)
    else:
        wait_tick(s, w)


def run(s: Cells, w: Table, ticks: int, ask: int) -> int:
    """Pass up to ``ticks`` ticks, until someone in ``ask`` (ASK_PACMAN | ASK_GHOSTS) may act or the game is over.

    Returns how many ticks passed.  EVENTS then holds everything that happened in them.
    """
    events = 0
    passed = 0
    while passed < ticks and s[c.PHASE] != c.OVER:
        tick(s, w)
        passed += 1
        events |= s[c.EVENTS]
        if s[c.ASK] & ask:
            break
    s[c.EVENTS] = events
    return passed


def submit_exit(s: Cells, g: int, tile: int, heading: int, way: int) -> None:
    """Keep ``way`` as ghost ``g``'s exit of the junction ``tile`` on arriving there with ``heading``."""
    o = c.GHOST + g * c.GHOST_CELLS
    s[o + c.PENDING] = way
    s[o + c.PENDING_TILE] = tile
    s[o + c.PENDING_DIR] = heading
