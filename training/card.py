"""``model_card.json``: what a model is, where it came from, and how to make it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from ai_functions.runtime.model import width
from training.contracts import TrainingError, features_for
from training.dataset import fingerprint
from training.export import ABSOLUTE, RELATIVE
from training.set_aside import SetAside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import JsonObject
    from games.record import GameRecord
    from training.contracts import Fitted
    from training.export import Exported

_LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model came from."""

    records: Sequence[GameRecord]
    source: str
    """Where the records were, in words."""
    command: str
    """What makes the model again, with its seed."""
    seed: int
    set_aside: SetAside = field(default_factory=SetAside)
    """Records that were not sound, and lines that were none."""


def model_card(manifest: Manifest, fitted: Fitted, exported: Exported, origin: Origin) -> JsonObject:
    """Return the card of a model that has not been played with yet.

    Raises TrainingError for a recipe whose features are not as many as the columns of its model.
    """
    records = origin.records
    return {
        "sha256": exported.sha256,
        "name": manifest.name,
        "game": manifest.game,
        "algorithm": _describe(fitted),
        **_features(manifest, fitted.held_out.shape[1]),
        "parameters": {"training": dict(manifest.training), "estimator": parameters_of(fitted.estimator)},
        "command": origin.command,
        "seed": origin.seed,
        "data": {
            "source": origin.source,
            "games": len(records),
            "turns": sum(len(record.turns) for record in records),
            "fallback_turns": sum(turn.fallback is not None for record in records for turn in record.turns),
            "players": _players(records),
            "records_sha256": fingerprint(records),
            "set_aside": origin.set_aside.count,
        },
        "measures": {name: float(value) for name, value in fitted.measures.items()},
        "parity": {
            "rows": exported.rows,
            "max_error": exported.max_error,
            "tolerance": f"{ABSOLUTE:g} + {RELATIVE:g} * |estimator|",
        },
        "model_bytes": len(exported.onnx),
        "versions": {"python": python_version(), **{name: version(name) for name in _LIBRARIES}},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _features(manifest: Manifest, columns: int) -> JsonObject:
    names = features_for(manifest)
    if names and width(names) != columns:
        raise TrainingError(
            f"{manifest.name}: the recipe names {width(names)} columns, and its model learned {columns}"
        )
    return {"features": list(names)} if names else {}


def parameters_of(estimator: Any) -> JsonObject:
    """Return what an estimator was made with; what is no JSON, as Python prints it; nothing of what is none."""
    plain = bool | int | float | str | None
    found = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    return {
        name: value if isinstance(value, plain) else " ".join(repr(value).split())[:200]
        for name, value in found.items()
    }


def _describe(fitted: Fitted) -> str:
    estimator = fitted.estimator
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    return " -> ".join(" ".join(repr(step).split()) for step in steps)


def _players(records: Sequence[GameRecord]) -> JsonObject:
    """Return how many of the matches each participant played in."""
    counts: dict[str, int] = {}
    for record in records:
        for name in {f"{item.kind}:{item.name}" for item in record.participants}:
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
