"""A recipe fits an estimator of somebody's own as it fits its own: seeded, exported, split by whole matches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

import ai_functions
from ai_functions.runtime.manifest import Manifest
from tests.training.test_pipeline import Reports
from training.card import Origin
from training.contracts import TrainingError, recipe_for
from training.estimators import OwnEstimator, find_estimator, fit_own, source_of
from training.pipeline import Wishes, gather, train
from training.prototypes.recipes import export_own

if TYPE_CHECKING:
    from games.record import GameRecord

EASY = Path(ai_functions.__file__).parent / "battleship_easy"
OPPONENTS = EASY.parent


@pytest.fixture(scope="module")
def records() -> list[GameRecord]:
    return gather(Manifest.load(EASY), [], 8, 1, Reports())


def fit(estimator: Any, records: list[GameRecord], name: str = "battleship_easy", seed: int = 1) -> Any:
    manifest = Manifest.load(OPPONENTS / name)
    recipe: Any = recipe_for(manifest.game)
    return recipe(manifest, records, seed=seed, progress=lambda _: None, estimator=estimator)


def test_a_level_learns_by_an_estimator_behind_a_scaler_and_its_export_says_the_same(
    records: list[GameRecord],
) -> None:
    estimator = find_estimator("make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=5))")
    first, again = (fit(estimator, records) for _ in range(2))
    assert isinstance(first.estimator, Pipeline)
    assert not hasattr(estimator[-1], "classes_")  # the one that was given is as it was
    assert first.measures["log_loss"] < 0.3  # a twelfth of the cells are taken: 0.287 for who knows nothing else
    exported = export_own(first)
    assert exported.onnx == export_own(again).onnx
    assert exported.max_error < 1e-5


def test_what_is_tuned_takes_no_estimator(records: list[GameRecord]) -> None:
    with pytest.raises(TrainingError, match="battleship_expert: what it learns is tuned, not fitted"):
        fit(LogisticRegression(), records, "battleship_expert")


def test_a_recipe_that_takes_none_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    folder = Path(__file__).parents[1] / "games" / "kuhn" / "kuhn_learner"
    made = gather(Manifest.load(folder), [], 60, 1, Reports())
    own = OwnEstimator("x", "", LogisticRegression(), export_own)
    with pytest.raises(TrainingError, match=r"the recipe of kuhn takes no --estimator; la\.deploy makes an opponent"):
        train(folder, Origin(made, "here", "train", 1), tmp_path / "out", Reports(), wishes=Wishes(own=own))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("HistGradientBoostingClassifier(max_iter=7)", HistGradientBoostingClassifier),
        ("LogisticRegression(C=0.1)", LogisticRegression),
        ("sklearn.linear_model:LogisticRegression", LogisticRegression),
        ("LGBMClassifier(n_estimators=5)", None),
        ("XGBClassifier(n_estimators=5)", None),
    ],
)
def test_an_estimator_is_found_by_an_expression_or_a_name(text: str, kind: Any) -> None:
    found = find_estimator(text)
    assert kind is None or isinstance(found, kind)
    assert hasattr(found, "fit")


def test_an_estimator_is_made_by_a_function_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "my.py"
    path.write_text("from sklearn.svm import SVC\ndef make_model():\n    return SVC(C=3)\nready = SVC(C=4)\n")
    assert find_estimator(f"{path}:make_model").C == 3
    assert find_estimator(f"{path}:ready").C == 4
    assert "SVC(C=3)" in source_of(f"{path}:make_model")
    assert source_of("LogisticRegression()") == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Forest()", "NameError: name 'Forest' is not defined"),
        ("LogisticRegression(", "SyntaxError"),
        ("no_such.py:make", "no such file"),
        ("no_such_module:make", "the module no_such_module is not installed here"),
        ("sklearn.svm:Odd", "sklearn.svm has no Odd"),
        ("{}", "is a dict, and no estimator"),
        ("LogisticRegression(C='odd').fit", "no estimator|InvalidParameterError|TypeError"),
    ],
)
def test_what_is_no_estimator_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(TrainingError, match=told) as refused:
        find_estimator(text)
    assert "\n" not in str(refused.value)


class Watched(GroupKFold):
    """Splits by group that notes which rows it was asked about."""

    seen: tuple[Any, ...] = ()

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Any:
        Watched.seen = tuple(groups)
        return super().split(X, y, groups)


def test_a_search_splits_by_match_and_everything_is_seeded() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(120, 3)).astype(np.float32)
    labels, groups = (rows[:, 0] > 0).astype(int), np.repeat(np.arange(12), 10)
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=3)
    done = fit_own(search, rows, labels, groups, seed=5)
    assert isinstance(done.cv, GroupKFold)
    assert done.best_estimator_.random_state == 5
    fit_own(GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]}, cv=Watched(3)), rows, labels, groups, seed=5)
    assert Watched.seen == tuple(groups)
    with pytest.raises(TrainingError, match="LogisticRegression cannot be fitted: ValueError"):
        fit_own(LogisticRegression(), rows, np.zeros(120), groups, seed=1)
