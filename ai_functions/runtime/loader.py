"""From a folder to an opponent that answers: the same in a function, in training and in a test."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.manifest import Manifest, ManifestError
from ai_functions.runtime.model import model_sha256
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ai_functions.runtime.assessment import Assessment
    from games.core import AnyGame, JsonObject, Opponent

FUNCTION = "function.py"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An opponent, ready to be asked."""

    manifest: Manifest
    game: AnyGame
    sha256: str
    """Of ``model.onnx``; empty for an opponent without a model."""
    act: Opponent
    explain: Callable[[Any], JsonObject] | None
    """What the opponent saw in an observation; None if it does not explain."""
    policy: Callable[[Any], dict[str, float]] | None
    """Action text -> probability; None if the opponent cannot say."""
    worth: Callable[[Any], dict[str, float]] | None = None
    """Action text -> what it is worth to who plays it, a chance from 0 to 1; None if the opponent cannot say.

    Only the coach asks: it tells better than probabilities how much a move gave away.
    """
    assess: Callable[[Any, Any], Assessment] | None = None
    """Observation and action -> what that gave away, in points; None if it cannot say.  Goes before ``worth``."""


def load_opponent(folder: Path) -> Loaded:
    """Load the opponent in ``folder``.

    numpy computes on one thread then: a function has less than one core at 512 MB, and threads that wait for each other
    on small matrices made the expert's median eight times as long.

    Raises ManifestError for a folder that is no opponent, ModelError for a model that is not the one on its card.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when it is first imported
    manifest = Manifest.load(folder)
    sha256 = model_sha256(folder)
    path = folder / FUNCTION
    name = f"opponent_{manifest.name}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise ManifestError(f"{path}: no such file; it defines act(observation, random)")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up here
    spec.loader.exec_module(module)
    act = getattr(module, "act", None)
    if act is None:
        raise ManifestError(f"{path}: defines no act(observation, random)")
    return Loaded(
        manifest=manifest,
        game=find_game(manifest.game),
        sha256=sha256,
        act=act,
        explain=getattr(module, "explain", None),
        policy=getattr(module, "policy", None),
        worth=getattr(module, "worth", None),
        assess=getattr(module, "assess", None),
    )
