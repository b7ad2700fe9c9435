"""How large an estimator will be as ONNX, before minutes are spent on converting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from training.contracts import TrainingError
from training.export import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 45 * 1024 * 1024
"""Of a model: a function's zip may have 50 MB."""
NODE_BYTES = 37
"""That a node of a tree takes, at least."""
WORTH_TELLING = 200_000
"""Nodes, whose conversion takes some ten seconds."""


def parts_of(value: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """Yield every estimator within an estimator, itself first, each once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, BaseEstimator):
        yield value
        value = list(vars(value).values())
    if isinstance(value, dict):
        value = list(value.values())
    if hasattr(value, "dtype") and value.dtype == object:  # how gradient boosting keeps its trees
        value = value.ravel().tolist()
    if isinstance(value, list | tuple):
        for one in value:
            yield from parts_of(one, seen)


def nodes_of(estimator: Any) -> int:
    """Return how many nodes scikit-learn's trees have in an estimator."""
    return sum(int(part.tree_.node_count) for part in parts_of(estimator) if hasattr(part, "tree_"))


def check_size(estimator: Any) -> int:
    """Return ``nodes_of``.  Raises TrainingError for more trees than fit into a function."""
    nodes = nodes_of(estimator)
    least = nodes * NODE_BYTES
    if least > MOST_BYTES:
        raise TrainingError(
            f"{name_of(estimator)} has {nodes:,} nodes of trees, {least / 1e6:.0f} MB as ONNX at least, and a function "
            f"takes {MOST_BYTES / 1e6:.0f}: fit fewer trees (n_estimators=), or smaller ones (min_samples_leaf=20, "
            "max_depth=12)"
        )
    return nodes
