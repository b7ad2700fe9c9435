"""What a person wants to have made of a model, and what was made of it before it was tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import TYPE_CHECKING, Any, cast

from ai_functions.runtime.model import MODEL
from training.card import parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.core import Json, JsonObject
    from training.tables.table import Table

_LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy", "lightgbm", "xgboost", "xgboost-cpu")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to have made."""

    model: Any
    """A fitted estimator, or the content of an ONNX file; of an agent also the layers of a network."""
    name: str
    game: str
    table: Table | None = None
    """Whose rows it learned from; without one, rows of games played for the purpose are taken to compare on."""
    features: Any = None
    """A person's own ``features(observation)``, as a function or a file's path."""
    best: Any = None
    """The class that makes a good move."""
    columns: Sequence[str] | None = None
    """The columns that an ONNX model wants, in order."""
    output: str | None = None
    """The output that answers, of an ONNX model."""
    temperature: float | None = None
    title: str | None = None
    whole: bool = False
    """Whether scikit-learn itself is to ship, for what no converter knows."""
    agent: bool = False
    """Whether the model says what each choice of an environment is worth, rather than what a candidate is."""
    options: Mapping[str, Json] = field(default_factory=dict)
    """Of the game, where an agent learned a variant of it."""
    source: str = "la.deploy"
    """Where the model came from, in words, for the card."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A model that agrees with what somebody gave, with all that its folder holds but the manifest."""

    model: bytes
    """The content of ``model.onnx``."""
    card: JsonObject
    algorithm: str
    texts: Mapping[str, str]
    """Contents of other files, ``function.py`` among them, by name."""
    lines: tuple[str, ...]
    """What a person should know, a line each."""
    file: str = MODEL
    needs: Mapping[str, Any] = field(default_factory=dict)
    """What it needs of the machine, where that is not the usual: the table ``[function]``."""


def usual_card(asked: Asked, model: bytes, algorithm: str, more: Mapping[str, Any]) -> JsonObject:
    """Return the card of ``model``, with ``more`` in the middle of it."""
    found: dict[str, Any] = {
        "sha256": sha256(model).hexdigest(),
        "name": asked.name,
        "game": asked.game,
        "algorithm": algorithm,
        **more,
        "parameters": {"estimator": parameters_of(asked.model)},
        "model_bytes": len(model),
        "versions": {"python": python_version(), **_versions()},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return cast("JsonObject", found)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
