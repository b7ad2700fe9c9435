"""What ships says what was fitted, or does not ship."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.model import CARD, MODEL, Model
from training.artifact import write_artifact
from training.contracts import Fitted, TrainingError
from training.export import ABSOLUTE, RELATIVE, export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CLASSIFIERS = [
    LogisticRegression,
    lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    lambda: make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=15, random_state=1)),
    lambda: RandomForestClassifier(8, random_state=1),
    lambda: ExtraTreesClassifier(8, random_state=1),
    lambda: GradientBoostingClassifier(n_estimators=8, random_state=1),
    lambda: HistGradientBoostingClassifier(max_iter=12, random_state=1),
    GaussianNB,
]
REGRESSORS = [
    LinearRegression,
    Ridge,
    lambda: make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), max_iter=15, random_state=1)),
    lambda: HistGradientBoostingRegressor(max_iter=12, random_state=1),
]


def some_rows(seed: int, rows: int = 120, features: int = 5):
    """Rows as features of a game are: half counts, half fractions."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(rows, features))
    table[:, ::2] = random.integers(0, 6, size=table[:, ::2].shape)
    return table.astype(np.float32)


def served(folder: Path, rows: Any):
    return Model(folder).predict(rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), make=st.sampled_from(CLASSIFIERS), classes=st.integers(2, 4))
def test_an_exported_classifier_gives_the_estimators_probabilities(
    tmp_path_factory: pytest.TempPathFactory, seed: int, make: Callable[[], Any], classes: int
):
    rows = some_rows(seed)
    labels = (np.floor(rows[:, 0]).astype(int) + np.arange(len(rows))) % classes
    estimator = make().fit(rows[:80], labels[:80])
    folder = tmp_path_factory.mktemp("model")
    write_artifact(folder, export(Fitted(estimator, rows[80:])).onnx, {})
    fresh = some_rows(seed + 1)
    found, expected = served(folder, fresh), estimator.predict_proba(fresh)
    assert found.shape == expected.shape
    assert np.all(np.abs(found - expected) <= ABSOLUTE + RELATIVE * np.abs(expected))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), make=st.sampled_from(REGRESSORS))
def test_an_exported_regressor_gives_the_estimators_values_one_a_row(
    tmp_path_factory: pytest.TempPathFactory, seed: int, make: Callable[[], Any]
):
    rows = some_rows(seed)
    estimator = make().fit(rows[:80], rows[:80, 0] * 2 + rows[:80, 1])
    folder = tmp_path_factory.mktemp("model")
    write_artifact(folder, export(Fitted(estimator, rows[80:])).onnx, {})
    fresh = some_rows(seed + 1)
    found, expected = served(folder, fresh), estimator.predict(fresh).reshape(-1, 1)
    assert found.shape == expected.shape
    assert np.all(np.abs(found - expected) <= ABSOLUTE + RELATIVE * np.abs(expected))


def test_a_regressor_with_several_outputs_keeps_its_shape(tmp_path: Path):
    rows = some_rows(3)
    targets = np.stack([rows[:, 0], rows[:, 1] - 3, rows[:, 2] * 2], axis=1)
    estimator = MLPRegressor(hidden_layer_sizes=(8,), max_iter=30, random_state=1).fit(rows, targets)
    write_artifact(tmp_path, export(Fitted(estimator, rows)).onnx, {})
    for some in (rows, rows[:1]):
        assert served(tmp_path, some).shape == (len(some), 3)
        np.testing.assert_allclose(served(tmp_path, some), estimator.predict(some), atol=1e-4)


def test_a_multilabel_network_gives_one_probability_a_label(tmp_path: Path):
    rows = some_rows(4)
    labels = np.stack([rows[:, 0] > 2, rows[:, 1] > 0, rows[:, 2] > 3], axis=1).astype(int)
    estimator = MLPClassifier((8,), max_iter=30, random_state=1).fit(rows, labels)
    write_artifact(tmp_path, export(Fitted(estimator, rows)).onnx, {})
    np.testing.assert_allclose(served(tmp_path, rows), estimator.predict_proba(rows), atol=1e-5)


def test_the_same_estimator_gives_the_same_bytes():
    rows = some_rows(5)
    for make in CLASSIFIERS:
        estimator = make().fit(rows, rows[:, 0] > 2)
        assert export(Fitted(estimator, rows)).onnx == export(Fitted(estimator, rows)).onnx


def test_a_model_that_differs_is_refused():
    rows = some_rows(6)
    estimator = LogisticRegression().fit(rows, rows[:, 0] > 2)
    honest = estimator.predict_proba(rows)
    estimator.predict_proba = lambda asked: honest[: len(asked)] + 0.001
    with pytest.raises(
        TrainingError, match=r"LogisticRegression as ONNX differs in 120 of 120 rows: row 0, output 0: 0\."
    ):
        export(Fitted(estimator, rows))


def test_a_list_of_probabilities_is_refused_in_words():
    rows = some_rows(7)
    forest = RandomForestClassifier(4, random_state=1).fit(rows, np.stack([rows[:, 0] > 2, rows[:, 1] > 0], axis=1))
    with pytest.raises(TrainingError, match="RandomForestClassifier with 2 outputs"):
        export(Fitted(forest, rows))


def test_too_few_held_out_rows_prove_nothing():
    rows = some_rows(8)
    estimator = LogisticRegression().fit(rows, rows[:, 0] > 2)
    with pytest.raises(TrainingError, match=r"held_out has the shape \(3, 5\)"):
        export(Fitted(estimator, rows[:3]))


def test_a_card_names_the_model_beside_it_and_keeps_what_it_was_given(tmp_path: Path):
    rows = some_rows(9)
    exported = export(Fitted(LogisticRegression().fit(rows, rows[:, 0] > 2), rows))
    write_artifact(tmp_path, exported.onnx, {"seed": 3})
    card = json.loads((tmp_path / CARD).read_text())
    assert card == {"seed": 3, "sha256": sha256((tmp_path / MODEL).read_bytes()).hexdigest()}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([MODEL, CARD])


def test_a_whole_artifact_left_by_a_killed_process_is_moved_into_place(tmp_path: Path):
    write_artifact(tmp_path, b"old", {})
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    (tmp_path / MODEL).write_bytes(b"new")  # killed after the model was moved and before its card was
    (incoming / CARD).write_text(json.dumps({"sha256": sha256(b"new").hexdigest()}))
    assert finish_interrupted(tmp_path)
    assert json.loads((tmp_path / CARD).read_text())["sha256"] == sha256((tmp_path / MODEL).read_bytes()).hexdigest()
    assert not finish_interrupted(tmp_path)
