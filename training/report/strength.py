"""How strong a new model is beside the one that it replaces, and beside the ladder: the same tasks for all.

Everybody plays the same seeds in rounds, so that each can be compared with the new model in pairs.  What chance gave is
taken off by control variates where the game has them.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ai_functions
from ai_functions.runtime.manifest import MANIFEST, Manifest
from training.contracts import benchmark_for
from training.evaluation.evaluate import LocalTasks, play_tasks, task_seeds
from training.evaluation.gate import Table
from training.evaluation.statistics import difference, estimate
from training.executors import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from training.evaluation.evaluate import Task
    from training.patience import Patience

ROUNDS, TASKS, FEWEST = 3, 16, 4
"""Rounds at most, and tasks of each: fewer where the gate may not play many either, but not so few."""


class Limits(NamedTuple):
    """What a comparison may cost."""

    most: int
    """Tasks that the gate may give each model."""
    patience: Patience


WORTH_A_PROCESS = 50
NEW, REPLACED = "new", "replaced"


def ladder_of(game: str, beside: str) -> dict[str, Path]:
    """Return the folders of the shipped opponents of ``game``, by name, easiest first, without the one ``beside``."""
    found = []
    for path in Path(ai_functions.__file__).parent.glob(f"*/{MANIFEST}"):
        manifest = Manifest.load(path.parent)
        if manifest.game == game and manifest.name != beside:
            found.append((manifest.difficulty, manifest.name, path.parent))
    return {name: folder for _, name, folder in sorted(found)}


def compared(
    game: str,
    players: Mapping[str, Path],
    seed: int,
    avoided: frozenset[int],
    limits: Limits,
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Return how the folders in ``players`` do, and how the one called NEW differs from each other one.

    Whole rounds are played, the first in any case, and none is begun when patience is at its end.
    """
    benchmark = benchmark_for(game)
    tasks: dict[str, list[Task]] = {name: [] for name in players}
    seeds = task_seeds("report", seed, avoided)
    a_round = max(FEWEST, min(TASKS, limits.most // (ROUNDS + 1)))
    whole, done = ROUNDS * a_round * len(players), 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress(done, whole)

    with workers(whole, WORTH_A_PROCESS) as pool:
        for number in range(ROUNDS):
            if number and limits.patience.is_over():
                break
            some = list(islice(seeds, a_round))
            for name, folder in players.items():
                tasks[name] += play_tasks(LocalTasks(game, str(folder)), some, pool, count, limits.patience)
    tables = {name: Table.of(some) for name, some in tasks.items()}
    (unit, better), *_ = benchmark.measures.items()
    firsts = {name: table.first() for name, table in tables.items()}
    found: list[Any] = []
    for name, values in firsts.items():
        entry: dict[str, Any] = {"who": name, "level": estimate(values).to_json()}
        if name != NEW:
            entry["difference"] = difference(list(firsts[NEW]), list(values)).to_json()
        found.append(entry)
    return {"measure": unit, "better": better, "tasks": len(firsts[NEW]), "players": found}
