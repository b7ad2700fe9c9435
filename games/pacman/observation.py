"""What a player may know, as types; ``codec`` turns it into JSON and back.

Everything here is on the screen or follows from it.  What is hidden: the generator of the frightened ghosts' turns, the
house's dot counters, what Pac-Man's player presses, and exits that were submitted but not yet taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from games.pacman.names import FRIGHTENED, Direction, GhostName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.pacman.maze import Maze

TILE = 8
"""Pixels along a tile's edge."""


@dataclass(frozen=True, slots=True)
class PacMan:
    """Pac-Man's centre pixel, where he faces, and whether he moved in the last tick (not for lack of way)."""

    x: int
    y: int
    heading: Direction
    moving: bool


@dataclass(frozen=True, slots=True)
class Ghost:
    """A ghost's centre pixel, where it faces and what it does (``GHOST_STATES`` or ``frightened``).

    ``reversing`` says that it turns back when it enters its next tile.
    """

    name: GhostName
    x: int
    y: int
    heading: Direction
    state: str
    reversing: bool = False

    @property
    def dangerous(self) -> bool:
        """Whether touching it costs Pac-Man a life."""
        return self.state not in {FRIGHTENED, "eyes", "entering"}


@dataclass(frozen=True, slots=True)
class Decision:
    """The next junction of a roaming ghost, where it has a choice.

    ``junction`` is the tile (column, row), ``heading`` how the ghost will arrive there, ``exits`` what it may choose
    (two or more, in the order of DIRECTIONS).  ``ticks`` is in how many further ticks the exit is taken if speeds stay
    as they are: at 0 it is taken by the very next step.  A decision is identified by (ghost, junction, heading).
    """

    ghost: GhostName
    junction: tuple[int, int]
    heading: Direction
    exits: tuple[Direction, ...]
    ticks: int


@dataclass(frozen=True, slots=True)
class Observation:
    """The screen, for either seat; ``decide`` is empty for Pac-Man.

    ``dots`` and ``energizers`` are tile numbers (row * width + column) in rising order.  ``fright`` is the time left of
    the energizer in ticks, ``fruit`` the points of the fruit on show or 0, ``elroy`` 0, 1 or 2 is how far Blinky has
    sped up.
    """

    tick: int
    level: int
    maze: Maze
    phase: str
    lives: int
    score: int
    mode: str
    fright: int
    elroy: int
    fruit: int
    dots: tuple[int, ...]
    energizers: tuple[int, ...]
    pacman: PacMan
    ghosts: tuple[Ghost, ...]
    """Always the four, in the order of GHOSTS."""
    decide: tuple[Decision, ...] = ()


def ask_only(observation: Observation, ghosts: Iterable[GhostName]) -> Observation:
    """Return the observation that asks for these ghosts alone: four functions can drive a ghost each."""
    wanted = set(ghosts)
    return replace(observation, decide=tuple(item for item in observation.decide if item.ghost in wanted))
