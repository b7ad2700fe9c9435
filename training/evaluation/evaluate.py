"""How strong opponents are: the same tasks for all of them, so that they can be compared in pairs.

A *trial* plays one task, given its seed, and says how it went.  Opponents in the process, deployed functions and
reference players all make trials, so nothing here knows where an opponent lives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.loader import load_opponent
from games.record import move_seed
from training.contracts import TrainingError, benchmark_for
from training.executors import in_parts, spread
from training.patience import Counted
from training.shipped import Shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from games.core import Opponent, Player
    from training.contracts import Benchmark
    from training.patience import Patience

Row: TypeAlias = "Mapping[str, float]"
Trial: TypeAlias = "Callable[[int], Row]"


@dataclass(frozen=True, slots=True)
class LocalTrial:
    """A trial in this process or, since it can be sent there, in a worker process."""

    game: str
    who: str | Shipped
    """The folder of an opponent, or the name of one of the benchmark's players."""
    against: str | None = None

    def __call__(self, seed: int) -> Row:
        """Play one task."""
        benchmark = benchmark_for(self.game)
        against = None if self.against is None else local_opponent(self.game, self.against)
        return benchmark.measure(local_opponent(self.game, _place(self.who)), seed=seed, against=against)

    def to_be_sent(self) -> LocalTrial:
        """Return the same with all that a worker without this folder needs."""
        return replace(self, who=_shipped(self.who))


class Task(NamedTuple):
    """A task that was played."""

    row: Row
    controls: NDArray[np.float64]
    """What chance gave: control variates, shape (any,); empty for a game without any."""


@dataclass(frozen=True, slots=True)
class LocalTasks:
    """Many tasks in this process or, since it can be sent there, in a worker process."""

    game: str
    folder: str | Shipped
    """Of the opponent."""

    def __call__(self, seeds: Sequence[int]) -> list[Task]:
        """Play the tasks, side by side where the game can, with control variates where it has them."""
        benchmark = benchmark_for(self.game)
        if benchmark.side_by_side is not None:
            return [Task(row, _NONE) for row in benchmark.side_by_side(Path(_place(self.folder)), seeds)]
        opponent = local_opponent(self.game, _place(self.folder))
        if benchmark.controlled is not None:
            return [Task(*benchmark.controlled(opponent, seed=seed)) for seed in seeds]
        return [Task(benchmark.measure(opponent, seed=seed), _NONE) for seed in seeds]

    def to_be_sent(self) -> LocalTasks:
        """Return the same with all that a worker without this folder needs."""
        return replace(self, folder=_shipped(self.folder))


def _shipped(who: str | Shipped) -> str | Shipped:
    return Shipped.of(Path(who)) if isinstance(who, str) and Path(who).is_dir() else who


def _place(who: str | Shipped) -> str:
    return str(who.folder) if isinstance(who, Shipped) else who


_NONE = np.zeros(0)
_SIDE_BY_SIDE, _ONE_BY_ONE, _LEAST_PARTS = 64, 4, 4
"""Tasks that a worker takes at a time, and into how many parts few tasks fall: never by how many workers there are."""


def play_tasks(
    tasks: LocalTasks,
    seeds: Sequence[int],
    pool: Executor | None,
    progress: Callable[[int], None],
    patience: Patience | None = None,
) -> list[Task]:
    """Return how every task went, in their order; ``progress`` hears of some done, ``patience`` of what they took."""
    size = _SIDE_BY_SIDE if benchmark_for(tasks.game).side_by_side else _ONE_BY_ONE
    size = min(size, max(1, -(-len(seeds) // _LEAST_PARTS)))
    parts = [seeds[first : first + size] for first in range(0, len(seeds), size)]
    done: list[Task] = []
    for part, seconds in spread(Counted(tasks if pool is None else tasks.to_be_sent()), parts, pool):
        done += part
        progress(len(part))
        if patience is not None:
            patience.spend(seconds)
    return done


@lru_cache
def local_opponent(game: str, who: str) -> Opponent:
    """Return the opponent in the folder ``who``, or the player of that name.  Raises TrainingError for neither."""
    players = benchmark_for(game).players
    if who in players:
        return players[who]
    folder = Path(who)
    if not folder.is_dir():
        raise TrainingError(f"{who!r} is neither an opponent's folder nor a player of {game} ({', '.join(players)})")
    finish_interrupted(folder)
    loaded = load_opponent(folder)
    if loaded.manifest.game != game:
        raise TrainingError(f"{who} plays {loaded.manifest.game}, not {game}")
    return loaded.act


def task_seeds(purpose: str, seed: int, avoid: frozenset[int] = frozenset()) -> Iterator[int]:
    """Yield seeds of tasks, without end, none of them in ``avoid`` (the seeds of the games trained on)."""
    index = 0
    while True:
        candidate = move_seed(seed, index, purpose)
        if candidate not in avoid:
            yield candidate
        index += 1


@dataclass(frozen=True, slots=True)
class _Each:
    """Trials, one after the other."""

    trial: Trial

    def __call__(self, seeds: Sequence[int]) -> list[Row]:
        return [self.trial(seed) for seed in seeds]


def run(trial: Trial, seeds: Sequence[int], pool: Executor | None, progress: Callable[[int], None]) -> list[Row]:
    """Return how ``trial`` went for every seed, in their order; ``progress`` hears of each one done."""
    rows: list[Row] = []
    local = isinstance(trial, LocalTrial)
    work = trial.to_be_sent() if pool is not None and isinstance(trial, LocalTrial) else trial
    size = max(1, min(8, len(seeds) // 16)) if local else 1
    for some in spread(_Each(work), [seeds[part.start : part.stop] for part in in_parts(len(seeds), size)], pool):
        rows += some
        progress(len(some))
    return rows


class Fixture(NamedTuple):
    """One match to be played: its seeds, and who sits where."""

    pair: int
    """Matches of the same pair face the same seed."""
    seed: int
    policy_seed: int
    seats: Mapping[Player, str]


def fixtures(
    benchmark: Benchmark, players: Sequence[Player], names: tuple[str, str], games: int, seed: int
) -> list[Fixture]:
    """Return ``games`` matches between two opponents.

    Where functions take every seat, the two swap seats within a pair that shares a seed.  Where they take one
    (Pac-Man's ghosts), both meet the reference player within a pair; or, if one of the two is a player, they meet each
    other.
    Raises TrainingError for an odd number of games.
    """
    if games % 2:
        raise TrainingError(f"{games} games cannot be played in pairs: give an even number")
    plan: list[Fixture] = []
    for index, game_seed in enumerate(islice(task_seeds("match", seed), games)):
        pair = index if _meet(benchmark, players, names) else index // 2
        shared = game_seed if pair == index else plan[-1].seed if index % 2 else game_seed
        seats = _seats(benchmark, players, names, index)
        plan.append(Fixture(pair, shared, move_seed(shared, pair, "policy"), seats))
    return plan


def _meet(benchmark: Benchmark, players: Sequence[Player], names: tuple[str, str]) -> bool:
    """Say whether one of the two is a player in a seat that functions do not take."""
    return set(benchmark.seats) != set(players) and sum(name in benchmark.players for name in names) == 1


def _seats(benchmark: Benchmark, players: Sequence[Player], names: tuple[str, str], index: int) -> dict[Player, str]:
    if set(benchmark.seats) == set(players):
        return {player: names[(seat + index) % 2] for seat, player in enumerate(players)}
    if _meet(benchmark, players, names):
        partner, function = sorted(names, key=lambda name: name not in benchmark.players)
    elif benchmark.reference is None:
        raise TrainingError(f"nobody takes the seats that functions do not: {', '.join(players)}")
    else:
        partner, function = benchmark.reference, names[index % 2]
    return {player: function if player in benchmark.seats else partner for player in players}
