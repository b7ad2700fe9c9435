"""Ghosts as anyone may work with them: what each has to decide next, and what the arcade's rules would choose.

An observation can be put into the kernel's cells (``imagine``), and the kernel asked; so there is one set of rules, for
the game, for a function that must answer from an observation alone, and for bots that look ahead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from games.pacman import cells as c
from games.pacman.ghost_ai import Table, choose, elroy, ghost_speed, next_decision, to_centre
from games.pacman.kernel import ghost_plans, pixels
from games.pacman.levels import level
from games.pacman.moves import plan_from, roam
from games.pacman.names import (
    DIRECTIONS,
    FRIGHTENED,
    GHOST_STATES,
    GHOSTS,
    MODES,
    PHASES,
    ROAMING,
    Direction,
    GhostName,
)
from games.pacman.observation import Decision, Ghost, Observation, PacMan
from games.pacman.pacman_step import LAST_MODE

if TYPE_CHECKING:
    from games.pacman.maze import Maze


def ghost_at(g: int) -> int:
    """Return where ghost ``g`` begins in the state's cells."""
    return c.GHOST + g * c.GHOST_CELLS


def decision_of(s: list[int], maze: Maze, g: int) -> Decision | None:
    """Return what ghost ``g`` has to decide next, or None while it does not roam."""
    w = maze.table
    tile, heading, distance = next_decision(s, w, g)
    if tile < 0:
        return None
    return Decision(
        ghost=GHOSTS[g],
        junction=maze.tile(tile),
        heading=DIRECTIONS[heading],
        exits=maze.choices(tile, heading),
        ticks=ticks_to(s, maze, g, distance),
    )


def ticks_to(s: list[int], maze: Maze, g: int, distance: int) -> int:
    """Return in how many ticks ghost ``g`` leaves a point ``distance`` pixels ahead, at the speeds of now.

    0 means in the very next tick.  The wait for play to begin or go on is counted in; the tunnel's speed on the way is.
    """
    w = maze.table
    wait = s[c.PHASE_LEFT] if s[c.PHASE] != c.PLAY else 0
    clock = s[c.PLAY_CLOCK]
    o = ghost_at(g)
    at = c.TILE_TABLE + s[o + c.TILE_OF] * c.TILE_CELLS
    slow = s[o + c.REVERSE] or w[at + c.SLOW]
    if to_centre(s, o) < 0:
        at = c.TILE_TABLE + w[at + c.NEXT + s[o + c.DIR]] * c.TILE_CELLS
        slow = slow or w[at + c.SLOW]
    speed = ghost_speed(s, w, g)
    if not slow and not w[at + c.SLOW_AHEAD] >> s[o + c.DIR] & 1:
        # In ticks clock to clock + n it moves speed * (clock + n + 1) // 16 - speed * clock // 16 pixels; the least n
        # that makes them more than the distance:
        return wait - (-16 * (distance + 1 + speed * clock // 16) // speed) - clock - 1
    return wait + _ticks_walked(list(s), w, g, distance)


def _ticks_walked(s: list[int], w: Table, g: int, distance: int) -> int:
    """Return the same by moving the ghost: its speed changes on the way."""
    clock = s[c.PLAY_CLOCK]
    ticks = 0
    while distance >= (moves := pixels(ghost_speed(s, w, g), clock + ticks)):
        for _ in range(moves):
            roam(s, w, g)
        distance -= moves
        ticks += 1
    return ticks


def upcoming(s: list[int], maze: Maze) -> tuple[Decision, ...]:
    """Return the next decision of every ghost that has one, in the order of GHOSTS."""
    return tuple(item for item in (decision_of(s, maze, g) for g in range(4)) if item is not None)


def see(s: list[int], maze: Maze) -> Observation:
    """Return what is on the screen, without decisions."""
    rules = level(s[c.LEVEL])
    dots, energizers = _dots_left(tuple(s[c.DOT_CELLS : cell_count(maze)]), maze)
    return Observation(
        tick=s[c.TICK],
        level=s[c.LEVEL],
        maze=maze,
        phase=PHASES[s[c.PHASE]],
        lives=s[c.LIVES],
        score=s[c.SCORE],
        mode=MODES[s[c.MODE] % 2],
        fright=s[c.FRIGHT_LEFT],
        elroy=elroy(s, maze.table),
        fruit=rules.fruit_points if s[c.FRUIT_LEFT] else 0,
        dots=dots,
        energizers=energizers,
        pacman=PacMan(s[c.PAC_X], s[c.PAC_Y], DIRECTIONS[s[c.PAC_DIR]], bool(s[c.PAC_MOVED])),
        ghosts=tuple(_ghost(s, g) for g in range(4)),
    )


def imagine(observation: Observation) -> list[int]:
    """Return cells for the kernel that look like ``observation``.

    What it does not tell is set to a plain guess: the mode just began and lasts for ever, house counters and Pac-Man's
    pause are zero, the fruit stays, frightened turns start at 0.  Good for a second or two of looking ahead.
    """
    maze = observation.maze
    w = maze.table
    s = [0] * cell_count(maze)
    pacman = observation.pacman
    s[c.TICK], s[c.LEVEL] = observation.tick, observation.level
    s[c.PHASE] = PHASES.index(observation.phase)
    s[c.PHASE_LEFT] = 0 if s[c.PHASE] == c.PLAY else 1
    s[c.LIVES], s[c.SCORE] = observation.lives, observation.score
    s[c.MODE] = LAST_MODE - 1 + MODES.index(observation.mode)
    s[c.MODE_LEFT] = FOR_A_WHILE
    s[c.FRIGHT_LEFT] = observation.fright
    s[c.FRUIT_LEFT] = FOR_A_WHILE if observation.fruit else 0
    s[c.QUIRKS] = c.OVERFLOW
    s[c.PAC_X], s[c.PAC_Y] = pacman.x, pacman.y
    s[c.PAC_DIR] = s[c.PAC_WANT] = DIRECTIONS.index(pacman.heading)
    s[c.PAC_MOVED] = int(pacman.moving)
    s[c.PAC_TILE] = pacman.y // 8 * maze.width + pacman.x // 8
    left = {*observation.dots, *observation.energizers}
    s[c.DOTS_LEFT] = len(left)
    s[c.ELROY_HELD] = int(elroy(s, w) > observation.elroy)
    for dot, tile in enumerate(maze.dot_tiles):
        s[c.DOT_CELLS + dot // c.DOT_BITS] |= (tile in left) << dot % c.DOT_BITS
    for g, ghost in enumerate(observation.ghosts):
        o = ghost_at(g)
        s[o + c.X], s[o + c.Y] = ghost.x, ghost.y
        s[o + c.DIR] = DIRECTIONS.index(ghost.heading)
        s[o + c.FRIGHT] = int(ghost.state == FRIGHTENED)
        s[o + c.STATE] = c.ROAMING if s[o + c.FRIGHT] else GHOST_STATES.index(ghost.state)
        s[o + c.REVERSE] = int(ghost.reversing)
        s[o + c.PENDING] = -1
        in_maze = s[o + c.STATE] in (c.ROAMING, c.EYES)
        s[o + c.TILE_OF] = ghost.y // 8 * maze.width + ghost.x // 8 if in_maze else w[c.DOOR_TILE]
    for g in range(4):
        if s[ghost_at(g) + c.STATE] in (c.ROAMING, c.EYES):
            plan_from(s, w, g)
    ghost_plans(s, w)
    return s


FOR_A_WHILE = 1 << 20


def classic_exits(observation: Observation) -> dict[GhostName, Direction]:
    """Return what the arcade's rules would choose now for every ghost in ``observation.decide``.

    The arcade itself chose on entering the tile before the junction; asked then, the answer is the same.
    """
    s = imagine(observation)
    maze = observation.maze
    exits = {}
    for item in observation.decide:
        column, row = item.junction
        heading = DIRECTIONS.index(item.heading)
        exits[item.ghost] = DIRECTIONS[
            choose(s, maze.table, GHOSTS.index(item.ghost), row * maze.width + column, heading)
        ]
    return exits


def cell_count(maze: Maze) -> int:
    """Return how many cells a state on ``maze`` has."""
    return c.DOT_CELLS + -(-maze.table[c.DOT_COUNT] // c.DOT_BITS)


def _ghost(s: list[int], g: int) -> Ghost:
    o = ghost_at(g)
    state = GHOST_STATES[s[o + c.STATE]]
    if s[o + c.FRIGHT] and state == ROAMING:
        state = FRIGHTENED
    return Ghost(GHOSTS[g], s[o + c.X], s[o + c.Y], DIRECTIONS[s[o + c.DIR]], state, bool(s[o + c.REVERSE]))


@lru_cache(maxsize=64)
def _dots_left(cells: tuple[int, ...], maze: Maze) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the tiles of the dots and of the energizers that are left: the same until one is eaten."""
    dots: list[int] = []
    energizers: list[int] = []
    for dot, tile in enumerate(maze.dot_tiles):
        if cells[dot // c.DOT_BITS] >> dot % c.DOT_BITS & 1:
            (energizers if tile in maze.energizer_tiles else dots).append(tile)
    return tuple(dots), tuple(energizers)
