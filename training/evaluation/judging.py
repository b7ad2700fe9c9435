"""Sets a candidate's dial and puts it before the gate: who plays, where, on which tasks, and what is kept of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ai_functions.runtime.model import CARD, ModelError, dial, model_sha256
from training.contracts import TrainingError, benchmark_for, level_for, player_judge_for
from training.dataset import split
from training.evaluation.dial import search
from training.evaluation.evaluate import LocalTasks, Task, play_tasks, task_seeds
from training.evaluation.gate import FIRST_LOOK, Table, foretells, in_band, not_worse, verdict
from training.evaluation.verdict import Answer, Verdict
from training.executors import in_parts, lent, spread, workers
from training.shipped import Shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.core import JsonObject
    from games.record import GameRecord
    from training.card import Origin
    from training.contracts import Dial, Level
    from training.evaluation.dial import Setting
    from training.interrupted import Steps
    from training.progress import ProgressReporter

ALONE = 200
"""Tasks by which a first model without an aim is measured: there is nothing to compare it with."""
FORETOLD_AT_ONCE, FORETOLD_IN_A_START = 25, 100
"""Matches held out that a worker takes at a time, and how many take longer than a process to start."""
_BOTH = "compare both"


class Judged(NamedTuple):
    """What came of a candidate."""

    verdict: Verdict
    dial: JsonObject
    """What the card says of the dial; empty for an opponent without one."""
    setting: Setting | None
    """How the dial was set; None for an opponent without an aim."""


@dataclass(frozen=True)
class Case:
    """A candidate, the folder of the model that it would replace, and what both are judged by."""

    folder: Path
    candidate: Path
    manifest: Manifest
    origin: Origin
    most: int
    """Tasks that the gate may give each of the two, and the search for the dial."""


def judge(case: Case, scratch: Path, reporter: ProgressReporter, steps: Steps) -> Judged:
    """Return whether the candidate may replace the model in the folder, and what its dial was set to.

    ``scratch`` is for copies of the candidate.  Raises TrainingError for an aim that nothing can set.
    """
    manifest = case.manifest
    by_player = player_judge_for(manifest.game) if "player" in manifest.training else None
    if by_player is not None:
        progress = lambda done, total: reporter.count("the player's games, held out", done, total)  # noqa: E731 - used once
        return Judged(by_player(case.folder, case.candidate, case.origin.records, case.origin.seed, progress), {}, None)
    aim, level = aim_of(manifest), level_for(manifest)
    if aim is not None and level is None:
        raise TrainingError(
            f"{manifest.name}: it aims at {aim:g}, and there is nothing to set its strength by: it learns to win as "
            "soon as it can; take the aim away (--aim none)"
        )
    avoided = frozenset(record.seed for record in case.origin.records)
    seeds = task_seeds("gate", case.origin.seed, avoided)
    reporter.report("trying the model out that would be replaced; what plays is compiled once on a machine")
    comparable = can_be_compared(case, next(seeds), reporter.report)
    if aim is not None and level is not None and comparable:
        reporter.report("comparing how both models foretell the games held out")
        answer = _foretelling(case, level, reporter)
        reporter.report(answer.reason)
        if not answer.passed:
            return Judged(verdict([answer]), {}, None)
        answers = [answer]
    else:
        answers = []
    with workers(min(case.most, FIRST_LOOK)) as pool:
        played = _Played(case, scratch, reporter, steps, pool)
        if aim is None or level is None:
            return _without_aim(case, played, level, seeds, comparable=comparable)
        benchmark = benchmark_for(manifest.game)
        start = _now(case.folder, manifest, level.dial)
        reporter.report(f"setting the {level.dial.name}, from {start:g}, so that it aims at {aim:g}")
        setting = search(
            level.dial, start, aim, benchmark.band, played.asked(level.dial),
            task_seeds("dial", case.origin.seed, avoided), case.most,
        )  # fmt: skip
        unit = next(iter(benchmark.measures))
        found = f"{setting.level:.2f} ± {setting.standard_error:.2f} {unit} at {level.dial.name} {setting.value:g}"
        reporter.report(f"{found}, after {setting.tasks} tasks")
        card: JsonObject = {level.dial.name: setting.value}
        if not setting.reached:
            answers.append(Answer("aim", passed=False, reason=_out_of_reach(found, setting.value, aim, level.dial)))
            return Judged(verdict(answers), card, setting)
        reporter.report(f"measuring whether it is within {benchmark.band:g} of its aim, on other tasks")
        final = played.at(level.dial, setting.value)
        answer, table = in_band(benchmark, aim, lambda some: played.play(final, some, "measure it"), seeds, case.most)
        return Judged(verdict([*answers, answer], table), card, setting)


def aim_of(manifest: Manifest) -> float | None:
    """Return the value of the first measure that the level should have; None where stronger is better.

    Raises TrainingError for an aim that is no number.
    """
    aim = manifest.training.get("aim")
    if aim is None:
        return None
    if isinstance(aim, bool) or not isinstance(aim, int | float) or not np.isfinite(aim):
        raise TrainingError(f"{manifest.name}: [training] aim is {aim!r}; it is a number")
    return float(aim)


def _now(folder: Path, manifest: Manifest, one: Dial) -> float:
    return dial(folder, one.name, float(getattr(manifest, one.name)))


def _out_of_reach(found: str, value: float, aim: float, one: Dial) -> str:
    end = "lowest" if value < one.high / 2 else "highest"
    return (
        f"{found}, the {end} there is: the aim of {aim:g} is out of its reach; learn from games of players nearer to "
        f"it, or give another aim (--aim N, or --aim none)"
    )


def _foretelling(case: Case, level: Level, reporter: ProgressReporter) -> Answer:
    _, held_out = split(case.origin.records)
    found = []
    with lent(len(held_out), FORETOLD_IN_A_START) as pool:
        folders = [case.candidate, case.folder]
        work = Foretold(case.manifest, tuple(folders if pool is None else map(Shipped.of, folders)))
        parts = [held_out[part.start : part.stop] for part in in_parts(len(held_out), FORETOLD_AT_ONCE)]
        for some in spread(work, parts, pool):
            found.append(some)
            done = min(len(found) * FORETOLD_AT_ONCE, len(held_out))
            reporter.count("games held out, foretold", done, len(held_out))
    return foretells(level, np.concatenate(found) if found else np.zeros((0, len(folders))))


@dataclass(frozen=True, slots=True)
class Foretold:
    """How badly models foretell matches, in this process or in a worker."""

    manifest: Manifest
    folders: tuple[Path | Shipped, ...]

    def __call__(self, records: Sequence[GameRecord]) -> NDArray[np.float64]:
        """Return each match's loss, shape (matches, folders)."""
        level = level_for(self.manifest)
        folders = [one.folder if isinstance(one, Shipped) else one for one in self.folders]
        return np.zeros((0, len(folders))) if level is None else level.losses(self.manifest, folders, records, _nothing)


def _nothing(_done: int, _total: int) -> None:
    """Tell nobody."""


def _without_aim(case: Case, played: _Played, level: Level | None, seeds: Iterator[int], *, comparable: bool) -> Judged:
    card: JsonObject = {}
    candidate = case.candidate
    if level is not None:
        now = _now(case.folder, case.manifest, level.dial)
        card, candidate = {level.dial.name: now}, played.at(level.dial, now)
    if not comparable:
        tasks = played.play(candidate, [next(seeds) for _ in range(min(ALONE, case.most))], "measure it")
        answer = Answer("incumbent", passed=True, reason="there is no model to replace")
        return Judged(verdict([answer], Table.of(tasks)), card, None)
    answer, mine, theirs = not_worse(
        benchmark_for(case.manifest.game),
        lambda some: played.play(candidate, some, _BOTH),
        lambda some: played.play(case.folder, some, _BOTH),
        seeds,
        case.most,
    )
    return Judged(verdict([answer], mine, theirs), card, None)


def can_be_compared(case: Case, seed: int, tell: Callable[[str], None]) -> bool:
    """Say whether there is a model to be replaced that can play: one that learned other features cannot."""
    try:
        if not model_sha256(case.folder):
            return False
        LocalTasks(case.manifest.game, str(case.folder))([seed])
    except (ModelError, OSError, ValueError) as error:
        tell(f"the model there cannot be compared with: {error}")
        return False
    return True


class _Played:
    """Plays tasks, in worker processes; those that were played before an interruption are recalled."""

    def __init__(
        self, case: Case, scratch: Path, reporter: ProgressReporter, steps: Steps, pool: Executor | None
    ) -> None:
        self._case, self._scratch, self._reporter, self._steps, self._pool = case, scratch, reporter, steps, pool
        self._parts = 0
        self._done: dict[str, int] = {}

    def at(self, one: Dial, value: float) -> Path:
        """Return a folder with the candidate whose dial stands at ``value``."""
        folder = self._scratch / f"{one.name}-{value!r}"
        if not folder.exists():
            shutil.copytree(self._case.candidate, folder)
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            (folder / CARD).write_text(json.dumps({**card, "dial": {one.name: value}}), encoding="utf-8")
        return folder

    def asked(self, one: Dial) -> Callable[[float, Sequence[int]], tuple[Any, Any]]:
        """Return how the candidate does with the dial at a value."""

        def ask(value: float, seeds: Sequence[int]) -> tuple[Any, Any]:
            table = Table.of(self.play(self.at(one, value), seeds, f"set the {one.name}"))
            return next(iter(table.measures.values())), table.controls

        return ask

    def play(self, folder: Path, seeds: Sequence[int], purpose: str) -> list[Task]:
        """Return how the opponent in ``folder`` does at the tasks of ``seeds``."""
        self._parts += 1
        step = f"tasks-{self._parts:04}"
        kept = self._steps.recall(step)
        if kept is not None:
            self._count(purpose, len(seeds))
            return _tasks_of(kept)
        tasks = play_tasks(
            LocalTasks(self._case.manifest.game, str(folder)),
            seeds,
            self._pool,
            lambda more: self._count(purpose, more),
        )
        rows: list[Any] = [dict(task.row) for task in tasks]
        controls: list[Any] = [task.controls.tolist() for task in tasks]
        self._steps.keep(step, {"rows": rows, "controls": controls})
        return tasks

    def _count(self, purpose: str, more: int) -> None:
        self._done[purpose] = done = self._done.get(purpose, 0) + more
        most = self._case.most * (2 if purpose == _BOTH else 1)
        self._reporter.count(f"tasks played to {purpose}, at most", done, max(done, most))


def _tasks_of(kept: Any) -> list[Task]:
    return [Task(row, np.array(controls)) for row, controls in zip(kept["rows"], kept["controls"], strict=True)]
