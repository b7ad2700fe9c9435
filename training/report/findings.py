"""Everything that a training found, as data: what ``page`` makes a page of, and programs read as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from ai_functions.runtime.model import Model, ModelError
from training.contracts import TrainingError, benchmark_for, features_for
from training.dataset import functions_passed_over, split
from training.evaluation.gate import MOST_TASKS
from training.patience import Patience
from training.report.asked import Asked
from training.report.changes import Changes, changes
from training.report.curve import Learner, curve
from training.report.importance import importance
from training.report.questions import Foretelling, foretelling_for, questions_in
from training.report.strength import NEW, REPLACED, Limits, compared, ladder_of
from training.tables.observations import of_every_phase, positions_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import JsonObject
    from games.record import GameRecord
    from training.card import Origin
    from training.evaluation.verdict import Verdict
    from training.progress import ProgressReporter
from training.tables.observations import Position

VERSION = 1
MOST_MATCHES, MOST_DECISIONS = 300, 1500
"""Held out that are asked about; decisions of them."""
ASKED = 2
"""Games held out whose positions the packed function is asked."""
PATIENCE_S = 8.0
"""Of the processor, after which no part plays another round, or looks at another match."""

Prove: TypeAlias = Callable[[Path, "Sequence[Position]"], Mapping[str, Any]]
"""Packs the opponent in a folder, asks it positions, and returns what was measured of the function."""


@dataclass(frozen=True, slots=True)
class Found:
    """A report."""

    data: JsonObject
    pictures: Sequence[Mapping[str, str]] = ()
    """Of each of ``data["changes"]["positions"]``: ``old`` and ``new``, as SVG."""
    reference: JsonObject = field(default_factory=dict)
    """For the card: by what drift is measured later; empty for a model that foretells nothing."""


@dataclass(frozen=True)
class Subject:
    """A model, and the one that it would replace."""

    manifest: Manifest
    new: Path
    old: Path | None
    """None where there is nothing that it could be compared with."""
    origin: Origin
    verdict: Verdict
    card: Mapping[str, Any]
    estimator: Any = None
    """A person's own, not fitted; None for the recipe's."""
    prove: Prove | None = None
    most: int = MOST_TASKS
    """Tasks that the gate may give each model."""
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Parts:
    """What makes the parts of a report; each is asked once, in this order."""

    asked: Callable[[], Asked | dict[str, Any]]
    curve: Callable[[Asked | dict[str, Any]], dict[str, Any]]
    strength: Callable[[], dict[str, Any]]
    function: Callable[[], dict[str, Any]]
    changes: Callable[[], Changes | str]


def report(subject: Subject, reporter: ProgressReporter) -> Found:
    """Return what can be said of the model; each part that cannot be says why, under ``why_not``.

    It takes some half a minute of a core, whatever the number of records; ``seconds`` tells each part's.
    """
    learn, held_out = split(subject.origin.records)
    foretelling = foretelling_for(subject.manifest)
    facts = {
        "name": subject.manifest.name,
        "game": subject.manifest.game,
        "title": subject.manifest.title,
        "created": subject.card.get("created"),
        "command": subject.origin.command,
        "seed": subject.origin.seed,
        "algorithm": subject.card.get("algorithm"),
        "parameters": subject.card.get("parameters"),
        "versions": subject.card.get("versions"),
        "verdict": subject.verdict.to_json(),
        "data": _data(subject, learn, held_out),
    }
    parts = Parts(
        asked=lambda: _asked(subject, foretelling, _some(held_out), reporter),
        curve=lambda asked: _curve(subject, asked, learn, held_out, reporter),
        strength=lambda: _strength(subject, reporter),
        function=lambda: _function(subject, held_out, reporter),
        changes=lambda: changed(subject.old, subject.new, held_out, subject.patience_s, reporter),
    )
    return assembled(facts, parts, reporter)


def assembled(facts: Mapping[str, Any], parts: Parts, reporter: ProgressReporter) -> Found:
    """Return the report that has ``facts`` and what ``parts`` make."""
    seconds: dict[str, float] = {}

    def part(name: str, make: Callable[[], Any]) -> Any:
        began = perf_counter()
        made = make()
        seconds[name] = round(perf_counter() - began, 2)
        return made

    reporter.report("writing the report: what it foretells, what it looks at, and what changed")
    asked = part("foretelling", parts.asked)
    data: dict[str, Any] = {
        "version": VERSION,
        **facts,
        "foretelling": asked if isinstance(asked, dict) else asked.told,
        "curve": part("curve", lambda: parts.curve(asked)),
        "importance": part("importance", lambda: _importance(asked, reporter)),
        "strength": part("strength", parts.strength),
        "function": part("function", parts.function),
    }
    found = part("changes", parts.changes)
    pictures: Sequence[Mapping[str, str]] = ()
    if isinstance(found, str):
        data["changes"] = why_not(found)
    else:
        data["changes"], pictures = found.found, found.pictures
    data["seconds"] = seconds
    return Found(data, pictures, {} if isinstance(asked, dict) else asked.reference)


def why_not(reason: str) -> dict[str, Any]:
    """Return the part of a report that does not apply."""
    return {"why_not": reason}


def _some(records: Sequence[GameRecord]) -> list[GameRecord]:
    """Return at most MOST_MATCHES of ``records``, drawn by what was played alone."""
    drawn = sorted(records, key=lambda record: blake2b(record.digest.encode(), digest_size=8).digest())
    return sorted(drawn[:MOST_MATCHES], key=lambda record: record.started_at)


def _data(subject: Subject, learn: Sequence[GameRecord], held_out: Sequence[GameRecord]) -> dict[str, Any]:
    aside = subject.origin.set_aside
    return {
        **subject.card.get("data", {}),
        "learned_from": len(learn),
        "held_out": len(held_out),
        "set_aside": {"count": aside.count, "reasons": dict(sorted(aside.reasons.items())), "told": list(aside.told)},
        "functions_passed_over": functions_passed_over(subject.manifest, subject.origin.records)
        if _is_imitated(subject)
        else {},
    }


def _is_imitated(subject: Subject) -> bool:
    from training.contracts import imitates  # noqa: PLC0415 - a game without a recipe has none

    return imitates(subject.manifest)


def _asked(
    subject: Subject, foretelling: Foretelling | str, held_out: Sequence[GameRecord], reporter: ProgressReporter
) -> Asked | dict[str, Any]:
    """Return what the models foretell of games held out, or why that does not apply."""
    if isinstance(foretelling, str):
        return why_not(foretelling)
    questions = questions_in(
        held_out, foretelling, MOST_DECISIONS,
        lambda done, total: reporter.count("games held out, asked about", done, total),
    )  # fmt: skip
    if questions is None:
        return why_not(f"none of the {len(held_out)} games held out has a {foretelling.unit} to foretell")
    names = features_for(subject.manifest)
    models = {"new": Model(subject.new, names).predict}
    if subject.old is not None:
        with suppress(ModelError):
            models["old"] = Model(subject.old, names).predict
    return Asked.of(foretelling, questions, models)


def _curve(
    subject: Subject,
    asked: Asked | dict[str, Any],
    learn: Sequence[GameRecord],
    held_out: Sequence[GameRecord],
    reporter: ProgressReporter,
) -> dict[str, Any]:
    if isinstance(asked, dict):
        return asked
    if asked.foretelling.not_anew:
        return why_not(asked.foretelling.not_anew)
    learner = Learner(subject.manifest, learn, held_out, subject.origin.seed, subject.estimator)
    progress = lambda done, total: reporter.count("models of fewer games", done, total)  # noqa: E731 - used once
    points = curve(learner, asked.foretelling, asked.questions, asked.matches, progress)
    if not points:
        return why_not(f"{len(learn)} games are too few to learn from a part of them")
    whole = {key: asked.told["new"][key] for key in ("loss", "accuracy") if key in asked.told["new"]}
    return {"loss": asked.told["loss"], "points": [*points, {"games": len(learn), **whole}]}


def _importance(asked: Asked | dict[str, Any], reporter: ProgressReporter) -> dict[str, Any]:
    if isinstance(asked, dict):
        return asked
    if asked.foretelling.not_shuffled:
        return why_not(asked.foretelling.not_shuffled)
    fewer = asked.questions.thinned(asked.shuffled)
    progress = lambda done, total: reporter.count("things it looks at, shuffled", done, total)  # noqa: E731 - used once
    found = importance(asked.foretelling, fewer, asked.new, asked.matches, progress)
    return {"loss": asked.told["loss"], "decisions": fewer.decisions, "columns": found}


def _strength(subject: Subject, reporter: ProgressReporter) -> dict[str, Any]:
    manifest = subject.manifest
    try:
        benchmark_for(manifest.game)
    except TrainingError as error:
        return why_not(str(error))
    players = {NEW: subject.new, **({} if subject.old is None else {REPLACED: subject.old})}
    players |= ladder_of(manifest.game, manifest.name)
    avoided = frozenset(record.seed for record in subject.origin.records)
    limits = Limits(subject.most, Patience(subject.patience_s))
    progress = lambda done, total: reporter.count("tasks of the ladder, at most", done, total)  # noqa: E731 - used once
    return compared(manifest.game, players, subject.origin.seed, avoided, limits, progress)


def _function(subject: Subject, held_out: Sequence[GameRecord], reporter: ProgressReporter) -> dict[str, Any]:
    told: dict[str, Any] = {"model_bytes": subject.card.get("model_bytes")}
    if subject.prove is None:
        return {**told, "why_not": "times and the package are not measured where it was trained; cloud status has them"}
    reporter.report("asking it as a packed function")
    try:
        positions = of_every_phase(positions_in(held_out[:ASKED] or subject.origin.records[:ASKED]))
        return {**told, **subject.prove(subject.new, positions)}
    except (OSError, RuntimeError, ValueError) as error:
        return {**told, "why_not": f"it was not measured as a function: {error}"}


def changed(
    old: Path | None, new: Path, records: Sequence[GameRecord], patience_s: float, reporter: ProgressReporter
) -> Changes | str:
    """Return how the opponents in two folders differ on ``records``, or why that cannot be said."""
    if old is None:
        return "there is no model to compare it with"
    progress = lambda done, total: reporter.count("matches in which both are asked", done, total)  # noqa: E731 - once
    return changes(old, new, records, Patience(patience_s), progress)
