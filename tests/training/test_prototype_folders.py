"""A model becomes an opponent's folder whole, tried as a function, or nothing is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import lambda_arcade as la
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from infra.build.packaging import PackagingError
from lambda_arcade.reporting import Silent
from tests.prototypes.kinds import KINDS, NET, fitted, scaled, some_records
from tests.training.test_own_features import heat
from training.contracts import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

    from training.tables.table import Table


@pytest.fixture(scope="module")
def games() -> la.Records:
    return some_records(30)


@pytest.fixture(scope="module")
def table(games: la.Records) -> Table:
    return games.table("shots", reporter=Silent())


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path_factory.getbasetemp() / "home of prototypes"))


def save(model: Any, folder: Path, **wanted: Any) -> la.Saved:
    return la.save(model, folder, game="battleship", reporter=Silent(), **{"name": "mine", **wanted})


def test_a_pipeline_of_words_and_gaps_becomes_an_opponent_that_plays_well(table: Table, tmp_path: Path) -> None:
    kind = KINDS["HistGradientBoosting, with gaps and words"]
    done = save(fitted(kind, table), tmp_path / "mine", table=table)
    assert done.card["evaluation"]["candidate"]["shots"]["mean"] < 60  # a beginner needs some 65, chance some 95
    assert done.card["runtime"]["moves"] >= 30
    assert done.card["parity"]["max_error"] < 1e-5
    assert "± " in str(done)
    opponent = load_opponent(done.folder)
    assert opponent.policy is not None
    assert not list(tmp_path.glob(".*"))


def test_own_features_ship_and_count(games: la.Records, table: Table, tmp_path: Path) -> None:
    mine = games.table("shots", features=heat, reporter=Silent())
    X, y, _ = mine.xy()
    assert X.columns[-2:] == ["heat", "shots"]
    columns = ["density", "heat"]
    model = LogisticRegression().fit(X.select(columns), y)
    done = save(model, tmp_path / "mine", table=mine)
    assert done.card["features"] == columns
    assert "def heat" in (done.folder / "features.py").read_text()
    again = save(scaled(LogisticRegression(max_iter=300)).fit(*table.xy()[:2]), tmp_path / "mine", table=table)
    assert not (again.folder / "features.py").exists()
    assert not again.card["own_features"]


def test_words_for_labels_play_as_numbers_do(table: Table, tmp_path: Path) -> None:
    X, y, _ = table.xy()
    words = np.where(y == 1, "ship", "water")
    shots = []
    for labels in (y, words):
        done = save(scaled(LogisticRegression(max_iter=300)).fit(X, labels), tmp_path / "mine", table=table)
        shots.append(done.card["evaluation"]["candidate"]["shots"]["mean"])
    assert shots[0] == shots[1]
    assert done.card["answer"]["classes"] == ["ship", "water"]


def test_what_a_person_changed_in_the_manifest_stays_and_the_rest_is_new(table: Table, tmp_path: Path) -> None:
    X, y, _ = table.xy()
    done = save(LinearRegression().fit(X, y), tmp_path / "mine", table=table)
    path = done.folder / "opponent.toml"
    path.write_text(path.read_text().replace('title = "Mine"', 'title = "Ärger"') + "\n[function]\nmemory_mb = 700\n")
    save(NET.read_bytes(), tmp_path / "mine", temperature=0.5)
    manifest = Manifest.load(done.folder)
    assert (manifest.title, manifest.function.memory_mb, manifest.temperature) == ("Ärger", 700, 0.5)
    assert json.loads((done.folder / "model_card.json").read_text())["answer"]["output"] == "logits"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"name": "Mine"}, "small letters"),
        ({"name": "battleship_hard"}, "'battleship_hard' is one of the ladder's opponents: choose another name"),
        ({"features": "no_such_file.py"}, "no such file"),
        ({"features": lambda _observation: {"x": [1, 2]}}, "is a lambda"),
        ({"best": "boat"}, "best='boat' is none of the model's classes"),
    ],
)
def test_what_is_wrong_leaves_nothing_behind(wanted: dict[str, Any], told: str, table: Table, tmp_path: Path) -> None:
    X, y, _ = table.xy()
    with pytest.raises((TrainingError, PackagingError), match=told):
        save(LogisticRegression(max_iter=50).fit(X, y), tmp_path / "mine", table=table, **wanted)
    assert not list(tmp_path.iterdir())


def test_features_that_change_from_call_to_call_are_refused(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "features.py"
    path.write_text("import random\ndef features(observation):\n    return {'x': random.random()}\n")
    X, y, _ = table.xy()
    with pytest.raises(TrainingError, match="gives another 'x' asked again"):
        save(LogisticRegression(max_iter=50).fit(X, y), tmp_path / "mine", table=table, features=path)


def test_features_that_need_what_a_function_has_not_are_refused_before_anything_is_there(
    table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "features.py"
    path.write_text("import sklearn\ndef features(observation):\n    return {'x': 1}\n")
    X, y, _ = table.xy()
    with pytest.raises(PackagingError, match="imports sklearn, which a function does not have"):
        save(LogisticRegression(max_iter=50).fit(X, y), tmp_path / "mine", table=table, features=path)
    assert not (tmp_path / "mine").exists()


def test_a_folder_of_somebody_else_is_left_alone(table: Table, tmp_path: Path) -> None:
    X, y, _ = table.xy()
    model = LogisticRegression(max_iter=50).fit(X, y)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(TrainingError, match="holds no opponent: give another folder"):
        save(model, tmp_path / "photos", table=table)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]
