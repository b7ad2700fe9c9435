"""Runs are listed, compared, and handed to MLflow once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import training
from client.cli import app
from tests.wheel.installed import pip
from training.contracts import TrainingError
from training.mlflow_runs import export, flat, measures_of, parameters_of
from training.runs import Runs

FIRST, SECOND = "battleship_hard-20261127-090000", "battleship_hard-20261128-090000"


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def kept(runs: Runs, name: str, *, passed: bool, seed: int, loss: float) -> None:
    """Keep a run as a training does."""
    evaluation = {"passed": passed, "reason": "a reason", "games": 9, "answers": [], "current": {}, "differences": {},
                  "candidate": {"shots": {"n": 9, "mean": 50.0, "standard_error": 0.3, "low": 49.4, "high": 50.6,
                                          "deviation": 1.0}}}  # fmt: skip
    card = {"name": "battleship_hard", "game": "battleship", "run": name, "seed": seed,
            "command": f"train --seed {seed}",
            "created": f"2026-11-2{seed}T10:00:00+00:00", "evaluation": evaluation, "sha256": "a" * 64,
            "parameters": {"training": {"learn": "player"}, "estimator": {"C": 1.0}},
            "data": {"games": 20, "records_sha256": "b" * 64, "players": {"bot:a": 20}}}  # fmt: skip
    new = {"loss": interval(loss), "calibration": {"bins": [], "error": interval(0.1)}}
    told = {"loss": "log loss, nats", "new": new}
    found = {"verdict": evaluation, "strength": {"players": []}, "foretelling": told}
    runs.put(name, {"model_card.json": json.dumps(card).encode(), "report.json": json.dumps(found).encode(),
                    "report.html": b"<p>"})  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path))
    found = Runs(tmp_path / "runs")
    kept(found, FIRST, passed=True, seed=1, loss=2.5)
    kept(found, SECOND, passed=False, seed=2, loss=2.75)
    return found


def asked(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_runs_are_listed_and_shown(runs: Runs):
    listed = asked("runs")
    assert FIRST in listed
    assert "refused" in listed
    found = json.loads(asked("runs", "--json"))
    assert [(one["run"], one["passed"], one["loss"]["value"]) for one in found] == [
        (FIRST, True, 2.5), (SECOND, False, 2.75),
    ]  # fmt: skip
    assert json.loads(asked("runs", "show", "battleship_hard", "--json"))["run"] == SECOND  # the newest
    shown = asked("runs", "show", FIRST)
    assert "estimator.C" in shown
    assert str(runs.folder / FIRST / "report.html") in shown


def test_two_runs_are_compared(runs: Runs):
    assert len(runs.all()) == 2
    found = json.loads(asked("runs", "compare", FIRST, SECOND, "--json"))
    assert found["differ"] == {"seed": ["1", "2"], "command": ["train --seed 1", "train --seed 2"]}
    assert [one["value"] for one in found["measures"]["held out: loss"]] == [2.5, 2.75]
    assert "2.75" in asked("runs", "compare", FIRST, SECOND)


def test_the_lines_of_the_page_work(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    page = Path(__file__).parents[2] / "docs" / "training.md"
    lines = [line.split()[1:] for line in page.read_text("utf-8").splitlines() if line.startswith("lambda-arcade runs")]
    assert [words[1:2] for words in lines] == [[], ["show"], ["compare"], ["export"]]
    for words in lines:
        if words[1:2] == ["export"]:  # with MLflow, in an environment of its own: below
            continue
        assert asked(*words)
    assert len(runs.all()) == 2


def test_nothing_trained_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path))
    assert "nothing was trained here yet" in asked("runs")


def test_tables_of_tables_are_one_table():
    assert flat({"a": {"b": 1, "c": {"d[2]": 2}}, "e": [3]}) == {"a.b": 1, "a.c.d_2_": 2, "e": [3]}


def test_a_run_is_parameters_and_measures(runs: Runs):
    run = runs.called(FIRST)
    assert parameters_of(run.card)["training.learn"] == "player"
    measures = measures_of(run)
    assert measures["held_out.new.loss.value"] == 2.5
    assert measures["held_out.new.calibration.low"] == 0.0
    assert measures["evaluation.candidate.shots.mean"] == 50.0
    assert all(isinstance(value, float) for value in measures.values())


def test_without_mlflow_the_line_that_brings_it_is_said(runs: Runs):
    with pytest.raises(TrainingError, match="pip install mlflow-skinny"):
        export(runs.all(), "somewhere", lambda _done, _total: None)
    with pytest.raises(TrainingError, match="pip install mlflow-skinny sqlalchemy alembic"):
        export(runs.all(), "sqlite:///runs.db", lambda _done, _total: None)


IN_ITS_OWN_ENVIRONMENT = """
import json, sys
from pathlib import Path
from mlflow.tracking import MlflowClient
from training.mlflow_runs import export
from training.runs import Runs

runs, told = Runs(Path(sys.argv[1])), {}
for store in sys.argv[2:]:
    counts = [export(runs.all(), store, lambda _done, _total: None) for _ in range(2)]
    client = MlflowClient(tracking_uri=store)
    experiment = client.get_experiment_by_name("lambda-arcade/battleship_hard")
    found = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    one = found[sorted(found)[0]]
    told[store] = {
        "counts": counts, "runs": sorted(found), "params": one.data.params, "metrics": one.data.metrics,
        "tags": one.data.tags, "files": sorted(item.path for item in client.list_artifacts(one.info.run_id)),
    }
print(json.dumps(told))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_mlflow_gets_each_run_once(runs: Runs, tmp_path: Path):
    """MLflow is installed in an environment of its own, as the page says, and nothing that it needs comes here."""
    place = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip(python, "mlflow-skinny", "sqlalchemy", "alembic", "numpy", "threadpoolctl")
    stores = [(tmp_path / "mlruns").as_uri(), f"sqlite:///{tmp_path / 'runs.db'}"]
    done = subprocess.run(
        [python, "-c", IN_ITS_OWN_ENVIRONMENT, str(runs.folder), *stores],
        env={**os.environ, "PYTHONPATH": str(Path(training.__file__).parents[1])},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == stores
    for found in told.values():
        assert found["counts"] == [[2, 0], [0, 2]]
        assert found["runs"] == [FIRST, SECOND]
        assert found["params"]["estimator.C"] == "1.0"
        assert found["metrics"]["held_out.new.loss.value"] == 2.5
        assert found["tags"]["lambda_arcade.passed"] == "True"
        assert found["files"] == ["model_card.json", "report.html", "report.json"]
