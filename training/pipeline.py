"""The whole way: records -> dataset -> fit -> export -> dial -> gate -> artifact.

The opponent's folder is the unit: a candidate is a copy of it with another model, loaded and played exactly as the
folder itself is.  Nothing is written into the folder before the gate has let the candidate pass.
"""

from __future__ import annotations

import shutil
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from threadpoolctl import threadpool_limits

from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.manifest import MANIFEST, Manifest
from games.record import GameRecord
from training.artifact import write_artifact
from training.bootstrap import make_games
from training.card import model_card
from training.contracts import TrainingError, imitates, recipe_for
from training.dataset import functions_passed_over, usable
from training.evaluation.evaluate import task_seeds
from training.evaluation.gate import MOST_TASKS
from training.evaluation.judging import Case, can_be_compared, judge
from training.executors import keeping_processes
from training.export import Exported, export
from training.folders import COPIED, with_aim
from training.interrupted import Forgetful

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from games.core import JsonObject
    from training.card import Origin
    from training.estimators import OwnEstimator
    from training.evaluation.judging import Judged
    from training.evaluation.verdict import Verdict
    from training.interrupted import Steps
    from training.progress import ProgressReporter
    from training.report.findings import Found
    from training.runs import Keeper
    from training.set_aside import SetAside


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants otherwise than ``opponent.toml`` says."""

    most: int = MOST_TASKS
    """Tasks that the gate may give each model, and the search for the dial."""
    aim: float | None = None
    """Another aim."""
    no_aim: bool = False
    """No aim: stronger is better."""
    learn_from: tuple[str, ...] = ()
    """``function:NAME`` of functions that may be imitated."""
    own: OwnEstimator | None = None
    """What is to be fitted, instead of the recipe's own."""

    def changed(self, manifest: Manifest) -> Manifest:
        """Return the manifest with the wishes in it."""
        training = dict(manifest.training)
        if self.no_aim:
            training.pop("aim", None)
        elif self.aim is not None:
            training["aim"] = self.aim
        if self.learn_from:
            training["learn_from"] = [*training.get("learn_from", ()), *self.learn_from]
        return replace(manifest, training=training)


_NO_WISHES = Wishes()
_NOTHING_KEPT = Forgetful()


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it."""

    manifest: Manifest
    card: JsonObject
    verdict: Verdict
    folder: Path
    """Where the artifact is, if the gate let it pass."""
    seconds: Mapping[str, float]
    """How long each step took."""
    run: str = ""
    """Under which name the run was kept; empty where none was."""


def gather(
    manifest: Manifest,
    records: Sequence[GameRecord],
    bootstrap: int,
    seed: int,
    reporter: ProgressReporter,
    steps: Steps = _NOTHING_KEPT,
    aside: SetAside | None = None,
) -> list[GameRecord]:
    """Return the sound ones of ``records`` and ``bootstrap`` games by bootstrap players.

    ``aside`` counts those that are not sound.  Raises TrainingError when that makes none.
    """
    if records:
        reporter.report(f"playing {len(records)} recorded games again, by the rules")
    found = usable(records, manifest.game, reporter.report, aside)
    if bootstrap:
        found += _bootstrap(manifest, bootstrap, seed, reporter, steps)
    if not found:
        raise TrainingError(f"{manifest.name}: no games to learn from; give --records or --bootstrap")
    return found


def _bootstrap(manifest: Manifest, games: int, seed: int, reporter: ProgressReporter, steps: Steps) -> list[GameRecord]:
    kept: Any = steps.recall("bootstrap")
    if kept is not None:
        reporter.report(f"{games} bootstrap games were played before the interruption")
        return [GameRecord.from_line(line) for line in kept["records"]]
    count = lambda done: reporter.count("bootstrap games", done, games)  # noqa: E731 - one line, used once
    made = list(make_games(manifest, games, seed=seed, progress=count))
    steps.keep("bootstrap", {"records": [record.to_line() for record in made]})
    return made


def train(
    folder: Path,
    origin: Origin,
    out: Path,
    reporter: ProgressReporter,
    *,
    wishes: Wishes = _NO_WISHES,
    steps: Steps = _NOTHING_KEPT,
    keeper: Keeper | None = None,
) -> Trained:
    """Learn a model for the opponent in ``folder`` and, if it may replace the one there, put it into ``out``.

    ``out`` may be ``folder``.  Steps that ``steps`` recalls are not done again.  ``keeper`` gets the card and the
    report of the run, whether it passed or was refused, before anything is put into ``out``.  Raises TrainingError when
    nothing can be learned or the export would differ.
    """
    if finish_interrupted(folder):
        reporter.report(f"{folder}: finished putting in place the model of an earlier training that was interrupted")
    manifest = wishes.changed(Manifest.load(folder))
    text = with_aim(folder, wishes.aim) if wishes.no_aim or wishes.aim is not None else None
    _report_functions_passed_over(manifest, origin.records, reporter)
    seconds: dict[str, float] = {}
    with _timed(seconds, "fit"), threadpool_limits(1):  # also where a caller loaded numpy with more threads
        exported, card = _learned(manifest, origin, reporter, steps, wishes.own)
    with TemporaryDirectory(prefix="lambda-arcade-") as scratch, keeping_processes():
        candidate = Path(scratch) / manifest.name
        shutil.copytree(folder, candidate, ignore=COPIED)
        write_artifact(candidate, exported.onnx, card)
        case = Case(folder, candidate, manifest, origin, wishes.most)
        with _timed(seconds, "play"):
            judged = judge(case, Path(scratch), reporter, steps)
        card = _judged(card, manifest, judged)
        run = ""
        if keeper is not None:
            run = keeper.name_of(manifest.name)
            card = {**card, "run": run}
            write_artifact(candidate, exported.onnx, card)  # with its dial
            with _timed(seconds, "report"):
                found = _report(case, card, judged.verdict, wishes.own, keeper, reporter)
            card = {**card, **found.reference}
            keeper.keep(run, card, found)
    if judged.verdict.passed:
        if out.resolve() != folder.resolve():
            shutil.copytree(folder, out, ignore=COPIED, dirs_exist_ok=True)
        write_artifact(out, exported.onnx, card, {} if text is None else {MANIFEST: text})
    return Trained(manifest, card, judged.verdict, out, seconds, run)


def _judged(card: JsonObject, manifest: Manifest, judged: Judged) -> JsonObject:
    """Return the card with what came of the candidate."""
    found = {**card}
    if judged.dial:
        found["dial"] = judged.dial
    if judged.setting is not None:
        found |= {"aim": manifest.training["aim"], "setting": judged.setting.to_json()}
    return {**found, "evaluation": judged.verdict.to_json()}


def _report(
    case: Case, card: JsonObject, verdict: Verdict, own: OwnEstimator | None, keeper: Keeper, reporter: ProgressReporter
) -> Found:
    """Return the report."""
    from training.report.findings import Subject, report  # noqa: PLC0415 - only where somebody keeps it

    avoided = frozenset(record.seed for record in case.origin.records)
    comparable = can_be_compared(case, next(task_seeds("report", case.origin.seed, avoided)), lambda _: None)
    subject = Subject(
        case.manifest, case.candidate, case.folder if comparable else None, case.origin, verdict, card,
        estimator=None if own is None else own.estimator, prove=keeper.prove, most=case.most,
    )  # fmt: skip
    with threadpool_limits(1):
        return report(subject, reporter)


def _learned(
    manifest: Manifest, origin: Origin, reporter: ProgressReporter, steps: Steps, own: OwnEstimator | None
) -> tuple[Exported, JsonObject]:
    """Return the model and its card, as far as it is known before anything is played."""
    kept: Any = steps.recall("model")
    if kept is not None:
        reporter.report("the model was fitted before the interruption")
        return Exported(b64decode(kept["onnx"]), kept["sha256"], kept["rows"], kept["max_error"]), kept["card"]
    recipe: Any = recipe_for(manifest.game)
    asked: dict[str, Any] = {} if own is None else {"estimator": own.estimator}
    if own is not None and "estimator" not in signature(recipe).parameters:
        raise TrainingError(f"the recipe of {manifest.game} takes no --estimator; la.deploy makes an opponent of one")
    fitted = recipe(manifest, origin.records, seed=origin.seed, progress=reporter.report, **asked)
    exported = export(fitted) if own is None else own.export(fitted)
    reporter.report(
        f"the ONNX model agrees with the estimator on {exported.rows} rows (largest error {exported.max_error:.1e})"
    )
    card = model_card(manifest, fitted, exported, origin)
    result = {"rows": exported.rows, "max_error": exported.max_error, "sha256": exported.sha256, "card": card}
    steps.keep("model", cast("JsonObject", {**result, "onnx": b64encode(exported.onnx).decode()}))
    return exported, card


def _report_functions_passed_over(
    manifest: Manifest, records: Sequence[GameRecord], reporter: ProgressReporter
) -> None:
    for name, count in (functions_passed_over(manifest, records) if imitates(manifest) else {}).items():
        reporter.report(
            f"{count} actions of {name} are not learned from: a model would end up imitating itself; "
            f"--learn-from {name} asks for them"
        )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[step] = round(perf_counter() - began, 2)
