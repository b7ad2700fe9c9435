"""An estimator of any kind becomes a model that says the same, or is refused in one sentence."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - it brings the search below
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GroupKFold, HalvingRandomSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ai_functions.runtime.model import Model, ModelError, model_sha256
from tests.prototypes.kinds import KINDS, NET, a_table, converted, fitted, on_page, rows_of, scaled
from training.artifact import write_model
from training.contracts import TrainingError
from training.export import ABSOLUTE, RELATIVE
from training.prototypes.conversion import convert
from training.prototypes.meaning import meaning_of
from training.prototypes.onnx_files import read_onnx
from training.prototypes.running import ask_model, opened

if TYPE_CHECKING:
    from pathlib import Path

    from training.tables.table import Table

QUICK = (
    "LogisticRegression behind a scaler",
    "HistGradientBoosting, with gaps and words",
    "RandomForest behind a scaler",
    "CalibratedClassifierCV of a pipeline",
    "LightGBM behind a scaler",
)


@pytest.fixture(scope="module")
def table() -> Table:
    return a_table(40)


def check(name: str, table: Table) -> None:
    kind = KINDS[name]
    estimator = fitted(kind, table)
    found = converted(estimator, table)
    X, _, _ = table.xy(everything=True)
    fresh = X[::7][:500]
    asked = {key: fresh[key].to_list() for key in found.features}
    says = ask_model(opened(found.onnx, found.output), asked)
    rows = fresh.select(found.features).with_columns(pl.selectors.numeric().cast(pl.Float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = rows if getattr(estimator, "feature_names_in_", None) is not None else rows.to_numpy()
        expected = estimator.predict_proba(rows) if found.classes else estimator.predict(rows).reshape(-1, 1)
    far = np.abs(says - expected) > ABSOLUTE + RELATIVE * np.abs(expected)
    assert far.any(axis=1).sum() <= (10 if "neighbours" in name else 0)  # ties of neighbours may go either way
    assert found.rows + found.ambiguous == 2000
    assert found.how == on_page()[name], "run: python -m tests.prototypes.kinds"


@pytest.mark.parametrize("name", QUICK)
def test_a_model_says_what_its_estimator_says_on_rows_that_neither_was_compared_on(name: str, table: Table) -> None:
    check(name, table)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in KINDS if name not in QUICK])
def test_every_other_kind_of_model_does_too(name: str, table: Table) -> None:
    check(name, table)


def test_the_pages_table_has_every_kind() -> None:
    assert [*KINDS, "a network, exported to ONNX by its owner"] == [*on_page()], "run: python -m tests.prototypes.kinds"


def test_a_search_is_an_estimator_with_splits_by_match(table: Table) -> None:
    X, y, groups = table.xy()
    search = HalvingRandomSearchCV(
        scaled(LogisticRegression(max_iter=300)), {"logisticregression__C": [0.01, 0.1, 1, 10]}, cv=GroupKFold(3),
        random_state=1, min_resources=600,
    )  # fmt: skip
    search.fit(X[:5000], y[:5000], groups=groups[:5000])
    assert converted(search, table).max_error < 1e-5


class Odd(LogisticRegression):
    """An estimator that no converter knows, and that says something of its own."""

    def predict_proba(self, X: Any) -> Any:
        chances = super().predict_proba(X)
        chances[3] = [0.25, 0.75]
        return chances


class Broken(LogisticRegression):
    def predict_proba(self, X: Any) -> Any:
        return super().predict_proba(X) * np.nan


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Odd, r"Odd cannot be converted to ONNX so that it says the same"),
        (Broken, r"Broken answers nan in row 0 of real rows"),
        (lambda: make_pipeline(FunctionTransformer(np.abs), LogisticRegression()), "cannot be converted"),
        (RidgeClassifier, "RidgeClassifier gives no probabilities: wrap it in CalibratedClassifierCV"),
    ],
)
def test_what_cannot_be_converted_is_refused_in_a_sentence(make: Any, told: str, table: Table) -> None:
    X, y, _ = table.xy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = make().fit(np.abs(X[:2000].to_numpy()), y[:2000])
    with pytest.raises(TrainingError, match=told) as refused:
        converted(estimator, table)
    assert "\n" not in str(refused.value)


def test_a_model_that_differs_is_refused_with_the_row(table: Table) -> None:
    X, y, _ = table.xy()
    estimator = scaled(LogisticRegression(max_iter=300)).fit(X[:2000], y[:2000])
    honest = estimator.predict_proba(pl.DataFrame(rows_of(table)).select(X.columns).cast(pl.Float64))
    estimator.predict_proba = lambda rows: honest[: len(rows)] + 0.001
    with pytest.raises(TrainingError, match=r"differs in 2000 of 2000 rows: row 0, output 0: 0\.\d+ instead of"):
        converted(estimator, table)


def test_one_class_alone_is_refused(table: Table) -> None:
    X, _, _ = table.xy()
    with pytest.raises(TrainingError, match="knows one class, 0, and cannot tell moves apart"):
        converted(DummyClassifier().fit(X[:100], np.zeros(100, int)), table)


def test_an_estimator_without_names_takes_the_numbers_in_order_and_another_count_is_refused(table: Table) -> None:
    X, y, _ = table.xy()
    plain = LogisticRegression(max_iter=200).fit(X[:2000].to_numpy(), y[:2000])
    assert converted(plain, table).features == tuple(X.columns)
    fewer = LogisticRegression(max_iter=200).fit(X[:2000].to_numpy()[:, :5], y[:2000])
    with pytest.raises(TrainingError, match="learned 5 columns without names, and there are 28 of numbers"):
        converted(fewer, table)


def test_a_column_that_there_is_not_is_named(table: Table) -> None:
    X, y, _ = table.xy()
    odd = LogisticRegression(max_iter=50).fit(X[:500].select("fits").rename({"fits": "fit"}), y[:500])
    with pytest.raises(TrainingError, match="learned a column 'fit', and there is none of that name"):
        converted(odd, table)


def test_an_estimator_that_was_not_fitted_and_what_is_none_are_refused(table: Table) -> None:
    with pytest.raises(TrainingError, match="LogisticRegression has not been fitted"):
        converted(LogisticRegression(), table)
    with pytest.raises(TrainingError, match="dict is no estimator"):
        converted({}, table)


@pytest.mark.parametrize(
    ("labels", "best", "column"),
    [
        (("water", "ship"), None, "ship"),
        (("ship", "water"), None, "ship"),
        ((1, 2), None, 2),
        ((-1, 1), None, 1),
        ((False, True), None, True),
        (("a", "b"), "a", "a"),
    ],
)
def test_the_good_class_is_found_whatever_the_labels_are(labels: Any, best: Any, column: Any, table: Table) -> None:
    X, y, _ = table.xy()
    named = np.array(
        [labels[int(label == 1)] if labels[0] != "ship" else labels[int(label == 0)] for label in y[:2000]]
    )
    found = converted(scaled(LogisticRegression(max_iter=300)).fit(X[:2000], named), table)
    meaning = meaning_of(found.output, found.classes, best, ("ship", "taken"))
    assert meaning.odds
    assert found.classes[meaning.weights.index(1.0)] == column
    assert set(found.classes) == set(labels)


def test_words_that_nobody_can_know_have_to_be_told() -> None:
    with pytest.raises(TrainingError, match=r"classes are 'a', 'b': say which makes a good move, best='b'"):
        meaning_of("probabilities", ("a", "b"), None, ("ship",))
    with pytest.raises(TrainingError, match=r"best='c' is none of the model's classes 'a', 'b'"):
        meaning_of("probabilities", ("a", "b"), "c", ("ship",))
    assert meaning_of("probabilities", (-2, 0, 2), None, ()).weights == (-2.0, 0.0, 2.0)
    assert meaning_of("variable", (), None, ()).weights == (1.0,)


def test_a_network_that_its_owner_exported_is_read_by_its_outputs_names(table: Table) -> None:
    found = read_onnx(NET.read_bytes(), rows_of(table), table.kind.words)
    assert (found.output, found.logits, found.classes) == ("logits", True, (0, 1))
    meaning = meaning_of(found.output, found.classes, None, ("ship",), logits=True)
    assert meaning.weights == (-1.0, 1.0)
    with pytest.raises(TrainingError, match="there is no output 'policy' of numbers; there are logits"):
        read_onnx(NET.read_bytes(), rows_of(table), table.kind.words, output="policy")


def test_zipmap_is_taken_off_and_its_class_names_are_kept(table: Table) -> None:
    X, y, _ = table.xy()
    labels = np.where(y[:2000] == 1, "ship", "water")
    estimator = LogisticRegression(max_iter=300).fit(X[:2000].to_numpy(), labels)
    content = to_onnx(estimator, X[:1].to_numpy()).SerializeToString()
    found = read_onnx(content, rows_of(table), table.kind.words)
    assert found.classes == ("ship", "water")
    assert not found.logits
    some = {name: rows_of(table)[name][:50] for name in found.features}
    says = ask_model(opened(found.onnx, found.output), some)
    np.testing.assert_allclose(says, estimator.predict_proba(np.stack(list(some.values()), axis=1)), atol=1e-5)


def test_a_functions_own_model_answers_by_its_probabilities_and_zipmap_is_refused_with_what_to_do(
    table: Table, tmp_path: Path
) -> None:
    X, y, _ = table.xy()
    rows = X.to_numpy()[:1000]
    estimator = LogisticRegression(max_iter=200).fit(rows, y[:1000])
    write_model(tmp_path, to_onnx(estimator, rows[:1]).SerializeToString(), {})
    with pytest.raises(ModelError, match=r"none of its outputs is a table of numbers: .*zipmap=False"):
        Model(tmp_path)
    plain = to_onnx(estimator, rows[:1], options={"zipmap": False})
    outputs = list(plain.graph.output)
    del plain.graph.output[:]
    plain.graph.output.extend(reversed(outputs))  # labels last
    write_model(tmp_path, plain.SerializeToString(), {})
    model_sha256.cache_clear()
    np.testing.assert_allclose(Model(tmp_path).predict(rows[:9]), estimator.predict_proba(rows[:9]), atol=1e-5)


def test_a_file_that_is_no_onnx_and_one_of_another_width_are_refused_in_a_sentence(table: Table) -> None:
    with pytest.raises(TrainingError, match="it is no ONNX model"):
        read_onnx(b"nonsense", rows_of(table), table.kind.words)
    X, y, _ = table.xy()
    narrow = to_onnx(LinearRegression().fit(X[:500].to_numpy()[:, :3], y[:500]), X[:1].to_numpy()[:, :3])
    with pytest.raises(TrainingError, match=r"takes 3 columns, and there are 28 .*columns=\[\.\.\.\]"):
        read_onnx(narrow.SerializeToString(), rows_of(table), table.kind.words)
    found = read_onnx(narrow.SerializeToString(), rows_of(table), table.kind.words, columns=X.columns[:3])
    assert found.features == tuple(X.columns[:3])


def test_an_onnx_model_that_answers_no_number_is_refused(table: Table) -> None:
    graph = helper.make_graph(
        [helper.make_node("Log", ["rows"], ["value"])], "g",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 28])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, [None, 28])],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    with pytest.raises(TrainingError, match=r"answers (nan|-inf) in row \d+ of real rows"):
        read_onnx(model.SerializeToString(), rows_of(table), table.kind.words)


def test_a_calibrated_forest_of_words_and_gaps_is_refused_rather_than_wrong(table: Table) -> None:
    kind = KINDS["ColumnTransformer with words and gaps, forest"]
    X, y, _ = table.xy(everything=True)
    estimator = CalibratedClassifierCV(kind.make(), cv=3).fit(X[:1500], y[:1500])
    try:
        assert convert(estimator, rows_of(table), table.kind.words).max_error < 1e-5
    except TrainingError as error:
        assert "cannot be converted" in str(error)
