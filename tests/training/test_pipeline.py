"""From records to an artifact: what passes is put in place whole, what does not changes nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

import ai_functions
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import MANIFEST, Manifest
from ai_functions.runtime.model import CARD, MODEL, ModelError, dial, model_sha256
from games.battleship.fleet import STANDARD
from games.battleship.observation import ShootObservation
from games.record import FUNCTION
from training.card import Origin
from training.contracts import TrainingError, benchmark_for
from training.evaluation.gate import MOST_TASKS
from training.evaluation.statistics import difference
from training.folders import personal_folder, personal_name
from training.pipeline import Wishes, gather, train

if TYPE_CHECKING:
    from games.record import GameRecord
    from training.pipeline import Trained

EASY = Path(ai_functions.__file__).parent / "battleship_easy"
HARD = EASY.parent / "battleship_hard"
GAMES = 24


class Reports:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def report(self, text: str) -> None:
        self.lines.append(text)

    def count(self, what: str, done: int, total: int) -> None:
        assert 0 <= done <= total, what


@pytest.fixture(scope="module")
def records() -> list[GameRecord]:
    return gather(Manifest.load(EASY), [], GAMES, 1, Reports())


def a_copy(folder: Path) -> Path:
    shutil.copytree(EASY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


ANY_STRENGTH = Wishes(20, no_aim=True)


def trained(records: list[GameRecord], folder: Path, out: Path, wishes: Wishes = ANY_STRENGTH) -> Trained:
    return train(folder, Origin(records, "a test", "make test", 1), out, Reports(), wishes=wishes)


def without_a_model(folder: Path) -> Path:
    a_copy(folder)
    (folder / MODEL).unlink()
    (folder / CARD).unlink()
    return folder


@pytest.fixture(scope="module")
def first(records: list[GameRecord], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A first model for battleship_easy, in its folder."""
    folder = without_a_model(tmp_path_factory.mktemp("first") / "battleship_easy")
    return trained(records, folder, folder)


def test_a_first_model_is_put_in_place_with_a_card_that_tells_all(first: Trained):
    folder, found = first.folder, first
    assert found.verdict.passed
    card = json.loads((folder / CARD).read_text())
    assert card["sha256"] == model_sha256(folder)
    assert card["data"]["games"] == GAMES
    assert card["parity"]["max_error"] < 1e-5
    assert card["evaluation"]["candidate"]["shots"]["n"] == found.verdict.games
    assert {"command", "seed", "algorithm", "versions", "created", "measures"} <= set(card)
    shot = load_opponent(folder).act(ShootObservation(STANDARD, ()), Random(1))
    assert STANDARD.holds(shot.cell)
    assert sorted(path.name for path in folder.iterdir() if path.name != "__pycache__") == sorted(
        [CARD, MODEL, "function.py", "opponent.toml"]
    )


def test_the_same_records_and_seed_give_the_same_model(first: Trained, records: list[GameRecord], tmp_path: Path):
    folder = without_a_model(tmp_path / "second")
    assert trained(records, folder, folder).card["sha256"] == first.card["sha256"]
    again = gather(Manifest.load(EASY), [], GAMES, 1, Reports())
    assert [record.digest for record in again] == [record.digest for record in records]
    other = gather(Manifest.load(EASY), [], GAMES, 2, Reports())
    assert [record.digest for record in other] != [record.digest for record in records]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_refused_model_changes_nothing(records: list[GameRecord], tmp_path: Path):
    folder = a_copy(tmp_path / "battleship_easy")
    before = contents(folder)
    found = trained(records, folder, tmp_path / "out", Wishes())  # too few games to compare the models on
    assert not found.verdict.passed
    assert "games are held out to compare the models on; give more games" in found.verdict.reason
    assert contents(folder) == before
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def strong_records() -> list[GameRecord]:
    return gather(Manifest.load(HARD), [], GAMES, 1, Reports())


def strong(folder: Path, temperature: float) -> Path:
    """Return a copy of battleship_hard without a model: of strong shooters fewer games tell how strong they are."""
    shutil.copytree(HARD, folder, ignore=shutil.ignore_patterns("__pycache__", MODEL, CARD))
    toml = (folder / MANIFEST).read_text()
    assert "temperature = 1.02" in toml
    (folder / MANIFEST).write_text(toml.replace("temperature = 1.02", f"temperature = {temperature}"))
    return folder


def test_an_aim_out_of_reach_is_told_with_what_can_be_done(strong_records: list[GameRecord], tmp_path: Path):
    folder = strong(tmp_path / "battleship_hard", 0.06)  # the least there is: 0.05
    found = trained(strong_records, folder, folder, Wishes(200, aim=30.0))
    assert not found.verdict.passed
    assert "the aim of 30 is out of its reach" in found.verdict.reason
    assert "--aim none" in found.verdict.reason
    assert "aim = 50.0" in (folder / MANIFEST).read_text()


@pytest.mark.parametrize("most", [300, pytest.param(MOST_TASKS, marks=pytest.mark.slow)])
def test_a_level_is_brought_to_its_aim_and_keeps_it(strong_records: list[GameRecord], tmp_path: Path, most: int):
    folder = strong(tmp_path / "battleship_hard", 0.1)
    before = Manifest.load(folder)
    found = trained(strong_records, folder, folder, Wishes(most, aim=46.5))
    assert found.verdict.passed, found.verdict.reason
    assert found.verdict.candidate["shots"].mean == pytest.approx(46.5, abs=1)
    card = json.loads((folder / CARD).read_text())
    assert card["aim"] == 46.5
    assert card["setting"]["standard_error"] <= (0.2 if most == MOST_TASKS else 0.4)
    manifest = Manifest.load(folder)
    assert manifest == replace(before, training={**before.training, "aim": 46.5})
    assert dial(folder, "temperature", manifest.temperature) == card["dial"]["temperature"] > 1.5 * manifest.temperature
    (folder / CARD).write_text(json.dumps({**card, "dial": {"temperature": "hot"}}))
    with pytest.raises(ModelError, match=r"model_card.json: dial.temperature is 'hot'; it is a number from 0"):
        load_opponent(folder)


def test_an_aim_without_a_dial_is_refused(records: list[GameRecord], tmp_path: Path):
    folder = a_copy(tmp_path / "battleship_easy")
    toml = folder / MANIFEST
    toml.write_text(toml.read_text().replace('learn = "player"', 'learn = "worth"'))
    with pytest.raises(TrainingError, match=r"battleship_easy: it aims at 67, .*--aim none"):
        trained(records, folder, tmp_path / "out", Wishes(20))
    toml.write_text(toml.read_text().replace("aim = 67.0", 'aim = "high"'))
    with pytest.raises(TrainingError, match="aim is 'high'; it is a number"):
        trained(records, folder, tmp_path / "out", Wishes(20))


def test_what_functions_played_is_not_imitated_unless_it_is_asked_for(records: list[GameRecord], tmp_path: Path):
    folder = without_a_model(tmp_path / "battleship_easy")
    by_functions = [
        replace(record, participants=tuple(replace(one, kind=FUNCTION, name="hal") for one in record.participants))
        for record in records
    ]
    actions = sum(len(record.turns) for record in records)
    origin, reporter = Origin(by_functions, "a test", "make test", 1), Reports()
    with pytest.raises(TrainingError, match="battleship_easy: 0 shots to learn from in"):
        train(folder, origin, folder, reporter, wishes=ANY_STRENGTH)
    told = f"{actions} actions of function:hal are not learned from: a model would end up imitating itself; "
    assert any(line.startswith(told) for line in reporter.lines)
    reporter = Reports()
    asked = train(folder, origin, folder, reporter, wishes=Wishes(20, no_aim=True, learn_from=("function:hal",)))
    assert asked.verdict.passed
    assert not any("not learned from" in line for line in reporter.lines)


def test_a_model_that_learned_other_features_is_replaced_and_said(records: list[GameRecord], tmp_path: Path):
    folder = a_copy(tmp_path / "battleship_easy")
    rows = np.eye(5, dtype=np.float32)
    older = to_onnx(LogisticRegression().fit(rows, [0, 1, 0, 1, 1]), rows, options={"zipmap": False})
    (folder / MODEL).write_bytes(older.SerializeToString())
    (folder / CARD).write_text(json.dumps({"sha256": sha256((folder / MODEL).read_bytes()).hexdigest()}))
    reporter = Reports()
    found = train(folder, Origin(records, "a test", "make test", 1), folder, reporter, wishes=ANY_STRENGTH)
    assert found.verdict.passed
    assert any("learned 5 features" in line and "train it again" in line for line in reporter.lines)


def test_a_learned_player_is_stronger_than_its_baseline(first: Trained):
    benchmark = benchmark_for("battleship")
    opponent, baseline = load_opponent(first.folder).act, benchmark.players["random"]
    shots = [[benchmark.measure(who, seed=seed)["shots"] for seed in range(20)] for who in (opponent, baseline)]
    gap = difference(shots[0], shots[1])
    assert gap.mean < -10
    assert gap.p < 0.01


def test_an_opponent_that_gets_to_know_someone_has_a_name_of_its_own(tmp_path: Path):
    made = personal_folder(EASY, 'Ann "the Fox" Lee', tmp_path)
    manifest = Manifest.load(made)
    assert manifest.name == "battleship_easy_for_ann_the_fox_lee"
    assert manifest.training["player"] == 'Ann "the Fox" Lee'
    assert manifest.temperature == Manifest.load(EASY).temperature
    assert Manifest.load(EASY).name == "battleship_easy"


@pytest.mark.parametrize(
    "player",
    [
        "!?",
        "\N{SHIP}\N{ANCHOR}",
        "\u0634\u0647\u0631\u0632\u0627\u062f",
        "A name of forty letters, all of them here",
    ],
)
def test_a_name_without_letters_or_with_many_names_a_function_all_the_same(player: str, tmp_path: Path) -> None:
    made = Manifest.load(personal_folder(EASY, player, tmp_path))
    assert made.training["player"] == player
    assert made.name == personal_name("battleship_easy", player)
    assert made.name != personal_name("battleship_easy", f"{player}x")


def test_no_games_at_all_are_said_in_one_line():
    with pytest.raises(TrainingError, match="battleship_easy: no games to learn from; give --records or --bootstrap"):
        gather(Manifest.load(EASY), [], 0, 1, Reports())
