"""What no converter knows ships as it is: by skops, on a layer with scikit-learn, and nothing is unpickled."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import lambda_arcade as la
from ai_functions.policies.estimator import CODE, TRUSTED, Estimator
from ai_functions.runtime.model import SKOPS, ModelError
from lambda_arcade.reporting import Silent
from tests.prototypes.kinds import some_records
from training.artifact import write_model
from training.contracts import TrainingError
from training.prototypes.conversion import convert
from training.prototypes.whole import as_it_is

if TYPE_CHECKING:
    from pathlib import Path

    from training.tables.table import Table

ROOTS = 0.5


def rooted(rows: Any) -> Any:
    """Return the rows, and the root of what is positive in them."""
    return np.hstack([rows, positive(rows) ** ROOTS])


def positive(rows: Any) -> Any:
    return np.maximum(np.asarray(rows, float), 0)


def by_name(rows: Any) -> Any:
    return rows[["density"]]


@pytest.fixture(scope="module")
def table() -> Table:
    return some_records(12).table("shots", rows=4000, reporter=Silent())


def own_python(table: Table) -> Any:
    X, y, _ = table.xy()
    return make_pipeline(StandardScaler(), FunctionTransformer(rooted), LogisticRegression(max_iter=200)).fit(X, y)


def rows_of(table: Table) -> dict[str, Any]:
    frame = table.collect().head(300)
    return {name: frame[name].to_list() for name in table.columns(everything=True)}


WORDS = frozenset({"last_result"})


def test_what_no_converter_knows_is_written_as_it_is_and_read_without_its_program(table: Table, tmp_path: Path) -> None:
    estimator, rows = own_python(table), rows_of(table)
    with pytest.raises(TrainingError, match="cannot be converted to ONNX"):
        convert(estimator, rows, WORDS)
    made, trusted, source = as_it_is(estimator, rows, WORDS)
    assert made.max_error <= 1e-9
    assert "def rooted" in source
    assert "def positive" in source
    assert "ROOTS = 0.5" in source
    assert CODE not in sys.modules
    assert rooted.__module__ == __name__
    write_model(tmp_path, made.onnx, {TRUSTED: list(trusted)}, SKOPS)
    (tmp_path / f"{CODE}.py").write_text(source)
    said = Estimator(tmp_path).ask({name: rows[name] for name in made.features})
    X = table.collect().head(300).select(made.features)
    np.testing.assert_allclose(said, estimator.predict_proba(X), atol=1e-9)
    card = tmp_path / "model_card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), TRUSTED: []}))
    with pytest.raises(ModelError, match=f"{CODE}.rooted|Untrusted types"):
        Estimator(tmp_path)


def test_words_and_gaps_are_asked_without_a_data_frame(table: Table) -> None:
    X, y, _ = table.xy("taken", everything=True, functions=True)
    numbers = ["density", "shots_since_hit"]
    encode = ColumnTransformer([("word", OneHotEncoder(), ["last_result"]), ("numbers", "passthrough", numbers)])
    estimator = make_pipeline(encode, HistGradientBoostingClassifier(max_iter=20)).fit(X, y)
    made, _, source = as_it_is(estimator, rows_of(table), WORDS)
    assert made.max_error <= 1e-9
    assert source == ""


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (by_name, "asked with an array, as a function asks it, the estimator fails"),
        (lambda rows: rows, "is a lambda"),
    ],
)
def test_what_would_not_run_as_a_function_is_refused(function: Any, told: str, table: Table) -> None:
    X, y, _ = table.xy()
    estimator = make_pipeline(FunctionTransformer(function), LogisticRegression(max_iter=500)).fit(X.head(600), y[:600])
    with pytest.raises(TrainingError, match=told):
        as_it_is(estimator, rows_of(table), WORDS)


@pytest.mark.slow
def test_it_plays_in_its_real_runtime_and_says_what_that_costs(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path / "home"))
    done = la.save(own_python(table), tmp_path / "own", name="own", game="battleship", table=table, runtime="sklearn")
    assert done.card["runtime"]["layers_mb"] > 100
    assert done.card["evaluation"]["candidate"]["shots"]["mean"] < 70
    assert "MB of layers" in capsys.readouterr().err  # told before it was put in place
    assert sorted(path.name for path in done.folder.iterdir()) == [
        f"{CODE}.py", "function.py", "model.skops", "model_card.json", "opponent.toml"
    ]  # fmt: skip
    X, y, _ = table.xy()
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)).fit(X, y)
    again = la.save(plain, tmp_path / "own", name="own", game="battleship", table=table, reporter=Silent())
    assert sorted(path.name for path in again.folder.iterdir()) == [
        "function.py", "model.onnx", "model_card.json", "opponent.toml"
    ]  # fmt: skip
    assert "sklearn" not in (again.folder / "opponent.toml").read_text()
    assert again.card["runtime"]["layers_mb"] < 160
