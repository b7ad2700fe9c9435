"""A data scientist's first hour: a starter that runs as it is, a model's file, and what is wrong in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from client.commands import opponents
from tests.prototypes.kinds import NET, a_table
from tests.prototypes.walk import FITS, PAGE, walk
from tests.prototypes.walk import program as program_of
from training.prototypes import files

if TYPE_CHECKING:
    from tests.e2e.conftest import Program


@pytest.fixture(scope="module")
def fitted() -> Any:
    X, y, _ = a_table(20).xy()
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(X, y)


def test_the_command_line_knows_the_files_that_are_read() -> None:
    assert sorted(opponents.SUFFIXES) == sorted(files.SUFFIXES)


def run_python(program: Program, path: Path, cwd: Path) -> str:
    environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(program.home), "LAMBDA_ARCADE_PORT": "0"}
    done = subprocess.run(
        [sys.executable, str(path)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["train.py", "train.ipynb"])
def test_what_new_makes_trains_and_deploys_as_it_is(program: Program, tmp_path: Path, kind: str) -> None:
    name = f"starter_{kind.removeprefix('train.')}"
    program.run("new", name, "--game", "battleship", "--folder", tmp_path / name)
    script = tmp_path / name / kind
    if kind.endswith(".ipynb"):  # what its kernel would run, cell by cell
        cells = json.loads(script.read_text("utf-8"))["cells"]
        script = tmp_path / name / "cells.py"
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        script.write_text("\n\n".join(code), "utf-8")
    text = run_python(program, script, tmp_path / name)
    assert f"{name} is deployed, version 1" in text
    assert "strength: " in text
    assert (tmp_path / name / "opponent" / "model.onnx").exists()
    (found,) = [one for one in program.json("opponents") if one["name"] == name]
    assert found["measured"]["shots"] < 60
    who = program.json("match", "battleship", name, "random", "--games", "2")
    assert who["excluded"] == 0  # no move was a stand-in's
    kept = program.json("records", "stats", "cloud", "--game", "battleship")
    assert kept["players"][f"function:{name}"] == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", list(FITS))
def test_every_kind_of_model_goes_from_records_to_a_playing_function(program: Program, kind: str) -> None:
    program.run("deploy", "battleship_easy")  # the cloud that a notebook finds
    name = f"walk_{list(FITS).index(kind)}"
    found = walk(kind, name, program.home)
    assert found.strength.endswith(" shots")
    listed = program.json("runs")
    assert [one["passed"] for one in listed if one["opponent"] == name] == [None]
    program.run("delete", name, "--yes")


def test_the_page_counts_the_lines_of_those_programs() -> None:
    text = PAGE.read_text("utf-8").partition("<!-- lines and seconds -->")[2].partition("<!-- end lines")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in text.splitlines() if line.startswith("| ")]
    counted = dict(rows[2:])
    assert counted
    assert counted == {kind: str(len(program_of(kind, "x").strip().splitlines())) for kind in counted}
    for kind in FITS:
        compile(program_of(kind, "x"), kind, "exec")


@pytest.mark.parametrize(
    "suffix", [".joblib", *(pytest.param(one, marks=pytest.mark.slow) for one in (".skops", ".onnx"))]
)
def test_a_models_file_becomes_a_function(program: Program, tmp_path: Path, fitted: Any, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    if suffix == ".joblib":
        joblib.dump(fitted, path)
    elif suffix == ".skops":
        import skops.io  # noqa: PLC0415 - two seconds

        skops.io.dump(fitted, path)
    else:
        path.write_bytes(NET.read_bytes())
    name = f"from_{suffix[1:]}"
    done = program.run("deploy", path, "--name", name, "--game", "battleship", "--yes")
    assert f"from_{suffix[1:]} is deployed, version 1" in done.stdout
    who = program.json("opponents", "show", name, "--version", "1")
    assert (who["version"], who["trained_on"]["source"]) == ("1", path.name)
    assert who["made"]["evaluation"]["candidate"]["shots"]["n"] >= 10
    assert "scikit-learn" in program.run("opponents", "show", name).stdout
    program.run("opponents", "show", name, "--version", "7", status=2)
    assert ("runs whatever code is in it" in done.stderr) == (suffix == ".joblib")


@pytest.mark.parametrize(
    ("write", "words", "told"),
    [
        (lambda path: path.write_bytes(b"PK"), [], "model.joblib was not read; save the estimator as skops or ONNX"),
        (lambda path: path.write_bytes(b"nonsense"), ["--yes"], "is no pickled model, or only a part of one"),
        (lambda path: path.write_bytes(b""), ["--yes"], "is no pickled model, or only a part of one"),
        (lambda path: joblib.dump({"a": 1}, path), ["--yes"], "holds a dict, and no estimator: it has no predict"),
        (
            lambda path: path.write_bytes(b"cno_such_module_here\nThing\n."),
            ["--yes"],
            "needs the module no_such_module",
        ),
        (lambda _path: None, ["--yes"], "no such file"),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_a_sentence(
    program: Program, tmp_path: Path, write: Any, words: list[str], told: str
) -> None:
    path = tmp_path / "model.joblib"
    write(path)
    said = program.refusal("deploy", path, "--name", "nobody", "--game", "battleship", *words)
    assert told in said
    assert said.strip().splitlines()[-1].startswith("error:")
    assert not (program.home / "opponents" / "nobody").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["deploy", NET], "give --name NAME and --game GAME"),
        (["deploy", NET, "--name", "battleship_hard", "--game", "battleship"], "choose another name"),
        (["deploy", NET, "--name", "x", "--game", "chess"], "no game is called 'chess'"),
        (["deploy", NET, "--name", "x", "--game", "battleship", "--canary", "10%"], "--canary goes with a folder"),
        (["deploy", "battleship_easy", "--best", "ship"], "--best goes with a model's file"),
        (["new", "Odd Name", "--game", "battleship"], "small letters, digits and _"),
        (["new", "battleship_hard", "--game", "battleship"], "choose another name"),
        (["serve", "no_such_folder"], "no such folder"),
    ],
)
def test_words_that_do_not_go_together_are_told(program: Program, words: list[Any], told: str) -> None:
    assert told in program.refusal(*words)


def test_a_name_that_is_taken_is_left_to_who_has_it(program: Program) -> None:
    shipped = Path(__file__).parents[1] / "opponents" / "first_free"
    program.run("deploy", shipped)
    done = program.run("deploy", NET, "--name", "first_free", "--game", "battleship", status=2)
    assert "the name 'first_free' is taken" in done.stderr
    (found,) = [one for one in program.json("opponents") if one["name"] == "first_free"]
    assert found["version"] == "1"


@pytest.mark.slow
def test_a_refused_model_leaves_what_serves(program: Program, tmp_path: Path, fitted: Any) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(fitted, path)
    program.run("deploy", path, "--name", "kept", "--game", "battleship", "--yes")
    before = {one.name: one.read_bytes() for one in (program.home / "opponents" / "kept").iterdir()}
    fitted.steps[-1][1].classes_ = fitted.steps[-1][1].classes_[:1]
    joblib.dump(fitted, path)
    fitted.steps[-1][1].classes_ = [0, 1]
    program.run("deploy", path, "--name", "kept", "--game", "battleship", "--yes", status=2)
    assert {one.name: one.read_bytes() for one in (program.home / "opponents" / "kept").iterdir()} == before
    (found,) = [one for one in program.json("opponents") if one["name"] == "kept"]
    assert found["version"] == "1"


def test_serve_deploys_again_when_a_file_is_saved(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    text = (Path(__file__).parents[1] / "opponents" / "first_free" / "function.py").read_text("utf-8")
    manifest = (Path(__file__).parents[1] / "opponents" / "first_free" / "opponent.toml").read_text("utf-8")
    (folder / "function.py").write_text(text, "utf-8")
    (folder / "opponent.toml").write_text(manifest.replace("first_free", "served"), "utf-8")
    environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(program.home), "LAMBDA_ARCADE_PORT": "0"}
    serving = subprocess.Popen(
        [sys.executable, "-u", "-m", "client", "serve", str(folder)], cwd=Path(__file__).parents[2], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lines: list[str] = []
    assert serving.stdout is not None
    reader = threading.Thread(target=lambda: lines.extend(iter(serving.stdout.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()
    try:
        wait_for(lines, "served version 1 serves")
        (folder / "function.py").write_text("def act(:", "utf-8")
        wait_for(lines, "not deployed:")
        (folder / "function.py").write_text(f"{text}\n# another\n", "utf-8")
        wait_for(lines, "served version 2 serves")
    finally:
        serving.terminate()
        serving.wait(10)


def wait_for(lines: list[str], told: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if any(told in line for line in lines):
            return
        time.sleep(0.1)
    raise AssertionError(f"{told!r} was not said: {lines}")
