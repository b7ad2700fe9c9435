"""Ways to reach a certain moment of Pac-Man, for tests: play on, wait for something, or change a few cells."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import ghost_at
from games.pacman.kernel import ghost_plans
from games.pacman.names import DIRECTIONS, GHOSTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from games.core import Event
    from games.pacman.rules import State

BLINKY, PINKY, INKY, CLYDE = range(4)


def begun(seed: int = 1, **options: Any) -> State:
    """Return a game's first moment of play."""
    state = rules.start(options, Random(seed))
    while state.cells[c.PHASE] == c.READY:
        state, _ = rules.step(state, {})
    return state


def edit(state: State, cells: Mapping[int, int]) -> State:
    """Return the state with some cells changed, and with the ghosts' next moves worked out anew."""
    changed = list(state.cells)
    for cell, value in cells.items():
        changed[cell] = value
    changed[c.ASK] = 0
    ghost_plans(changed, state.maze.table)
    return replace(state, cells=tuple(changed))


def ghost(state: State, g: int, field: int) -> int:
    return state.cells[ghost_at(g) + field]


def without_ghosts(state: State) -> State:
    """Return the state with the four locked into the house, so that Pac-Man is left alone."""
    cells = {}
    for g in range(4):
        o = ghost_at(g)
        cells |= {o + c.STATE: c.HOME, o + c.DOTS: -(10**6), o + c.X: 111, o + c.Y: state.maze.table[c.HOUSE_Y]}
    return edit(state, cells | {c.DOT_TIMER: -(10**6)})


def hidden_pacman(state: State) -> State:
    """Return the state with Pac-Man where no ghost gets: his pixel lies in the house."""
    return edit(state, {c.PAC_TILE: 13 + 14 * 28, c.PAC_X: 111, c.PAC_Y: 116, c.PAC_PAUSE: 10**9})


def ticks(state: State, count: int, want: str | None = None) -> Iterator[tuple[State, tuple[Event, ...]]]:
    """Yield ``count`` ticks; Pac-Man wants ``want`` from the first on."""
    actions: dict[str, Any] = {} if want is None else {"pacman": want}
    for _ in range(count):
        state, events = rules.step(state, actions)
        actions = {}
        yield state, events


def after(state: State, count: int, want: str | None = None) -> State:
    for later, _ in ticks(state, count, want):
        state = later
    return state


def until(state: State, wanted: Callable[[State, set[str]], bool], most: int = 20_000) -> State:
    """Return the first state after which ``wanted(state, kinds of events)`` holds."""
    for later, events in ticks(state, most):
        if wanted(later, {event.kind for event in events}):
            return later
    raise AssertionError(f"not within {most} ticks:\n{rules.board(later)}")


def wander(state: State, random: Random, count: int) -> Iterator[tuple[State, tuple[Event, ...]]]:
    """Yield ticks with a Pac-Man who turns at random, and ghosts who now and then choose for themselves."""
    for _ in range(count):
        actions: dict[str, Any] = {}
        asked = rules.to_act(state)
        if "pacman" in asked:
            actions["pacman"] = random.choice(DIRECTIONS)
        if "ghosts" in asked or random.random() < 0.02:
            actions["ghosts"] = {
                item.ghost: random.choice(item.exits) for item in rules.decisions(state) if random.random() < 0.7
            }
        state, events = rules.step(state, actions)
        yield state, events


def number(name: str) -> int:
    return GHOSTS.index(name)


def lonely(state: State) -> State:
    """Return the state with no ghost that could catch anyone: Blinky sits in the house as eyes that never arrive."""
    return edit(state, {ghost_at(BLINKY) + c.STATE: c.ENTERING, ghost_at(BLINKY) + c.Y: -(10**6)})
