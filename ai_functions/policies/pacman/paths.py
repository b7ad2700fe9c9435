"""How far everything is from everything in a maze: built once a maze, looked up ever after.

A ghost does not turn back, so its distances depend on its heading; Pac-Man's do not.  Whole numbers throughout, so that
every platform builds the same tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from games.pacman.cells import CHOICES, NEXT, SLOW, TILE_CELLS, TILE_TABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from games.pacman.maze import Maze

FAR = 20_000
"""Longer than every way in a maze that passes the validator; small enough to add a few steps to in 16 bits."""
TILE_PIXELS = 8
SLOW_PIXELS = 15
"""What a tunnel's tile costs a ghost, in pixels at its normal speed: 8 * 15 / 8 on level 1, 8 * 19 / 10 on level 5."""
JUNCTION_WAYS = 3
"""A tile with so many ways or more is a junction."""


@dataclass(frozen=True, eq=False)
class Paths:
    """The tables of one maze.  Walkable tiles are numbered from 0 to ``count`` - 1, row by row.

    A *state* is tile * 4 + heading: a ghost on the tile's centre that arrived with that heading.
    """

    count: int
    width: int
    number: NDArray[np.int16]
    """By row * width + column: the tile's number, -1 for a wall; shape (height * width,)."""
    column: NDArray[np.int16]
    row: NDArray[np.int16]
    next: NDArray[np.int16]
    """Neighbour in each direction, -1 for a wall; shape (count, 4)."""
    walk: NDArray[np.int16]
    """Pixels between two tiles for someone who may turn back; shape (count, count)."""
    toward: NDArray[np.int16]
    """The tile before the second on a shortest way from the first, itself at the beginning; shape (count, count)."""
    doublings: int
    """How often a way must be doubled to be longer than the longest of these."""
    hunt: NDArray[np.int16]
    """Pixels from a state to a tile for a ghost; tunnels count double; shape (count * 4, count)."""
    onward: NDArray[np.int16]
    """The state reached by leaving a tile through an exit; -1 for a wall; shape (count, 4)."""
    onward_pixels: NDArray[np.int16]
    """What that step costs a ghost; shape (count, 4)."""
    corridor: NDArray[np.int16]
    """Tiles from a tile through an exit up to the next junction, which fills the rest; shape (count, 4, longest).

    Through a wall: the tile itself.
    """
    junction: NDArray[np.int16]
    """That junction; shape (count, 4)."""
    crossings: NDArray[np.int64]
    """The junctions among the tiles."""


@lru_cache(maxsize=8)
def paths_of(maze: Maze) -> Paths:
    """Return the tables of ``maze``; some 10 ms the first time."""
    width, height = maze.width, maze.height
    cells = np.asarray(maze.table[TILE_TABLE:], dtype=np.int32).reshape(-1, TILE_CELLS)[: width * height]
    return build(cells[:, NEXT : NEXT + 4], cells[:, CHOICES : CHOICES + 4], cells[:, SLOW] != 0, width)


def build(neighbours: NDArray[np.int32], choices: NDArray[np.int32], slow: NDArray[np.bool_], width: int) -> Paths:
    """Return the tables of the maze whose tiles have these neighbours (-1: none) and, by heading, these exits as bits.

    All three begin with the tile, row by row.
    """
    walkable = np.flatnonzero((neighbours >= 0).any(axis=1))
    number = np.full(len(neighbours), -1, dtype=np.int16)
    number[walkable] = np.arange(len(walkable))
    following = np.where(neighbours[walkable] >= 0, number[neighbours[walkable]], np.int16(-1)).astype(np.int16)
    entering = np.where(slow[walkable], SLOW_PIXELS, TILE_PIXELS).astype(np.int16)
    onward = np.where(following >= 0, following * 4 + np.arange(4, dtype=np.int16), -1).astype(np.int16)
    onward_pixels = np.where(following >= 0, entering[following], 0).astype(np.int16)
    corridor = _corridors(following)
    walk = _walk(following, onward)
    return Paths(
        count=len(walkable),
        width=width,
        number=number,
        column=(walkable % width).astype(np.int16),
        row=(walkable // width).astype(np.int16),
        next=following,
        walk=walk,
        toward=_toward(following, walk),
        doublings=int(walk.max() // TILE_PIXELS).bit_length(),
        hunt=_hunt(onward, onward_pixels, choices[walkable]),
        onward=onward,
        onward_pixels=onward_pixels,
        corridor=corridor,
        junction=np.ascontiguousarray(corridor[:, :, -1]),
        crossings=np.flatnonzero((following >= 0).sum(axis=1) >= JUNCTION_WAYS),
    )


def _walk(following: NDArray[np.int16], onward: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the ways of someone who may set out anywhere: no shortest way turns back later."""
    count = len(following)
    cost = np.where(following >= 0, TILE_PIXELS, 0).astype(np.int16)
    every = (following >= 0) @ (1 << np.arange(4))
    beyond = _hunt(onward, cost, every[:, None] & ~(1 << (np.arange(4) ^ 2)))
    distance = np.full((count, count), FAR, dtype=np.int16)
    np.fill_diagonal(distance, 0)
    for exit_ in range(4):
        way = following[:, exit_] >= 0
        distance[way] = np.minimum(distance[way], beyond[onward[way, exit_]] + np.int16(TILE_PIXELS))
    return distance


def _toward(following: NDArray[np.int16], walk: NDArray[np.int16]) -> NDArray[np.int16]:
    found = np.repeat(np.arange(len(following), dtype=np.int16)[None], len(following), axis=0)
    for exit_ in range(3, -1, -1):
        onto = following[:, exit_]
        nearer = (onto >= 0) & (walk[:, onto] < walk)
        found = np.where(nearer, onto, found)
    return found


def _hunt(onward: NDArray[np.int16], onward_pixels: NDArray[np.int16], choices: NDArray[np.int32]) -> NDArray[np.int16]:
    """Return the ways of someone who never turns back: by corridors to the next choice, and from choice to choice."""
    count = len(onward)
    tile = np.arange(count * 4) // 4
    ways = ((choices[:, :, None] >> np.arange(4)) & 1 == 1).reshape(-1, 4)
    corridor, last, pixels = _forced(onward, onward_pixels, ways)
    branching = np.flatnonzero(ways.sum(axis=1) > 1)
    place = np.full(count * 4, -1, dtype=np.int64)
    place[branching] = np.arange(len(branching))
    leads_on = place[last] >= 0

    best, links = corridor[branching], []
    for exit_ in range(4):
        rows = np.flatnonzero(ways[branching, exit_])
        at = tile[branching[rows]]
        step, states = onward_pixels[at, exit_], onward[at, exit_].astype(np.int64)
        best[rows] = np.minimum(best[rows], corridor[states] + step[:, None])
        on = leads_on[states]
        links.append((rows[on], place[last[states[on]]], (pixels[states[on]] + step[on])[:, None]))
    while True:
        before = best.copy()
        for rows, onto, far in links:
            best[rows] = np.minimum(best[rows], best[onto] + far)
        if np.array_equal(before, best):
            break
    on = np.flatnonzero(leads_on)
    corridor[on] = np.minimum(corridor[on], best[place[last[on]]] + pixels[on, None])
    return corridor


def _forced(
    onward: NDArray[np.int16], onward_pixels: NDArray[np.int16], ways: NDArray[np.bool_]
) -> tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.int16]]:
    """Follow each state as long as there is but one way on.

    Returns the pixels to every tile passed (else FAR), the state at the end, and the pixels to it.
    """
    count = len(onward)
    states = np.arange(count * 4)
    only = ways.argmax(axis=1)
    following, step = onward[states // 4, only].astype(np.int64), onward_pixels[states // 4, only]
    passed = np.full((count * 4, count), FAR, dtype=np.int16)
    passed[states, states // 4] = 0
    here, pixels = states.copy(), np.zeros(count * 4, dtype=np.int16)
    going = states[ways.sum(axis=1) == 1]
    for _ in range(count * 4):
        if not len(going):
            break
        pixels[going] += step[here[going]]
        here[going] = following[here[going]]
        passed[going, here[going] // 4] = np.minimum(passed[going, here[going] // 4], pixels[going])
        going = going[(ways[here[going]].sum(axis=1) == 1) & (here[going] != going)]
    return passed, here, pixels


def _corridors(following: NDArray[np.int16]) -> NDArray[np.int16]:
    onto: list[list[int]] = following.tolist()
    ways = [sum(tile >= 0 for tile in exits) for exits in onto]
    found = [[_corridor(onto, ways, tile, exit_) for exit_ in range(4)] for tile in range(len(onto))]
    longest = max(len(tiles) for exits in found for tiles in exits)
    return np.array(
        [[tiles + [tiles[-1]] * (longest - len(tiles)) for tiles in exits] for exits in found], dtype=np.int16
    )


def _corridor(following: list[list[int]], ways: list[int], tile: int, exit_: int) -> list[int]:
    here = following[tile][exit_]
    if here < 0:
        return [tile]
    tiles, heading = [here], exit_
    while ways[here] < JUNCTION_WAYS and here != tile:
        heading = next(d for d in range(4) if d != heading ^ 2 and following[here][d] >= 0)
        here = following[here][heading]
        tiles.append(here)
    return tiles
