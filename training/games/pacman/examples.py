"""From records to rows: every exit that somebody chose, what the board was like, and how soon Pac-Man was caught.

Records are replayed by the compiled kernel, each in a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ai_functions.policies.pacman.batch import Asked
from ai_functions.policies.pacman.features import rows
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.names import DIRECTIONS, GHOSTS
from training.executors import in_parts, lent, spread
from training.games.pacman.batches import Screens, screens_of
from training.games.pacman.compiled import compiled, jit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from games.pacman.maze import Maze
    from games.record import GameRecord, Participant

HORIZON = 240.0
"""Ticks over which a catch counts for less by a factor of e."""
CHUNK = 64
"""Games whose rows are computed together."""
WORTH_A_PROCESS = 300
"""Games that take longer to read than a process to start."""

_KERNEL = compiled()
_tick, _next_decision, _submit_exit = _KERNEL.tick, _KERNEL.next_decision, _KERNEL.submit_exit
_CAUGHT = c.E_CAUGHT * 15


@dataclass(frozen=True, slots=True)
class Examples:
    """Training examples: the exits of decisions, and which was taken."""

    rows: NDArray[np.float32]
    """One for each exit of each decision; shape (rows, columns)."""
    decision: NDArray[np.int64]
    """Which decision a row belongs to; rising."""
    taken: NDArray[np.bool_]
    """Whether this exit was taken."""
    value: NDArray[np.float64]
    """exp(-ticks until Pac-Man was caught / HORIZON), 0 if he was not; by row, of what was taken."""
    match: NDArray[np.int64]
    """Which of the records a row comes from."""


class _Seen(NamedTuple):
    """The decisions of one record."""

    maze: Maze
    cells: NDArray[np.int64]
    """Of the state in which each was made; shape (decisions, cells)."""
    ghost: NDArray[np.int64]
    tile: NDArray[np.int64]
    heading: NDArray[np.int64]
    way: NDArray[np.int64]
    wait: NDArray[np.float64]
    """Ticks until Pac-Man was caught; inf if he was not."""


def everyone(_: Participant) -> bool:
    """Return True: every participant's exits are examples."""
    return True


def read(
    records: Sequence[GameRecord],
    sees: str,
    decisions: int,
    seed: int,
    progress: Callable[[str], None],
    whose: Callable[[Participant], bool] = everyone,
) -> Examples:
    """Return the examples of at most about ``decisions`` decisions, evenly from all games.

    ``whose`` says whether a participant's decisions are examples.  Records must be sound.
    """
    a_game = max(1, decisions // max(1, len(records)))
    found: list[Examples] = []
    with lent(len(records), WORTH_A_PROCESS) as pool:
        parts = [(part.start, records[part.start : part.stop]) for part in in_parts(len(records), CHUNK)]
        for number, some in enumerate(spread(_Read(sees, a_game, seed, whose), parts, pool)):
            found += some
            if number:
                progress(f"read {number * CHUNK} of {len(records)} games")
    return _join(found)


@dataclass(frozen=True, slots=True)
class _Read:
    """Examples of some records, made in this process or in a worker."""

    sees: str
    a_game: int
    seed: int
    whose: Callable[[Participant], bool]

    def __call__(self, part: tuple[int, Sequence[GameRecord]]) -> list[Examples]:
        first, records = part
        random = np.random.default_rng([self.seed, first])
        found: list[Examples] = []
        seen = [_some(_replay(record, self.whose), self.a_game, random) for record in records]
        for maze in dict.fromkeys(item.maze for item in seen):
            there = [number for number, item in enumerate(seen) if item.maze == maze]
            some = _examples(screens_of(maze), [seen[number] for number in there], self.sees)
            found.append(replace(some, match=first + np.array(there)[some.match]))
        return found


def _join(parts: Iterable[Examples]) -> Examples:
    found = list(parts)
    if not found:
        none = np.zeros(0, np.int64)
        return Examples(np.zeros((0, 0), np.float32), none, np.zeros(0, np.bool_), np.zeros(0), none)
    counts = np.cumsum([0, *(int(part.decision[-1]) + 1 if len(part.decision) else 0 for part in found)])
    return Examples(
        rows=np.concatenate([part.rows for part in found]),
        decision=np.concatenate([part.decision + first for part, first in zip(found, counts[:-1], strict=True)]),
        taken=np.concatenate([part.taken for part in found]),
        value=np.concatenate([part.value for part in found]),
        match=np.concatenate([part.match for part in found]),
    )


def _examples(screens: Screens, seen: Sequence[_Seen], sees: str) -> Examples:
    cells = np.concatenate([item.cells for item in seen])
    tile, heading = (np.concatenate([getattr(item, name) for item in seen]) for name in ("tile", "heading"))
    ghost, way = (np.concatenate([getattr(item, name) for item in seen]) for name in ("ghost", "way"))
    value = np.exp(-np.concatenate([item.wait for item in seen]) / HORIZON)
    asked = Asked(
        scene=np.arange(len(cells)),
        ghost=ghost,
        junction=screens.paths.number[tile].astype(np.int64),
        heading=heading,
        exits=screens.exits(tile, heading),
    )
    table, race = rows(screens.paths, screens.scenes(cells), asked, sees)
    match = np.repeat(np.arange(len(seen)), [len(item.ghost) for item in seen])[race.decision]
    return Examples(table, race.decision, race.exit == way[race.decision], value[race.decision], match)


def _some(seen: _Seen, most: int, random: np.random.Generator) -> _Seen:
    if len(seen.ghost) <= most:
        return seen
    which = np.sort(random.choice(len(seen.ghost), most, replace=False))
    maze, *parts = seen
    return _Seen(maze, *(part[which] for part in parts))  # type: ignore[arg-type]


def _replay(record: GameRecord, whose: Callable[[Participant], bool]) -> _Seen:
    state = rules.start(record.options, Random(record.seed))  # noqa: S311 - a game, not a secret
    counted = [whose(participant) for participant in record.participants]
    turns = [
        (
            turn.step,
            GHOSTS.index(ghost) if way else -1,
            DIRECTIONS.index(way or ghost),
            turn.fallback is None and counted[turn.participant],
        )
        for turn in record.turns
        for ghost, _, way in (word.partition(":") for word in turn.action.split(" "))
        if turn.action != "-"
    ]
    table = np.array(turns, dtype=np.int64).reshape(-1, 4)
    cells = np.array(state.cells, dtype=np.int64)
    snapshots = np.zeros((len(table), len(cells)), dtype=np.int64)
    made = np.zeros((len(table), 4), dtype=np.int64)
    caught = np.zeros(1000, dtype=np.int64)
    decided, deaths = _follow(cells, screens_of(state.maze).table, table, record.steps, snapshots, made, caught)
    made = made[:decided]
    final = _final_choices(made)
    ticks = snapshots[:decided][final][:, c.TICK]
    ends = np.append(caught[:deaths].astype(np.float64), np.inf)
    wait: NDArray[np.float64] = ends[np.searchsorted(caught[:deaths], ticks)] - ticks
    ghost, tile, heading, way = made[final].T
    return _Seen(state.maze, snapshots[:decided][final], ghost, tile, heading, way, wait)


def _final_choices(made: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which submissions counted: a later one for the same ghost and junction replaces those before it."""
    last: dict[tuple[int, int, int], int] = {}
    latest: dict[int, tuple[int, int, int]] = {}
    kept: list[int] = []
    for index, (ghost, tile, heading, _) in enumerate(made.tolist()):
        key = (ghost, tile, heading)
        if latest.get(ghost) == key:
            kept[last[key]] = index
        else:
            latest[ghost] = key
            last[key] = len(kept)
            kept.append(index)
    return np.array(kept, dtype=np.int64)


@jit
def _follow(s, w, turns, steps, snapshots, made, caught):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Replay a record; note the state at each exit that was submitted, and the ticks at which Pac-Man was caught."""
    decided = 0
    deaths = 0
    at = 0
    for step in range(steps):
        while at < len(turns) and turns[at, 0] == step:
            g = turns[at, 1]
            if g < 0:
                s[c.PAC_WANT] = turns[at, 2]
            else:
                tile, heading, _ = _next_decision(s, w, g)
                if tile >= 0:
                    if turns[at, 3]:
                        snapshots[decided] = s
                        made[decided] = (g, tile, heading, turns[at, 2])
                        decided += 1
                    _submit_exit(s, g, tile, heading, turns[at, 2])
            at += 1
        _tick(s, w)
        if s[c.EVENTS] & _CAUGHT and deaths < len(caught):
            caught[deaths] = s[c.TICK]
            deaths += 1
    return decided, deaths
