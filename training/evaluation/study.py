"""How often the gate lets models through that should pass, and how often those that should not: ``docs/training.md``.

Real tasks of real levels are played once; then models are made up whose tasks are drawn from these, moved by as much as
the model is to be better or worse, and put before the gate's own functions.  So the shape of what is measured, and what
control variates take off it, are as they are in a game.

``python -m training.evaluation.study`` plays, simulates and writes the section.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import count, islice
from math import log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import ai_functions
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import MODEL
from training.contracts import LESS, Dial, benchmark_for, level_for
from training.evaluation.dial import search
from training.evaluation.evaluate import LocalTasks, Task, play_tasks, task_seeds
from training.evaluation.gate import MOST_TASKS, Table, foretells, in_band, not_worse
from training.evaluation.page import put_section, table
from training.executors import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.contracts import Benchmark, Level

PAGE = Path("docs/training.md")
FOLDERS = Path(ai_functions.__file__).parent
HELD_OUT, SPREAD = 40, 0.5
"""Games that a model foretells, and how much the loss of a game differs between two models, in margins."""
_DIAL = Dial("temperature", 0.05, 20.0, raises=True)


@dataclass(frozen=True, slots=True)
class Bank:
    """Real tasks of a level."""

    benchmark: Benchmark
    level: Level | None
    table: Table

    @property
    def name(self) -> str:
        """The measure that decides."""
        return next(iter(self.benchmark.measures))

    def drawn(self, random: np.random.Generator, tasks: int, mean: float) -> list[Task]:
        """Return so many tasks, drawn with replacement, of a model whose mean is ``mean``."""
        name = self.name
        values = self.table.measures[name]
        which = random.integers(0, len(values), tasks)
        moved = values[which] + mean - values.mean()
        controls = self.table.controls - self.table.controls.mean(axis=0)
        return [Task({name: value}, row) for value, row in zip(moved.tolist(), controls[which], strict=True)]


def trained(*, aimed: bool) -> list[str]:
    """Return the names of our trained opponents with an aim, or of those without, by game and strength."""
    manifests = [Manifest.load(path.parent) for path in FOLDERS.glob(f"*/{MODEL}")]
    manifests.sort(key=lambda item: (item.game, item.difficulty))
    return [item.name for item in manifests if ("aim" in item.training) == aimed]


def bank(name: str, tasks: int, seed: int) -> Bank:
    """Return ``tasks`` real tasks that the level ``name`` of this repository played."""
    folder = FOLDERS / name
    manifest = Manifest.load(folder)
    benchmark = benchmark_for(manifest.game)
    seeds = list(islice(task_seeds("study", seed), tasks))
    with workers(tasks) as pool:
        played = play_tasks(LocalTasks(manifest.game, str(folder)), seeds, pool, lambda _: None)
    return Bank(benchmark, level_for(manifest), Table.of(played))


def passes_with_aim(found: Bank, off: float, worse: float, random: np.random.Generator) -> tuple[bool, int]:
    """Return whether a made-up level passes, and how many tasks that took.

    Its model foretells games worse by ``worse`` margins.  Its dial is searched; with ``off``, it stands so many bands
    off the aim instead.
    """
    aim, band = float(found.table.measures[found.name].mean()), found.benchmark.band
    played = 0

    def ask(value: float, seeds: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        some = Table.of(found.drawn(random, len(seeds), _level_at(value, aim, band)))
        return some.measures[found.name], some.controls

    if off:
        mean = aim + off * band
    else:
        setting = search(_DIAL, 1.3, aim, band, ask, count(), MOST_TASKS)
        mean, played = _level_at(setting.value, aim, band), setting.tasks
    answer, tasks = in_band(found.benchmark, aim, _player(found, mean, random), count(), MOST_TASKS)
    losses = random.normal(0, 1, (HELD_OUT, 2))
    assert found.level is not None  # noqa: S101 - a level with an aim has a dial
    margin = found.level.margin
    foretold = foretells(found.level, losses * SPREAD / sqrt(2) * margin + np.array([worse * margin, 0.0]))
    return answer.passed and foretold.passed, played + len(tasks.controls)


def passes_without_aim(found: Bank, worse: float, random: np.random.Generator) -> tuple[bool, int]:
    """Return whether a made-up model passes that plays worse by ``worse`` margins, and how many tasks each got."""
    less_wins = next(iter(found.benchmark.measures.values())) == LESS
    now = float(found.table.measures[found.name].mean())
    mean = now + worse * found.benchmark.margin * (1 if less_wins else -1)
    one, other = _player(found, mean, random), _player(found, now, random)
    answer, mine, _ = not_worse(found.benchmark, one, other, count(), MOST_TASKS)
    return answer.passed, len(mine.controls)


def _level_at(value: float, aim: float, band: float) -> float:
    """Return what a made-up dial gives: five bands more for every e times as much, the aim at 1."""
    return aim + 5 * band * log(value)


def _player(found: Bank, mean: float, random: np.random.Generator) -> Callable[[Sequence[int]], list[Task]]:
    return lambda seeds: found.drawn(random, len(seeds), mean)


def row(what: str, cases: Sequence[tuple[bool, int]]) -> list[str]:
    """Return a row of the table: which share passed, and the tasks that were played."""
    passed = np.array([case[0] for case in cases], dtype=np.float64)
    tasks = np.array([case[1] for case in cases])
    error = float(passed.std()) / sqrt(len(passed))
    return [what, f"{100 * passed.mean():.1f} ± {100 * error:.1f} %", f"{tasks.mean():.0f}", f"{tasks.max()}"]


def section(tasks: int, cases: int, seed: int = 1) -> str:
    """Return the section of the page."""
    rows: list[list[str]] = []
    for name in trained(aimed=True):
        found = bank(name, tasks, seed)
        for what, off, worse in (
            ("as good, its dial searched", 0.0, 0.0),
            ("too weak by the band", 1.0, 0.0),
            ("too strong by the band", -1.0, 0.0),
            ("foretells worse by the margin", 0.0, 1.0),
        ):
            random = np.random.default_rng([seed, len(rows)])
            rows.append(row(f"{name}: {what}", [passes_with_aim(found, off, worse, random) for _ in range(cases)]))
    for name in trained(aimed=False):
        found = bank(name, tasks, seed)
        for what, worse in (("as good", 0.0), ("better by the margin", -1.0), ("worse by the margin", 1.0)):
            random = np.random.default_rng([seed, len(rows)])
            rows.append(row(f"{name}: {what}", [passes_without_aim(found, worse, random) for _ in range(cases)]))
    return (
        "## How often the gate is right\n\n"
        f"{cases} made-up models a row, whose tasks are drawn from {tasks} real ones of the level that the row names. "
        "Tasks are those of the search for the dial and the gate together; without an aim, of each model.\n\n"
        + table(("model", "passes", "tasks, mean", "most"), rows)
    )


def main() -> None:
    """Make the section and put it on the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=2000, help="real tasks of each level")
    parser.add_argument("--cases", type=int, default=2000, help="made-up models a row")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    command = f"python -m training.evaluation.study --tasks {chosen.tasks} --cases {chosen.cases}"
    put_section(chosen.page, "gate", command, section(chosen.tasks, chosen.cases))


if __name__ == "__main__":
    main()
