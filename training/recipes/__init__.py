"""How each game's models are learned: one module a game, each with a ``fit`` that is a :class:`Recipe`."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord


class TrainingError(ValueError):
    """Records that nothing can be learned from, or an artifact that must not be written."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a recipe learned."""

    estimator: Any
    """A fitted scikit-learn estimator or pipeline."""
    held_out: NDArray[np.float32]
    """Real rows, shape (rows, features), kept out of the fit: the export is compared with the estimator on them."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """What the model card tells: log loss on held-out games, rows, games…"""


class Recipe(Protocol):
    """Learn a model for one opponent from recorded games.  The same records and seed give the same model."""

    def __call__(
        self, manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]
    ) -> Fitted:
        """Return what was learned.  Raises TrainingError when the records are too few or of another game."""


class Bootstrap(Protocol):
    """Make records with bootstrap players where there are none of people: ``bootstrap`` of a recipe's module."""

    def __call__(
        self, manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]
    ) -> Sequence[GameRecord]:
        """Return ``games`` records that suit this opponent."""


def recipe_for(game: str) -> Recipe:
    """Return the recipe of ``game``: the function ``fit`` in ``training/recipes/<game>.py``."""
    return cast("Recipe", import_module(f"training.recipes.{game}").fit)


def bootstrap_for(game: str) -> Bootstrap:
    """Return the record maker of ``game``: the function ``bootstrap`` in ``training/recipes/<game>.py``."""
    return cast("Bootstrap", import_module(f"training.recipes.{game}").bootstrap)
