"""A Pac-Man who thinks ahead: the player that no ghost was trained on.

He plays out, in the compiled engine, every way over the next junctions, with ghosts that hunt by the arcade's rules,
and takes the first step of the best one.  He knows what the screen shows and no more: the engine starts from an
imagined state in which everything hidden is a plain guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.pacman.paths import paths_of
from games.pacman import cells as c
from games.pacman.ghosts import FOR_A_WHILE, imagine
from games.pacman.names import DIRECTIONS
from games.pacman.pacman_step import LAST_MODE
from training.games.pacman.compiled import compiled, jit, table_of
from training.games.pacman.players.bots import Planner

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

    from games.pacman.maze import Maze
    from games.pacman.names import Direction
    from games.pacman.observation import Observation

LEGS = 4
"""Corridors of a way: from here to a junction, and on over three more."""
MOST_TICKS = 260
"""No way is imagined any further."""
NEAR = 96
"""Pixels of way: with every ghost farther off, he goes on in a corridor without thinking."""
JUNCTION_WAYS = 3
DEATH, PUT_OFF = -1000.0, 1.0
"""What being caught is worth, and each tick by which it comes later."""
DOT, LATER, DISTANCE, LEAD, SAFE, ONWARD = 10.0, 0.997, 2.0, 0.5, 64, 4.0
"""Dots count, less for each tick that passes before; at a way's end so do tiles to the next dot, and the tiles to the
nearest ghost that hunts, up to SAFE pixels.  Going on counts ONWARD, or he would waver between two equal ways."""

FEW, MIND, TURN = 30, 480, 7
"""Of the last FEW dots he is after another one every MIND ticks: with the nearest in mind, he and ghosts who do the
same thing every time would go round in circles for ever."""

_KERNEL = compiled()
_tick, _plan_from, _ghost_plans, _elroy = _KERNEL.tick, _KERNEL.plan_from, _KERNEL.ghost_plans, _KERNEL.elroy
_CAUGHT = c.E_CAUGHT * 15


def look_ahead(maze: Maze, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first direction (0 to 3) of the best way for each game; ``cells`` has a game a row."""
    paths = paths_of(maze)
    found: NDArray[np.int64] = _think(cells, table_of(maze), paths.walk, paths.number, paths.next)
    return found


def seated_look_ahead(observation: Observation, random: Random) -> Direction:
    """Return where he goes: an ordinary player."""
    del random
    cells = np.array([imagine(observation)], dtype=np.int64)
    return DIRECTIONS[int(look_ahead(observation.maze, cells)[0])]


@jit
def _think(games, w, walk, number, following):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    found = np.zeros(len(games), dtype=np.int64)
    stack = np.zeros((LEGS + 1, games.shape[1]), dtype=np.int64)
    for k in range(len(games)):
        stack[0] = games[k]
        _forget(stack[0], w)
        found[k] = _choose(stack, w, walk, number, following)
    return found


@jit
def _forget(s, w):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put plain guesses where the screen shows nothing: ``games.pacman.ghosts.imagine`` for cells."""
    s[c.PHASE_LEFT] = 0 if s[c.PHASE] == c.PLAY else 1
    held = s[c.ELROY_HELD]
    shown = _elroy(s, w)
    s[c.ELROY_HELD] = 0
    s[c.ELROY_HELD] = 1 if held and _elroy(s, w) > shown else 0
    s[c.MODE] = LAST_MODE - 1 + s[c.MODE] % 2
    s[c.MODE_LEFT] = FOR_A_WHILE
    s[c.FRUIT_LEFT] = FOR_A_WHILE if s[c.FRUIT_LEFT] else 0
    s[c.QUIRKS] = c.OVERFLOW
    s[c.PAC_WANT] = s[c.PAC_DIR]
    for cell in (c.DEATHS, c.BOARDS, c.BOARDS_WANTED, c.EXTRA_LIFE, c.EVENTS, c.ASK, c.PLAY_CLOCK, c.CHAIN, c.EATEN):
        s[cell] = 0
    for cell in (c.NOISE, c.NOISE_START, c.GLOBAL_ON, c.GLOBAL_DOTS, c.DOT_TIMER, c.PAC_PAUSE, c.PAC_CLOCK):
        s[cell] = 0
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        s[o + c.DOTS] = 0
        s[o + c.EXIT] = 0
        s[o + c.AFTER] = 0
        s[o + c.PENDING] = -1
        s[o + c.PENDING_TILE] = 0
        s[o + c.PENDING_DIR] = 0
        if s[o + c.STATE] != c.ROAMING:
            s[o + c.FRIGHT] = 0
        if s[o + c.STATE] != c.ROAMING and s[o + c.STATE] != c.EYES:
            s[o + c.TILE_OF] = w[c.DOOR_TILE]
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        if s[o + c.STATE] == c.ROAMING or s[o + c.STATE] == c.EYES:
            _plan_from(s, w, g)
    _ghost_plans(s, w)


@jit
def _hunter(s, walk, number, tile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the pixels of way from the nearest ghost that could catch him."""
    nearest = 1 << 14
    for g in range(4):
        o = c.GHOST + g * c.GHOST_CELLS
        if (s[o + c.STATE] == c.ROAMING or s[o + c.STATE] == c.LEAVING) and not s[o + c.FRIGHT]:
            nearest = min(nearest, walk[number[s[o + c.TILE_OF]], tile])
    return nearest


@jit
def _ways(following, tile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    count = 0
    for d in range(4):
        count += following[tile, d] >= 0
    return count


@jit
def _choose(stack, w, walk, number, following):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Search the ways depth first; ``stack[0]`` is now, ``stack[n]`` where n corridors have led."""
    tile = number[stack[0, c.PAC_TILE]]
    heading = stack[0, c.PAC_DIR]
    if _ways(following, tile) < JUNCTION_WAYS and _hunter(stack[0], walk, number, tile) > NEAR:
        for d in (heading, (heading + 1) % 4, (heading + 3) % 4):
            if following[tile, d] >= 0 and (d != heading or _dot_ahead(stack[0], w, d)):
                return d
    tried = np.full(LEGS, -1, dtype=np.int64)
    gained = np.zeros(LEGS + 1)
    best = -1e18
    found = heading
    depth = 0
    began = stack[0, c.TICK]
    while depth >= 0:
        tried[depth] += 1
        d = tried[depth]
        if d > 3:  # noqa: PLR2004 - four directions
            tried[depth] = -1
            depth -= 1
            continue
        here = number[stack[depth, c.PAC_TILE]]
        if following[here, d] < 0 or (depth > 0 and d == stack[depth, c.PAC_DIR] ^ 2):
            continue
        s = stack[depth + 1]
        s[:] = stack[depth]
        gained[depth + 1] = gained[depth] + _walk_on(s, w, following, number, d, began)
        ended = s[c.PHASE] != c.PLAY or s[c.TICK] - began >= MOST_TICKS
        if depth + 1 < LEGS and not ended:
            depth += 1
            continue
        value = gained[depth + 1] + _worth(s, w, walk, number, began)
        if tried[0] == heading:
            value += ONWARD
        if value > best:
            best = value
            found = tried[0]
    return found


@jit
def _dot_ahead(s, w, way):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return whether the next tile that way has a dot: going on is then no question."""
    at = s[c.PAC_TILE]
    onto = w[c.TILE_TABLE + at * c.TILE_CELLS + c.NEXT + way]
    dot = w[c.TILE_TABLE + onto * c.TILE_CELLS + c.DOT]
    return dot >= 0 and (s[c.DOT_CELLS + dot // c.DOT_BITS] >> (dot % c.DOT_BITS)) & 1


@jit
def _walk_on(s, w, following, number, way, began):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Let him go ``way`` up to the next junction, and return what the dots on it are worth."""
    gained = 0.0
    left = s[c.DOTS_LEFT]
    s[c.PAC_WANT] = way
    while s[c.TICK] - began < MOST_TICKS:
        _tick(s, w)
        if s[c.DOTS_LEFT] < left:
            left = s[c.DOTS_LEFT]
            gained += DOT * LATER ** (s[c.TICK] - began)
        if s[c.EVENTS] & _CAUGHT:
            break
        if s[c.PHASE] != c.PLAY and s[c.PHASE] != c.FREEZE:
            break
        if s[c.ASK] & c.ASK_PACMAN:
            tile = number[s[c.PAC_TILE]]
            if _ways(following, tile) >= JUNCTION_WAYS:
                break
            for d in range(4):
                if d != s[c.PAC_DIR] ^ 2 and following[tile, d] >= 0:
                    s[c.PAC_WANT] = d
    return gained


@jit
def _worth(s, w, walk, number, began):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return what the end of a way is worth, the dots on it aside."""
    if s[c.PHASE] == c.CAUGHT:
        return DEATH + PUT_OFF * (s[c.TICK] - began)
    if s[c.DOTS_LEFT] == 0:
        return -DEATH
    here = number[s[c.PAC_TILE]]
    few = s[c.DOTS_LEFT] <= FEW
    after = began // MIND * TURN % s[c.DOTS_LEFT]
    nearest = 1 << 14
    for tile in range(len(number)):
        dot = w[c.TILE_TABLE + tile * c.TILE_CELLS + c.DOT]
        if dot >= 0 and (s[c.DOT_CELLS + dot // c.DOT_BITS] >> (dot % c.DOT_BITS)) & 1:
            if not few or after == 0:
                nearest = min(nearest, walk[here, number[tile]])
            after -= 1
    return LEAD * min(_hunter(s, walk, number, here), SAFE) / 8 - DISTANCE * nearest / 8


LOOK_AHEAD = Planner(look_ahead)
forget: Any = _forget
