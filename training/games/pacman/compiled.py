"""Pac-Man for self-play: the rules' own tick kernel, compiled.

``games.pacman.kernel`` and the modules it is made of are written in the part of Python that numba compiles.  Here that
very source is loaded a second time and every function of it compiled; no rule is written twice.  Tests hold both
equal, cell by cell.  The compiled code is kept on disk under a hash of the source: a changed rule never meets stale
code.
Without numba it is the same source in plain Python: half as fast where many games are played side by side.

A bot pays Python's price per decision only::

    game = FastGame({"lives": 1, "boards": 1}, seed=7)
    while game.run():  # until someone has to decide; False when the game is over
        if game.asks_pacman:
            game.head(bot(game))
        for choice in game.due():  # ghosts whose exit is taken by the next tick
            game.exit(choice, team(game, choice))

``game.cells`` is the int64 array that the kernel works on (``games.pacman.cells`` says where everything is in it),
``game.table`` the maze's.  ``snapshot`` and ``restore`` copy some 120 numbers, for bots that look ahead.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from games.pacman import cells as c
from games.pacman import ghost_ai, ghosts, kernel, levels, moves, pacman_step, rules
from games.pacman.ghosts import imagine
from training.compiled_cache import kept
from training.jit import jit as as_it_can_be

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from games.core import Json
    from games.pacman.maze import Maze
    from games.pacman.observation import Observation

Cells: TypeAlias = "NDArray[np.int64]"

KERNEL = (ghost_ai, moves, pacman_step, kernel)
"""The kernel's modules, each after those it imports."""
_SOURCES = tuple(Path(str(module.__file__)) for module in (levels, c, *KERNEL))
ASK_ANYONE = c.ASK_PACMAN | c.ASK_GHOSTS
FOR_EVER = 1 << 40


class Choice(NamedTuple):
    """What a ghost decides next, as numbers: see ``games.pacman.observation.Decision``."""

    ghost: int
    tile: int
    """The junction: row * width + column."""
    heading: int
    """On arrival there; 0 to 3 as in ``games.pacman.names.DIRECTIONS``."""
    pixels: int
    """From the ghost to the junction's centre."""
    exits: int
    """Bits 1 << direction."""


@lru_cache(maxsize=1)
def compiled() -> ModuleType:
    """Return the names of all modules of the kernel, with every function compiled.

    The first call of a function compiles it (about twenty seconds for all, once a machine and version of the rules).
    """
    keep = _folder_for(*_SOURCES)
    done: dict[FunctionType, Any] = {}
    whole = ModuleType("compiled_pacman_kernel")
    for module in KERNEL:
        vars(whole).update(_compile(module, done, keep))
    return whole


def _compile(module: ModuleType, done: dict[FunctionType, Any], keep: Path) -> dict[str, Any]:
    """Return a copy of ``module``'s names with functions compiled; ``done`` maps plain functions to compiled ones."""
    name = f"{module.__name__}_compiled"
    spec = importlib.util.spec_from_file_location(name, str(module.__file__))
    if spec is None or spec.loader is None:
        raise ImportError(f"{module.__file__} cannot be loaded again")
    copy = importlib.util.module_from_spec(spec)
    sys.modules[name] = copy
    spec.loader.exec_module(copy)
    for key, value in list(vars(copy).items()):
        if isinstance(value, FunctionType):
            if value in done:  # imported from a module that was compiled before
                setattr(copy, key, done[value])
            elif value.__module__ == name:
                setattr(copy, key, as_it_can_be(value, keep))
                done[vars(module)[key]] = getattr(copy, key)
    return {key: value for key, value in vars(copy).items() if not key.startswith("__")}


def jit(function: Callable[..., Any]) -> Any:
    """Return ``function``, which calls the kernel, compiled; kept under the hash of the kernel and of its own file."""
    own = Path(function.__code__.co_filename)
    return as_it_can_be(function, _folder_for(own, *_SOURCES, Path(str(ghosts.__file__))))


def _folder_for(*sources: Path) -> Path:
    """Return where machine code is kept that was made of these files as they are."""
    stamp = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    return kept("pacman-kernel", stamp)


@lru_cache(maxsize=16)
def table_of(maze: Maze) -> Cells:
    """Return the kernel's table of a maze as an array.  Nobody may write to it."""
    table = np.array(maze.table, dtype=np.int64)
    table.flags.writeable = False
    return table


class FastGame:
    """A game that is played on one array of numbers, in place, by the compiled kernel.

    Takes the options of ``games.pacman.rules.start`` and its errors.  The same seed and actions lead to the same
    state as there, tick for tick; an action taken now belongs to step ``tick`` of a record.
    """

    def __init__(self, options: Mapping[str, Json] | None = None, *, seed: int = 0) -> None:
        self._begin(rules.start(options or {}, Random(seed)))  # noqa: S311 - a game, not a secret

    def _begin(self, state: rules.State) -> None:
        self.maze = state.maze
        self.cells: Cells = np.array(state.cells, dtype=np.int64)
        self.table = table_of(state.maze)
        self._kernel = compiled()

    @classmethod
    def of(cls, state: rules.State) -> FastGame:
        """Return a game that goes on from ``state``."""
        game = cls.__new__(cls)
        game._begin(state)  # noqa: SLF001 - its own
        return game

    @classmethod
    def imagined(cls, observation: Observation) -> FastGame:
        """Return a game that looks like ``observation``; ``games.pacman.ghosts.imagine`` says what is guessed."""
        return cls.of(rules.State(tuple(imagine(observation)), observation.maze))

    def state(self) -> rules.State:
        """Return the state that the rules would have now."""
        return rules.State(tuple(self.cells.tolist()), self.maze)

    def run(self, ticks: int = FOR_EVER, ask: int = ASK_ANYONE) -> bool:
        """Pass ticks (at least one) until someone in ``ask`` may act or ``ticks`` are over; False when the game is.

        ``cells[EVENTS]`` then holds the bits of everything that happened on the way.
        """
        self._kernel.run(self.cells, self.table, ticks, ask)
        return bool(self.cells[c.PHASE] != c.OVER)

    @property
    def tick(self) -> int:
        """How many ticks have passed: the step that an action taken now belongs to."""
        return int(self.cells[c.TICK])

    @property
    def asks_pacman(self) -> bool:
        """Whether Pac-Man has entered a tile, stands still or begins."""
        return bool(self.cells[c.ASK] & c.ASK_PACMAN)

    @property
    def asks_ghosts(self) -> bool:
        """Whether a ghost's exit is taken by the next tick and none was given."""
        return bool(self.cells[c.ASK] & c.ASK_GHOSTS)

    def head(self, direction: int) -> None:
        """Let Pac-Man want ``direction`` (0 to 3) from now on."""
        self.cells[c.PAC_WANT] = direction

    def choices(self) -> list[Choice]:
        """Return the next choice of every ghost that has one, however far."""
        return [choice for g in range(4) if (choice := self._choice(g)).tile >= 0]

    def due(self) -> list[Choice]:
        """Return the choices that the next tick takes and that nobody has made yet."""
        if not self.asks_ghosts:
            return []
        found = []
        for choice in self.choices():
            at = c.GHOST + choice.ghost * c.GHOST_CELLS
            if self.cells[at + c.PENDING] < 0 and choice.pixels < self.cells[at + c.MOVES]:
                found.append(choice)
        return found

    def exit(self, choice: Choice, direction: int) -> None:
        """Let a ghost take ``direction`` at the junction of ``choice``, which must be its present one."""
        self._kernel.submit_exit(self.cells, choice.ghost, choice.tile, choice.heading, direction)

    def classic(self, choice: Choice) -> int:
        """Return the exit (0 to 3) that the arcade's rules would choose there now."""
        return int(self._kernel.choose(self.cells, self.table, choice.ghost, choice.tile, choice.heading))

    def snapshot(self) -> Cells:
        """Return everything that ``restore`` needs."""
        return self.cells.copy()

    def restore(self, snapshot: Cells) -> None:
        """Go back to a snapshot."""
        self.cells[:] = snapshot

    def _choice(self, g: int) -> Choice:
        tile, heading, pixels = self._kernel.next_decision(self.cells, self.table, g)
        exits = int(self.table[c.TILE_TABLE + tile * c.TILE_CELLS + c.CHOICES + heading]) if tile >= 0 else 0
        return Choice(g, tile, heading, pixels, exits)
