"""A training that is killed goes on after its last finished step, and ends as it would have ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest

import ai_functions
from ai_functions.runtime.model import model_sha256
from training.interrupted import Kept, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
EASY = Path(ai_functions.__file__).parent / "battleship_easy"
PATIENCE_S = 200.0
ORPHANS_S = 30.0
WORDS = ("--bootstrap", "12", "--seed", "3", "--aim", "none", "--games", "20")


class Training:
    """``lambda-arcade train`` of a level that has a model to replace and no aim, in a home of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        shutil.copytree(EASY, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def start(self, *more: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(self.home)}
        command = [sys.executable, "-m", "client", "train", str(self.folder), *WORDS, *more, "--json"]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def kept(self) -> set[str]:
        return {path.stem for path in (self.home / "training").glob("*/*.json")}

    def finish(self, *more: str) -> tuple[dict[str, Any], str]:
        return self.end_of(self.start(*more))

    @staticmethod
    def end_of(running: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
        stdout, stderr = running.communicate(timeout=PATIENCE_S)
        assert running.returncode in (0, 1), stderr
        return json.loads(stdout), stderr


def comparable(result: dict[str, Any]) -> dict[str, Any]:
    card = {key: value for key, value in result["card"].items() if key not in {"created", "command", "run"}}
    return {"passed": result["passed"], "reason": result["reason"], "card": card}


def kill_when(training: Training, reached: Callable[[set[str]], bool], *more: str) -> None:
    running = training.start("--executor", "processes:1", *more)
    end = monotonic() + PATIENCE_S
    while not reached(training.kept()):
        assert running.poll() is None, "it was over before it could be killed"
        assert monotonic() < end
        sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=ORPHANS_S)  # its worker holds the pipes, so this ends when it has


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "moments", [("tasks-0001",), pytest.param(("bootstrap", "model", "tasks-0001"), marks=pytest.mark.slow)]
)
def test_a_killed_training_goes_on_and_ends_the_same(tmp_path: Path, moments: tuple[str, ...]):
    undisturbed = Training(tmp_path / "whole" / "level", tmp_path / "home-1").start("--resume")
    killed = Training(tmp_path / "killed" / "level", tmp_path / "home-2")
    before = model_sha256(killed.folder)
    for moment in moments:  # the first one was not told that it would be gone on with
        kill_when(killed, lambda kept, moment=moment: moment in kept, *(["--resume"] if killed.kept() else []))
    assert model_sha256(killed.folder) == before
    result, told = killed.finish("--resume")
    assert "12 bootstrap games were played before the interruption" in told
    assert "the model was fitted before the interruption" in told
    whole, told = Training.end_of(undisturbed)
    assert "nothing is kept of a command like this" in told
    assert comparable(result) == comparable(whole)
    assert not killed.kept()


def test_a_step_is_kept_whole_or_not_at_all(tmp_path: Path):
    kept = Kept(tmp_path, "a", recalls=True)
    assert not kept.begun
    assert kept.recall("model") is None
    kept.keep("model", {"rows": [0.1, 2.0]})
    (kept.folder / "tasks-0001.77.partial").write_text("{")  # what a kill leaves behind
    assert kept.begun
    assert kept.recall("model") == {"rows": [0.1, 2.0]}
    assert kept.recall("tasks-0001") is None
    assert Kept(tmp_path, "b", recalls=True).recall("model") is None
    assert Kept(tmp_path, "a", recalls=False).recall("model") is None
    kept.forget()
    assert not kept.folder.exists()


def test_what_nobody_goes_on_with_is_forgotten(tmp_path: Path):
    old = Kept(tmp_path, "old", recalls=True)
    old.keep("model", {})
    os.utime(old.folder, (0, 0))
    Kept(tmp_path, "new", recalls=True)
    assert not old.folder.exists()


def test_another_question_or_another_file_is_another_training(tmp_path: Path):
    model = tmp_path / "model.onnx"
    model.write_bytes(b"1")
    first = key_of(["train", 1], [model])
    assert key_of(["train", 1], [model]) == first
    assert key_of(["train", 2], [model]) != first
    model.write_bytes(b"2")
    assert key_of(["train", 1], [model]) != first
