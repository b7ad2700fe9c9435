"""The tutorials, typed as they stand: every file is written, every command run, in an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from client.cli import app
from tests.docs.pages import ROOT, commands, steps
from tests.e2e.conftest import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.pages import Step

DOCS = ROOT / "docs"
AT_LEISURE = {"play", "evaluate"}
"""Commands that deploy the ladder, show a match at a pace for people, or start processes: the slow test types them."""
EXPORT = "export "


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home of a reader")
    yield home
    Program(home).run("cloud", "down")


def write(step: Step, folder: Path) -> None:
    path = folder / step.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text, "utf-8")


def test_your_first_opponent_is_deployed_changed_taken_back_and_deleted(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(program.home))
    monkeypatch.setenv("LAMBDA_ARCADE_PORT", "0")
    monkeypatch.chdir(tmp_path)
    said = {}
    for step in steps(DOCS / "first-opponent.md"):
        if step.path:
            write(step, tmp_path)
        elif step.words[1] not in AT_LEISURE:
            done = CliRunner().invoke(app, step.words[1:])
            assert done.exit_code == 0, f"{step.text}: {done.output}\n{done.exception}"
            said[step.text] = said.get(step.text, "") + done.output
    assert "version 1" in said["lambda-arcade deploy ./my_opponent"]
    assert "version 2" in said["lambda-arcade deploy ./my_opponent"]
    assert "version 1" in said["lambda-arcade rollback my_opponent"]
    assert "REPORT" in said["lambda-arcade cloud logs my_opponent"]


def type_all(page: str, home: Path, folder: Path) -> None:
    """Type every command of a page in ``folder``, in processes of their own."""
    program = Path(sys.executable).with_name("lambda-arcade")
    environment = {
        **os.environ, "LAMBDA_ARCADE_HOME": str(home), "LAMBDA_ARCADE_PORT": "0", "SDL_VIDEODRIVER": "offscreen"
    }  # fmt: skip
    for step in steps(DOCS / page):
        if step.path:
            write(step, folder)
        elif step.text.startswith(EXPORT):
            name, _, value = step.words[1].partition("=")
            environment[name] = value
        else:
            first = sys.executable if step.words[0] == "python" else program
            done = subprocess.run(
                [first, *step.words[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == int(step.refused), f"{step.text}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", ["first-opponent.md", "first-retraining.md", "first-game.md", "first-model.md"])
def test_a_tutorial_works_as_it_stands(page: str, home: Path, tmp_path: Path) -> None:
    assert len(commands(DOCS / page)) >= 6
    shutil.copytree(ROOT / "tests" / "games", tmp_path / "tests" / "games")  # "a clone of the repository" as cwd
    type_all(page, home, tmp_path)


@pytest.mark.slow
def test_the_agent_of_a_page_learns_is_deployed_and_plays(home: Path, tmp_path: Path) -> None:
    type_all("environments.md", home, tmp_path)
