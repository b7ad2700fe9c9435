"""What fits into no function is refused before minutes are spent on converting it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.prototypes.kinds import scaled
from training.contracts import TrainingError
from training.prototypes.size import MOST_BYTES, NODE_BYTES, check_size, nodes_of


def test_trees_that_fit_into_no_function_are_refused_before_they_are_converted() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(3000, 4))
    forest = RandomForestClassifier(5, random_state=1).fit(rows, rows[:, 0] + random.normal(size=3000) > 0)
    nodes = sum(tree.tree_.node_count for tree in forest.estimators_)
    assert nodes_of(scaled(forest)) == check_size(forest) == nodes
    large = copy.copy(forest)
    large.estimators_ = [
        copy.copy(tree) for tree in forest.estimators_ for _ in range(MOST_BYTES // NODE_BYTES // nodes)
    ]
    check_size(large)
    large.estimators_ += [copy.copy(tree) for tree in forest.estimators_]
    with pytest.raises(TrainingError, match=r"nodes of trees, .* MB as ONNX at least.*min_samples_leaf=20"):
        check_size(large)
