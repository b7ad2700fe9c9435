"""A model becomes an opponent's folder whole, tried as a function, or nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import lambda_arcade as la
from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import ModelError
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.catalog import find_game
from infra.build.packaging import PackagingError
from lambda_arcade.reporting import Silent
from tests.conformance.tables import KUHN, register
from tests.prototypes.kinds import KINDS, NET, fitted, scaled, some_records
from tests.training.test_environments import to_the_end
from tests.training.test_own_features import heat
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.tables.table import Table


@pytest.fixture(scope="module")
def games() -> la.Records:
    return some_records(30)


@pytest.fixture(scope="module")
def table(games: la.Records) -> Table:
    return games.table("shots", reporter=Silent())


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, layers: Path) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home of prototypes")
    if os.name == "posix":
        (home / "cache").symlink_to(layers)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(home))
        yield


def save(model: Any, folder: Path, **wanted: Any) -> la.Saved:
    return la.save(model, folder, game="battleship", reporter=Silent(), **{"name": "mine", **wanted})


def test_a_pipeline_of_words_and_gaps_becomes_an_opponent_that_plays_well(table: Table, tmp_path: Path) -> None:
    kind = KINDS["HistGradientBoosting, with gaps and words"]
    done = save(fitted(kind, table), tmp_path / "mine", table=table)
    assert shots_of(done) < 60  # a beginner needs some 65, chance some 95
    assert done.card["runtime"]["moves"] >= 30
    assert done.card["parity"]["max_error"] < 1e-5
    assert "± " in str(done)
    opponent = load_opponent(done.folder)
    assert opponent.policy is not None
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(scope="module")
def with_own_features(games: la.Records, tmp_path_factory: pytest.TempPathFactory) -> la.Saved:
    mine = games.table("shots", features=heat, reporter=Silent())
    X, y, _ = mine.xy()
    assert X.columns[-2:] == ["heat", "shots"]
    model = LogisticRegression().fit(X.select(["density", "heat"]), y)
    return save(model, tmp_path_factory.mktemp("own") / "mine", table=mine)


@pytest.fixture(scope="module")
def plain(with_own_features: la.Saved, table: Table, tmp_path_factory: pytest.TempPathFactory) -> la.Saved:
    """What comes of a model of the table's own columns, put where one with other features was."""
    folder = tmp_path_factory.mktemp("plain") / "mine"
    shutil.copytree(with_own_features.folder, folder)
    return save(scaled(LogisticRegression(max_iter=300)).fit(*table.xy()[:2]), folder, table=table)


def test_own_features_ship_and_go_with_the_model_that_wants_them(with_own_features: la.Saved, plain: la.Saved) -> None:
    assert with_own_features.card["features"] == ["density", "heat"]
    assert "def heat" in (with_own_features.folder / "features.py").read_text()
    assert not (plain.folder / "features.py").exists()
    assert not plain.card["own_features"]


def test_words_for_labels_play_as_numbers_do(table: Table, plain: la.Saved, tmp_path: Path) -> None:
    X, y, _ = table.xy()
    words = np.where(y == 1, "ship", "water")
    done = save(scaled(LogisticRegression(max_iter=300)).fit(X, words), tmp_path / "mine", table=table)
    assert shots_of(done) == shots_of(plain)
    assert done.card["answer"]["classes"] == ["ship", "water"]


def shots_of(saved: la.Saved) -> float:
    return saved.card["evaluation"]["candidate"]["shots"]["mean"]


def test_what_a_person_changed_in_the_manifest_stays_and_the_rest_is_new(plain: la.Saved, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(plain.folder, folder)
    path = folder / "opponent.toml"
    path.write_text(path.read_text().replace('title = "Mine"', 'title = "Ärger"') + "\n[function]\nmemory_mb = 700\n")
    save(NET.read_bytes(), folder, temperature=0.5)
    manifest = Manifest.load(folder)
    assert (manifest.title, manifest.function.memory_mb, manifest.temperature) == ("Ärger", 700, 0.5)
    assert json.loads((folder / "model_card.json").read_text())["answer"]["output"] == "logits"


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


def test_a_table_that_no_function_plays_by_is_refused(games: la.Records, table: Table, tmp_path: Path) -> None:
    placements = games.table("placements", reporter=Silent())
    X, y, _ = placements.xy()
    model = LogisticRegression(max_iter=50).fit(X, y)
    with pytest.raises(TrainingError, match="learn from the table shots or candidates, or give features="):
        save(model, tmp_path / "mine", table=placements)
    with pytest.raises(TrainingError, match="the table shots is of battleship, and game='pacman'"):
        la.save(model, tmp_path / "mine", name="mine", game="pacman", table=table, reporter=Silent())
    exits = la.records(tmp_path, game="pacman").table("exits", reporter=Silent())  # none is read
    with pytest.raises(TrainingError, match="would never be asked: give features="):
        la.save(model, tmp_path / "mine", name="mine", game="pacman", table=exits, reporter=Silent())
    assert not list(tmp_path.iterdir())


def test_a_model_that_is_never_asked_is_refused(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "features.py"
    path.write_text("def features(observation):\n    return None\n")
    (tmp_path / ".mine.1").mkdir()  # by a program that was killed a moment ago, or is at work
    (tmp_path / ".mine.2").mkdir()
    os.utime(tmp_path / ".mine.2", (1, 1))
    X, y, _ = table.xy()
    model = LogisticRegression(max_iter=50).fit(X, y)
    with pytest.raises(TrainingError, match="its model is asked at none of"):
        save(model, tmp_path / "mine", table=table, features=path)
    assert sorted(one.name for one in tmp_path.glob(".*")) == [".mine.1"]


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


@pytest.fixture
def kuhn(monkeypatch: pytest.MonkeyPatch) -> str:
    register(monkeypatch)
    return KUHN


def kuhn_agent(episodes: int = 1500) -> list[tuple[Any, Any]]:
    """Return a linear policy that learned Kuhn poker in the second seat, by policy gradient, from chips."""
    env = la.gymnasium_env(KUHN, seat="second", opponent=la.opponent("anyone", game=KUHN), reward=la.scores)
    generator = np.random.default_rng(1)
    weights = np.zeros((256, 2))
    for seed in range(episodes):
        seen, _ = env.reset(seed=seed)
        row = seen["observation"]
        chance = np.exp(row @ weights)
        chance /= chance.sum()
        choice = generator.choice(2, p=chance)
        *_, over, _, _ = (_, got, _, _, _) = env.step(choice)
        assert over
        weights += 0.05 * got * np.outer(row, np.eye(2)[choice] - chance)
    return [(weights, np.zeros(2))]


def test_an_agent_that_learned_by_playing_becomes_an_opponent(kuhn: str, tmp_path: Path) -> None:
    done = la.save_agent(kuhn_agent(), tmp_path / "bluffer", name="bluffer", game=kuhn, reporter=Silent())
    opponent = load_opponent(done.folder)
    rules = find_game(kuhn)
    king, jack = (rules.CARDS.index(card) for card in ("king", "jack"))
    assert opponent.policy is not None
    assert opponent.policy(rules.Observation(king, ("bet",))) == {"bet": 1.0, "pass": 0.0}
    assert opponent.policy(rules.Observation(jack, ("bet",))) == {"bet": 0.0, "pass": 1.0}
    assert done.card["runtime"]["moves"] > 0
    env = la.gymnasium_env(kuhn, opponent=la.opponent(done.folder), reward=la.scores)
    assert sum(to_the_end(env, seed)[1] for seed in range(60)) < 0


def test_an_agent_of_a_variant_plays_that_alone(tmp_path: Path) -> None:
    options = {"size": 8, "fleet": {"boat": 2, "raft": 2}}
    layers = [(np.zeros((10 * 64, 8)), np.ones(8)), (np.ones((8, 192)), np.zeros(192))]
    done = la.save_agent(
        layers, tmp_path / "small", name="small", game="battleship", options=options, reporter=Silent()
    )
    opponent = load_opponent(done.folder)
    assert dict(opponent.manifest.plays) == options
    env = la.gymnasium_env("battleship", options=options, opponent=la.opponent(done.folder))
    assert to_the_end(env, 1)[0] > 2
    with pytest.raises(Problem, match="the board is not that of"):
        move(opponent, "1", MoveRequest("battleship", "m", 0, 1, {"phase": "place"}).to_json(), cold=False)
    card = done.folder / "model_card.json"
    card.write_text(card.read_text().replace('"actions": 192', '"actions": 300'))
    with pytest.raises(ModelError, match="train it again"):
        load_opponent(done.folder)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ([(np.zeros((256, 2)), np.zeros(3))], r"layer 0: weights of shape \(256, 2\) and bias of shape \(3,\)"),
        ([(np.zeros((256, 4)), np.zeros(4)), (np.zeros((5, 2)), np.zeros(2))], "takes 5 numbers, and the one before"),
        ([(np.zeros((9, 2)), np.zeros(2))], r"wanted: one input, tensor\(float\) of shape \(rows, 256\)"),
        ([(np.zeros((256, 7)), np.zeros(7))], "wanted: a number for each of 2 choices"),
        ([(np.full((256, 2), np.nan), np.zeros(2))], "is nan for a real observation"),
        ([], "without layers"),
        (b"no model", "it is no ONNX model"),
        (LinearRegression(), "an agent is the content of an ONNX file, or a list of layers"),
    ],
)
def test_an_agent_that_cannot_play_is_refused_and_nothing_is_there(
    policy: Any, told: str, kuhn: str, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=told):
        la.save_agent(policy, tmp_path / "agent", name="agent", game=kuhn, reporter=Silent())
    assert not (tmp_path / "agent").exists()
