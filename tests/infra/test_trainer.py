"""Retraining in the cloud: counted once, judged by the gate, published for one opponent, undone by no deployment."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ai_functions.runtime.manifest import Manifest
from client.commands.drift import drifts
from games.battleship import rules
from games.match import Match, play
from games.record import GameRecord, Participant
from infra.build.packaging import ROOT, PackagingError, add, package_opponent, package_trainer
from infra.deploy.deploy import delete_opponent, deploy_all, deploy_opponents
from infra.deploy.trainers import BROUGHT, deploy_trainer, schedule
from infra.deploy.versions import rollback
from infra.services.trainer.artifact import unpack, with_model
from infra.services.trainer.fair import fair, readable_within
from infra.services.trainer.publish import publish
from training.artifact import write_artifact
from training.contracts import bootstrap_for, recipe_for
from training.export import export
from training.games.battleship.benchmark import BENCHMARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.environment.environment import Environment

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"


def nothing(_what: str, _seconds: float) -> None:
    """Tell nobody."""


def opponent(parent: Path, name: str, source: Path = EXAMPLE) -> Path:
    """Return a folder like ``source`` that holds an opponent of that name."""
    folder = Path(shutil.copytree(source, parent / name))
    manifest = folder / "opponent.toml"
    lines = manifest.read_text().replace(f'name = "{source.name}"', f'name = "{name}"').splitlines()
    manifest.write_text("\n".join(line for line in lines if not line.startswith("aim")) + "\n")
    return folder


def modelled(folder: Path) -> Path:
    """Put into ``folder`` what stands for a model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(b"retrained")
    card = {"sha256": hashlib.sha256(b"retrained").hexdigest(), "data": {}}
    (folder / "model_card.json").write_text(json.dumps(card))
    return folder


def test_a_retrained_zip_differs_in_its_model_alone(tmp_path: Path):
    _, package = package_opponent(EXAMPLE)
    made = with_model("first_free", package.content, modelled(tmp_path))
    before, after = (zipfile.ZipFile(io.BytesIO(item.content)) for item in (package, made))
    assert set(after.namelist()) - set(before.namelist()) == {"opponent/model.onnx", "opponent/model_card.json"}
    assert all(before.read(name) == after.read(name) for name in before.namelist())
    assert (unpack(made.content, tmp_path / "there") / "model.onnx").read_bytes() == b"retrained"


def test_an_opponent_of_other_code_is_not_trained(tmp_path: Path):
    _, package = package_opponent(EXAMPLE)
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package.content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            add(new, name, old.read(name) + (b"# newer\n" if name == "games/battleship/rules.py" else b""), 1)
    with pytest.raises(PackagingError, match=r"games/battleship/rules\.py .* different code"):
        unpack(changed.getvalue(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path):
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("opponent/model.onnx", "w") as file,
    ):
        for _ in range(260):
            file.write(bytes(1024 * 1024))
    with pytest.raises(PackagingError, match="unpacks to 272629760 bytes"):
        unpack(bomb.getvalue(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_trainer_holds_its_game_and_the_training_and_no_other_game():
    with zipfile.ZipFile(io.BytesIO(package_trainer("battleship", BROUGHT).content)) as archive:
        names = archive.namelist()
    assert {
        "infra/services/trainer/handler.py",
        "training/evaluation/gate.py",
        "ai_functions/battleship_expert/model.onnx",
    } < set(names)
    assert not [name for name in names if "pacman" in name or name.startswith(("client/", "tests/"))]
    assert "training/games/battleship/tuning.py" not in names  # it needs cma and numba, for the expert alone
    assert "training/games/battleship/compiled/table.py" not in names  # nor this, and the gate can do without


def test_a_trainer_measures_without_what_is_compiled(tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(package_trainer("battleship", BROUGHT).content)) as archive:
        archive.extractall(tmp_path)
    look = (
        "from training.evaluation import evaluate; from training.games.battleship.benchmark import BENCHMARK;"
        "print(evaluate.__file__); print(BENCHMARK.controlled);"
        f"print(len(evaluate.LocalTasks('battleship', '{ROOT / 'ai_functions' / 'battleship_hard'}')([1, 2])))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(tmp_path / "training" / "evaluation" / "evaluate.py"), "None", "2"]


@pytest.mark.parametrize("game", ["battleship", "pacman", "backgammon"])
def test_every_game_is_trained_in_a_function(game: str):
    """Without a compiler, and with what reports are written by."""
    with zipfile.ZipFile(io.BytesIO(package_trainer(game, BROUGHT).content)) as archive:
        names = set(archive.namelist())
    parts = {f"training/games/{game}/{part}.py" for part in ("recipe", "benchmark", "questions", "picture")}
    assert {*parts, "training/report/page.py", "training/runs.py"} <= names
    assert "polars" not in BROUGHT


def test_no_more_records_are_read_than_there_is_time_for():
    random = [play_at_random(f"m{number}") for number in range(12)]
    assert readable_within(random, 600.0) == random[::-1]  # the newest first
    assert readable_within([], 600.0) == []
    (newest,) = readable_within(random, 1e-6)  # one in any case, and the trainer's clock says the rest
    assert newest == random[-1]


def play_at_random(match_id: str) -> GameRecord:
    """Return a game of Battleship between players by chance."""
    match = Match(rules, {seat: Participant(seat, "person", seat) for seat in rules.PLAYERS}, seed=1, policy_seed=1,
                  match_id=match_id)  # fmt: skip
    found = play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action))
    return replace(found, started_at=f"2026-01-01T00:00:{int(match_id[1:]):02}Z")


@pytest.mark.parametrize(("text", "told"), [("7d", "rate(7 days)"), ("1h", "rate(1 hour)"), ("none", "none")])
def test_a_time_becomes_a_schedule(text: str, told: str):
    assert schedule(text) == told


@pytest.mark.parametrize("text", ["0d", "7", "d", "1w", "1.5h", "-1h"])
def test_no_time_is_refused(text: str):
    with pytest.raises(PackagingError, match="such as 7d"):
        schedule(text)


def test_a_retrained_model_serves_until_something_newer_is_deployed(environment: Environment, tmp_path: Path):
    folder = opponent(tmp_path, "learner")
    deploy_opponents(environment, [folder], nothing)
    _, package = package_opponent(folder)
    made = with_model("learner", package.content, modelled(tmp_path / "new"))
    key = f"artifacts/trained/learner/{made.sha256}.zip"
    environment.cloud.put_object(environment.platform["BucketName"], key, made.content, made.sha256)
    card = json.loads((tmp_path / "new" / "model_card.json").read_text())
    assert publish(environment.cloud, environment.names, made, card, key, patience_s=60) == "2"
    for place in ("learner", "learner@2/pinned"):
        known = requests.get(f"{environment.api}/opponents/{place}", timeout=20).json()
        assert (known["version"], known["sha256"]) == ("2", card["sha256"])
    assert requests.get(f"{environment.api}/opponents/learner@1/pinned", timeout=20).json()["version"] == "1"

    (again,) = deploy_opponents(environment, [folder], nothing)
    assert (again.verb, again.version) == ("keep", "2")
    rollback(environment, "learner")
    with pytest.raises(RuntimeError, match="live points at 1, the newest version is 2"):
        publish(environment.cloud, environment.names, made, card, key, patience_s=60)
    (again,) = deploy_opponents(environment, [folder], nothing)
    assert (again.verb, again.version) == ("keep", "1")

    with (folder / "function.py").open("a") as file:
        file.write("\n# newer\n")
    (newer,) = deploy_opponents(environment, [folder], nothing)
    assert (newer.verb, newer.version) == ("update", "3")
    assert "model.onnx" not in requests.get(f"{environment.api}/opponents/learner", timeout=20).text
    delete_opponent(environment, "learner")


def random_games(count: int) -> list[GameRecord]:
    act = BENCHMARK.players["random"]
    sit = {seat: Participant(seat, "bot", "random") for seat in rules.PLAYERS}
    return [
        play(Match(rules, sit, seed=seed, policy_seed=seed), dict.fromkeys(rules.PLAYERS, act)) for seed in range(count)
    ]


def in_time(look: Callable[[], Any], seconds: float) -> Any:
    """Return the first true answer of ``look``; fail when it takes too long."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.25)
    return found


def test_nobody_has_a_say_in_more_than_a_fifth_of_a_training():
    game = random_games(1)[0]

    def by(name: str, count: int) -> list[GameRecord]:
        first, second = game.participants
        seats = (replace(first, kind="person", name=name), second)
        return [replace(game, participants=seats, match_id=f"{name}{index}") for index in range(count)]

    others = [record for index in range(30) for record in by(f"pupil{index}", 10)]
    kept, beyond = fair([*by("Ada", 100), *others])
    assert (len(kept), beyond) == (380, 20)  # a fifth of 400 is 80
    assert sum(record.participants[0].name == "Ada" for record in kept) == 80
    assert fair(by("Ada", 60)) == (by("Ada", 50), 10)


def _check_its_report(environment: Environment, name: str) -> None:
    """The report is in the bucket, and players since then can be compared with those that it was made from."""
    bucket = environment.platform["BucketName"]
    kept = dict(environment.cloud.read_objects(bucket, f"artifacts/trained/{name}/runs/"))
    by_name = {key.rpartition("/")[2]: content for key, content in kept.items()}
    assert set(by_name) == {"model_card.json", "report.json", "report.html"}
    card, found = json.loads(by_name["model_card.json"]), json.loads(by_name["report.json"])
    assert card["held_out"]["matches"] == found["data"]["held_out"] > 0
    assert found["verdict"]["passed"]
    assert b"What changed in play" in by_name["report.html"]
    told = drifts(environment, {name: "2"})[name]
    assert told["rise"] is None  # nobody has played since
    assert told == drifts(environment, {name: "2"})[name]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_uploaded_records_end_in_a_new_version_of_one_opponent(environment: Environment, tmp_path: Path):
    folder = opponent(tmp_path, "trainee", ROOT / "ai_functions" / "battleship_easy")
    manifest = Manifest.load(folder)
    weak = export(recipe_for("battleship")(manifest, random_games(12), seed=1, progress=lambda _: None))
    write_artifact(folder, weak.onnx, {"data": {}})
    deploy_all(environment, [folder, EXAMPLE], nothing)
    deploy_trainer(environment, "trainee", nothing, {"NewRecords": "60", "MostGames": "100"})
    before = environment.cloud.pointer(environment.names.function("first_free"))

    def log(function: str) -> str:
        return "\n".join(text for _, _, text in environment.cloud.log_events(f"/aws/lambda/{function}", 0))

    def put(record: GameRecord) -> None:
        key, line = f"records/battleship/{record.match_id}.json", record.to_line().encode()
        environment.cloud.client("s3").put_object(
            Bucket=environment.platform["BucketName"], Key=key, Body=line, Metadata={"proved": "yes"}
        )

    def counted() -> int:
        table = f"{environment.names.prefix}-tally-trainee"
        found = environment.cloud.client("dynamodb").scan(TableName=table)["Items"]
        return sum(item["id"]["S"].startswith("match#") for item in found)

    games = bootstrap_for("battleship")(manifest, 60, seed=3, progress=lambda _: None)
    begun = counted()
    for record in [*games[:59], *games[:30]]:  # half of them come twice
        put(record)
    in_time(lambda: counted() - begun == 59, 60)
    time.sleep(2)
    assert "training begins" not in log(environment.names.trainer_function("trainee"))
    put(games[59])
    told = in_time(
        lambda: re.search("published|\\[ERROR", (text := log(environment.names.trainer_function("trainee")))) and text,
        400,
    )
    assert "trained and published" in told, told[-3000:]
    assert log(environment.names.tally_function("trainee")).count("trainer started") == 1
    known = requests.get(f"{environment.api}/opponents/trainee", timeout=20).json()
    assert known["version"] == "2"
    assert known["sha256"] != weak.sha256
    assert known["trained_on"]["players"]["bot:novice"] == 60  # others' records may lie in the bucket, too
    assert environment.cloud.pointer(environment.names.function("first_free")) == before
    _check_its_report(environment, "trainee")
    delete_opponent(environment, "trainee")
    assert not [name for name in environment.cloud.stacks(environment.names.prefix) if "trainee" in name]
