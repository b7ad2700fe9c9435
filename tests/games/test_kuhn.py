"""Kuhn poker from training to ratings in a real local cloud: a game is a folder and a line, and nothing else knows it.

No line of the program names it (``tests/conformance/test_no_game_names*.py``); these tests register it as a person
would who keeps a game of their own elsewhere.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
import requests
from typer.testing import CliRunner

from client.cli import app
from games.catalog import VARIABLE, find_part
from games.core import GameError
from games.record import FUNCTION, GameRecord, headline, verify
from infra.build.packaging import PackagingError, package_opponent, package_service, package_trainer
from infra.deploy.trainers import BROUGHT
from tests.conformance.tables import KUHN, REGISTERED, match_of, played, register
from tests.e2e.conftest import Program
from training.contracts import TrainingError, recipe_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.build.packaging import Package

FOLDER = Path(__file__).parent / "kuhn"
LEARNER, TEXTBOOK = "kuhn_learner", "kuhn_textbook"
MATCHES = 6
RATED_S = 60.0


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, layers: Path) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("home of a card player"), layers, **{VARIABLE: REGISTERED})
    yield program
    program.run("cloud", "down")


@pytest.fixture(scope="module")
def trained(program: Program, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of training the learned opponent again, with the platform and itself deployed."""
    out = tmp_path_factory.mktemp("trained") / LEARNER
    result: dict[str, Any] = program.json(
        "train", FOLDER / LEARNER, "--seed", "2", "--games", "40", "--out", out, "--deploy"
    )
    return result


@pytest.fixture(scope="module")
def matches(program: Program, trained: dict[str, Any]) -> dict[str, Any]:
    """A few matches of the two functions."""
    assert trained["deployed"]["version"] == "1"
    program.run("deploy", FOLDER / TEXTBOOK)
    result: dict[str, Any] = program.json("match", KUHN, TEXTBOOK, LEARNER, "--games", str(MATCHES))
    return result


@pytest.fixture(scope="module")
def records(matches: dict[str, Any]) -> list[GameRecord]:
    return [GameRecord.from_line(Path(path).read_bytes()) for path in matches["records"]]


def test_the_gate_lets_a_model_pass_that_was_learned_from_other_games(trained: dict[str, Any]) -> None:
    assert trained["passed"], trained["reason"]
    evaluation = trained["card"]["evaluation"]
    assert {"chips"} == set(evaluation["candidate"]) == set(evaluation["current"])
    card = json.loads((FOLDER / LEARNER / "model_card.json").read_text("utf-8"))
    assert trained["card"]["sha256"] != card["sha256"]
    assert (Path(trained["folder"]) / "model.onnx").exists()


def test_two_functions_play_and_no_fallback_does(matches: dict[str, Any], records: list[GameRecord]) -> None:
    assert (matches["games"], matches["excluded"], matches["uploaded"]) == (MATCHES, 0, MATCHES)
    for record in records:
        verify(record)
        assert {(one.kind, one.name, one.version) for one in record.participants} == {
            (FUNCTION, TEXTBOOK, "1"),
            (FUNCTION, LEARNER, "1"),
        }
        assert all(turn.fallback is None and turn.latency_ms for turn in record.turns)
        assert record.outcome is not None
        assert sum(record.outcome.scores.values()) == 0
        assert min(record.outcome.scores.values()) < 0  # what one wins the other loses


def test_its_records_are_listed_shown_verified_replayed_and_exported(
    program: Program, records: list[GameRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(program.home))

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{words}: {done.output}"
        return done.stdout

    record = records[0]
    assert f"{MATCHES} matches" in run("records", "list", "--game", KUHN)
    shown = " ".join(run("records", "show", record.match_id).split())
    assert headline(record) in shown
    assert "chips" in headline(record)
    assert json.loads(run("records", "verify", "--json")) == {
        "records": MATCHES, "impossible": [], "unreadable": [], "pledges": 0,
        "proved": MATCHES, "without_proofs": 0, "by_unknown_keys": 0, "forged": [],
    }  # fmt: skip
    frames = [json.loads(line) for line in run("replay", record.match_id, "--json").splitlines()]
    assert [frame["step"] for frame in frames] == list(range(record.steps + 1))
    assert frames[-1]["digest"] == record.digest
    lines = run("records", "export", "--game", KUHN).splitlines()
    assert sorted(lines) == sorted(one.to_line() for one in records)


def test_both_are_measured_on_the_same_deals(program: Program, matches: dict[str, Any]) -> None:
    assert matches["difference"]["of"] == "points a match"
    measured = program.json("evaluate", LEARNER, TEXTBOOK, "--games", "8")
    assert [item["failed"] for item in measured["opponents"]] == [0, 0]
    means = [item["measures"]["chips"]["mean"] for item in measured["opponents"]]
    assert (
        means[0] > means[1]
    )  # who bets at random loses more to whoever learned from such players than to the textbook


def test_both_are_rated(program: Program, records: list[GameRecord]) -> None:
    assert len(records) == MATCHES
    listed = program.json("opponents")
    api, until = listed[0]["endpoint"].rpartition("/opponents/")[0], monotonic() + RATED_S
    while {item["games"] for item in listed} != {MATCHES}:
        assert monotonic() < until, listed
        sleep(0.2)
        listed = requests.get(f"{api}/opponents", timeout=20).json()
    assert {(item["name"], item["game"]) for item in listed} == {(TEXTBOOK, KUHN), (LEARNER, KUHN)}
    assert sum(item["rating"] for item in listed) == pytest.approx(3000, abs=1)


def names_in(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("folder", "own"), [(TEXTBOOK, "textbook"), (LEARNER, "learned")])
def test_a_function_ships_its_game_by_its_own_name_and_no_other_game(folder: str, own: str) -> None:
    files = names_in(package_opponent(FOLDER / folder)[1])
    assert files["games/registered.txt"].decode() == REGISTERED
    ours = {name for name in files if name.startswith("tests/") and not name.endswith("/function.py")}
    assert ours == {
        "tests/__init__.py", "tests/games/kuhn/__init__.py", "tests/games/kuhn/rules.py", f"tests/games/kuhn/{own}.py"
    }  # fmt: skip
    assert not [name for name in files if name.startswith(("games/battleship", "games/pacman", "training/"))]


def test_a_game_that_lies_elsewhere_ships_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "cardroom"
    package.mkdir(parents=True)
    (package / "rules.py").write_text("from cardroom.deck import NAME\n", "utf-8")
    (package / "deck.py").write_text("NAME = 'cards'\n", "utf-8")
    (package / "scene.py").write_text("import pygame\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv(VARIABLE, "cards=cardroom")
    opponent = tmp_path / "dealer"
    opponent.mkdir()
    manifest = (FOLDER / TEXTBOOK / "opponent.toml").read_text("utf-8").replace('"kuhn"', '"cards"')
    (opponent / "opponent.toml").write_text(manifest, "utf-8")
    (opponent / "function.py").write_text(
        "from cardroom import rules\n\n\ndef act(*_):\n    return rules.NAME\n", "utf-8"
    )
    files = names_in(package_opponent(opponent)[1])
    assert {name for name in files if name.startswith("cardroom/")} == {"cardroom/rules.py", "cardroom/deck.py"}
    assert files["games/registered.txt"] == b"cards=cardroom"
    (package / "deck.py").write_text("import pygame\n", "utf-8")
    with pytest.raises(PackagingError, match=r"deck\.py:1: imports pygame"):
        package_opponent(opponent)
    (package / "rules.py").unlink()
    with pytest.raises(PackagingError, match="cards has no rules: cardroom"):
        package_opponent(opponent)


@pytest.mark.parametrize("service", ["recorder", "rater", "coach"])
def test_the_services_know_the_rules_of_every_game(service: str) -> None:
    files = names_in(package_service(service))
    assert {"games/battleship/rules.py", "games/pacman/rules.py", "tests/games/kuhn/rules.py"} < set(files)
    assert files["games/registered.txt"].decode() == REGISTERED


def test_a_trainer_has_all_that_its_games_opponents_have(tmp_path: Path) -> None:
    trainer = names_in(package_trainer(KUHN, BROUGHT))
    assert {"tests/games/kuhn/recipe.py", "infra/services/trainer/handler.py"} < set(trainer)
    assert not [name for name in trainer if "battleship" in name or "pacman" in name]
    for folder in (TEXTBOOK, LEARNER):
        copy = shutil.copytree(FOLDER / folder, tmp_path / folder)
        served = names_in(package_opponent(copy)[1])
        code = {name: content for name, content in served.items() if not name.startswith("opponent/")}
        assert code.items() <= trainer.items()


def test_a_game_without_a_recipe_says_where_one_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bareroom").mkdir()
    (tmp_path / "bareroom" / "rules.py").write_text("NAME = 'bare'\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv(VARIABLE, "bare=bareroom")
    assert find_part("bare", "recipe", "training.games") is None
    with pytest.raises(TrainingError, match=r"bare has no recipe.*bareroom\.recipe and training\.games\.bare\.recipe"):
        recipe_for("bare")
    with pytest.raises(GameError, match="no game is called 'chess'; there are backgammon, bare, battleship, pacman"):
        recipe_for("chess")


def test_a_game_that_is_registered_no_more_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    record = played(KUHN, 1)
    assert record.match_id
    assert headline(record).endswith(" chips)")
    monkeypatch.delenv(VARIABLE)
    assert not headline(record).endswith(" chips)")
    with pytest.raises(GameError, match="no game is called 'kuhn'"):
        verify(record)
    with pytest.raises(GameError, match="no game is called 'kuhn'"):
        match_of(KUHN, 1)
