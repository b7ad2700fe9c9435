"""The kinds of model that must become functions, and a table of how: ``python -m tests.prototypes.kinds``.

The table in docs/training.md is written anew by it.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import lambda_arcade as la
from lambda_arcade.reporting import Silent
from training.evaluation.page import put_section
from training.prototypes.conversion import convert
from training.prototypes.onnx_files import read_onnx

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.prototypes.conversion import Converted
    from training.tables.table import Table

NET = Path(__file__).with_name("net.onnx")
PAGE = Path(__file__).parents[2] / "docs" / "training.md"
GAMES, ROWS, COMPARED = 100, 4000, 2000


def scaled(estimator: Any) -> Any:
    """Return a pipeline that scales first."""
    return make_pipeline(StandardScaler(), estimator)


def both() -> list[tuple[str, Any]]:
    """Return two estimators that have little in common."""
    return [
        ("linear", scaled(LogisticRegression(max_iter=500))),
        ("forest", RandomForestClassifier(30, random_state=1)),
    ]


def with_words() -> Any:
    """Return a pipeline that takes a column of words and one with gaps."""
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["last_result"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), ["shots_since_hit", "density", "log_fits"]),
        remainder="passthrough",
    )
    return make_pipeline(prepare, RandomForestClassifier(30, random_state=1))


def lightgbm() -> Any:
    """Return a LightGBM classifier behind a scaler, where 32 bits would round otherwise."""
    from lightgbm import LGBMClassifier  # noqa: PLC0415

    return scaled(LGBMClassifier(n_estimators=60, verbose=-1))


def xgboost() -> Any:
    """Return an XGBoost classifier behind a scaler."""
    from xgboost import XGBClassifier  # noqa: PLC0415

    return scaled(XGBClassifier(n_estimators=60))


class Kind(NamedTuple):
    """A kind of model."""

    make: Callable[[], Any]
    everything: bool = False
    """Whether it learns the columns of words, and those with gaps, too."""


KINDS: dict[str, Kind] = {
    "LogisticRegression behind a scaler": Kind(lambda: scaled(LogisticRegression(max_iter=1000))),
    "HistGradientBoosting": Kind(lambda: HistGradientBoostingClassifier(random_state=1)),
    "HistGradientBoosting, with gaps and words": Kind(
        lambda: make_pipeline(
            make_column_transformer((OneHotEncoder(), ["last_result"]), remainder="passthrough"),
            HistGradientBoostingClassifier(random_state=1),
        ),
        everything=True,
    ),
    "RandomForest": Kind(lambda: RandomForestClassifier(60, random_state=1)),
    "RandomForest behind a scaler": Kind(lambda: scaled(RandomForestClassifier(60, random_state=1))),
    "ExtraTrees": Kind(lambda: ExtraTreesClassifier(60, random_state=1)),
    "nearest neighbours behind a scaler": Kind(lambda: scaled(KNeighborsClassifier(15))),
    "MLP behind a scaler": Kind(lambda: scaled(MLPClassifier((24,), max_iter=200, random_state=1))),
    "SVC(probability=True) behind a scaler": Kind(lambda: scaled(SVC(probability=True, random_state=1))),
    "CalibratedClassifierCV of a pipeline": Kind(
        lambda: CalibratedClassifierCV(scaled(LogisticRegression(max_iter=500)), cv=3)
    ),
    "CalibratedClassifierCV, isotonic, of a forest": Kind(
        lambda: CalibratedClassifierCV(RandomForestClassifier(20, random_state=1), method="isotonic", cv=3)
    ),
    "VotingClassifier, soft": Kind(lambda: VotingClassifier(both(), voting="soft")),
    "StackingClassifier": Kind(lambda: StackingClassifier(both(), cv=3)),
    "ColumnTransformer with words and gaps, forest": Kind(with_words, everything=True),
    "Ridge, a regressor": Kind(lambda: scaled(Ridge())),
    "LightGBM behind a scaler": Kind(lightgbm),
    "XGBoost behind a scaler": Kind(xgboost),
}


def fitted(kind: Kind, table: Table) -> Any:
    """Return an estimator of this kind, fitted on some rows of the table."""
    X, y, _ = table.xy(everything=kind.everything)
    estimator = kind.make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = not type(estimator).__module__.startswith("xgboost")
        return estimator.fit(X[:ROWS] if names else X[:ROWS].to_numpy(), y[:ROWS])


def rows_of(table: Table) -> dict[str, Any]:
    """Return other rows to compare on, by column."""
    X, _, _ = table.xy(everything=True)
    some = X[-COMPARED:]
    return {name: some[name].to_list() if name in table.kind.words else some[name].to_numpy() for name in some.columns}


def converted(estimator: Any, table: Table) -> Converted:
    """Return the estimator as ONNX."""
    return convert(estimator, rows_of(table), table.kind.words)


def some_records(games: int = GAMES) -> la.Records:
    """Return games to learn from."""
    return la.make_records("battleship", games=games, seed=2, reporter=Silent())


def a_table(games: int = GAMES) -> Table:
    """Return a table to learn from."""
    return some_records(games).table("shots", reporter=Silent())


def _rows() -> list[str]:
    table = a_table()
    lines = []
    for name, kind in KINDS.items():
        estimator = fitted(kind, table)
        began = perf_counter()
        found = converted(estimator, table)
        took = perf_counter() - began
        lines.append(
            f"| {name} | {found.how} | {found.max_error:.0e} | {found.rows} | {len(found.onnx) / 1000:.0f} | "
            f"{took:.1f} |"
        )
    net = read_onnx(NET.read_bytes(), rows_of(table), table.kind.words)
    lines.append(f"| a network, exported to ONNX by its owner | {net.how} | - | {net.rows} | "
                 f"{len(net.onnx) / 1000:.0f} | - |")  # fmt: skip
    return lines


def on_page() -> dict[str, str]:
    """Return what the page's table says: how each kind of model is computed."""
    section = (
        PAGE.read_text("utf-8").partition("<!-- kinds of model -->")[2].partition("<!-- end kinds of model -->")[0]
    )
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
    return {row[0].removeprefix("| "): row[1] for row in rows}


def main() -> None:
    """Write the table."""
    head = ["| model | computed in | largest error | rows compared | kB | converted in s |", "| --- " * 6 + "|"]
    text = (
        f"Each learned {ROWS} rows of {GAMES} made games, and was compared on {COMPARED} others. A row whose last "
        "nearest\nneighbour is as far as the next counts for neither side.\n\n" + "\n".join([*head, *_rows()])
    )
    put_section(PAGE, "kinds of model", "python -m tests.prototypes.kinds", re.sub(r" {2,}", " ", text))


if __name__ == "__main__":
    main()
