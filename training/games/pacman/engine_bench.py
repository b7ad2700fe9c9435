"""How many ticks of Pac-Man a second one core plays, beside the Arcade Learning Environment's MsPacman.

A tick is 1/60 s of play everywhere, and each Pac-Man draws a direction at random every 8 ticks (about a tile), from the
same seed; our ghosts play the arcade's rules.  ALE emulates the console and shows nothing here; it still computes its
picture, as its users' programs do.
"""

from __future__ import annotations

import importlib.util
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

from games.pacman import cells as c
from games.pacman import kernel, rules
from games.pacman.names import DIRECTIONS
from training.games.pacman.compiled import FastGame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TICKS_BETWEEN_MOVES = 8
WARM_UP = 0.2
"""Seconds played before the clock starts."""
PARTS = 5
"""Each engine is timed in this many parts, in turn with the others, for the spread."""


def ticks_per_second(seconds: float = 2.0) -> dict[str, dict[str, float]]:
    """Return, for each of ``engines()``, its mean ticks a second, their standard error, and the ticks played.

    ``seconds`` is the time spent on each engine.  The waits between lives count, here and there.
    """
    played = engines()
    for play in played.values():
        _rate(play, WARM_UP, perf_counter)
    return rates(played, seconds, perf_counter)


def engines() -> dict[str, Callable[[], int]]:
    """Return functions that play on for a while and return the ticks that have passed, by the engine's name.

    ``step`` (``rules.step``, a frozen state a tick, as matches and replays are played), ``plain`` (the kernel in plain
    Python), ``compiled`` (the kernel through numba, one game, one core) and, where ale-py is installed, ``ale``.
    """
    found: dict[str, Callable[[], int]] = {"step": _step(), "plain": _plain(), "compiled": _compiled()}
    if importlib.util.find_spec("ale_py") is not None:
        found["ale"] = _ale()
    return found


def rates(
    played: Mapping[str, Callable[[], int]], seconds: float, clock: Callable[[], float]
) -> dict[str, dict[str, float]]:
    """Return what ``ticks_per_second`` does of functions that play, each for ``seconds`` by ``clock``."""
    parts: dict[str, list[tuple[float, int]]] = {name: [] for name in played}
    for _ in range(PARTS):
        for name, play in played.items():
            parts[name].append(_rate(play, seconds / PARTS, clock))
    return {name: _summary(found) for name, found in parts.items()}


def _rate(play: Callable[[], int], seconds: float, clock: Callable[[], float]) -> tuple[float, int]:
    """Return ticks a second and ticks of ``play``, called again and again for ``seconds``."""
    ticks = 0
    began = clock()
    while (spent := clock() - began) < seconds:
        ticks += play()
    return ticks / spent, ticks


def _summary(parts: list[tuple[float, int]]) -> dict[str, float]:
    mean = sum(rate for rate, _ in parts) / len(parts)
    variance = sum((rate - mean) ** 2 for rate, _ in parts) / (len(parts) - 1)
    return {
        "ticks_per_second": mean,
        "standard_error": (variance / len(parts)) ** 0.5,
        "ticks": sum(ticks for _, ticks in parts),
    }


_OPTIONS = {"lives": 10**6}
"""One game that does not end while it is timed."""
_STRETCH = 100
"""Moves that are played between two looks at the clock."""


def _step() -> Callable[[], int]:
    random = Random(1)  # noqa: S311 - a game, not a secret
    state = rules.start(_OPTIONS, random)

    def play() -> int:
        nonlocal state
        before = state.cells[c.TICK]
        for _ in range(_STRETCH):
            state, _ = rules.step(state, {"pacman": DIRECTIONS[random.randrange(4)]})
            for _ in range(TICKS_BETWEEN_MOVES - 1):
                state, _ = rules.step(state, {})
        return state.cells[c.TICK] - before

    return play


def _plain() -> Callable[[], int]:
    random = Random(1)  # noqa: S311 - a game, not a secret
    state = rules.start(_OPTIONS, random)
    cells, table = list(state.cells), state.maze.table

    def play() -> int:
        before = cells[c.TICK]
        for _ in range(_STRETCH):
            cells[c.PAC_WANT] = random.randrange(4)
            kernel.run(cells, table, TICKS_BETWEEN_MOVES, 0)
        return cells[c.TICK] - before

    return play


def _compiled() -> Callable[[], int]:
    random = Random(1)  # noqa: S311 - a game, not a secret
    game = FastGame(_OPTIONS, seed=1)

    def play() -> int:
        before = game.tick
        for _ in range(_STRETCH):
            game.head(random.randrange(4))
            game.run(TICKS_BETWEEN_MOVES, 0)
        return game.tick - before

    return play


def _ale() -> Callable[[], int]:
    from ale_py import ALEInterface, LoggerMode, roms  # noqa: PLC0415 - a development extra

    ALEInterface.setLoggerMode(LoggerMode.Error)
    console: Any = ALEInterface()
    console.setInt("random_seed", 1)
    console.setFloat("repeat_action_probability", 0.0)
    console.loadROM(roms.get_rom_path("ms_pacman"))
    console.reset_game()
    random = Random(1)  # noqa: S311 - a game, not a secret
    directions = console.getMinimalActionSet()[1:5]

    def play() -> int:
        for _ in range(_STRETCH):
            move = directions[random.randrange(4)]
            for _ in range(TICKS_BETWEEN_MOVES):
                console.act(move)
            if console.game_over():
                console.reset_game()
        return _STRETCH * TICKS_BETWEEN_MOVES

    return play
