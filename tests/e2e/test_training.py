"""The retraining of docs and lesson, as it stands: it ends in a deployment.  In a copy, for it changes a model."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from games.battleship import rules
from games.match import Match, play
from games.record import BOT, PERSON, Participant
from training.games.battleship.players.textbook import LADDER

if TYPE_CHECKING:
    from tests.e2e.conftest import Program

ROOT = Path(__file__).parents[2]
PATIENCE_S = 3000.0
HARD = ROOT / "ai_functions" / "battleship_hard"


def commands_of(page: str) -> list[list[str]]:
    """Return the training commands on a page, in order, without ``lambda-arcade``."""
    lines = (ROOT / page).read_text("utf-8").splitlines()
    return [line.split()[1:] for line in lines if line.startswith("lambda-arcade train ") and "|" not in line]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_small_retrain_sets_the_level_to_its_aim_and_is_deployed(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "captain"
    shutil.copytree(HARD, folder, ignore=shutil.ignore_patterns("__pycache__", "model*"))
    manifest = folder / "opponent.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"battleship_hard"', '"captain"'), "utf-8")
    done = program.run("train", folder, "--bootstrap", "40", "--seed", "7", "--deploy", "--json", timeout_s=PATIENCE_S)
    result = json.loads(done.stdout)
    assert result["passed"], result["reason"]
    assert result["deployed"]["name"] == "captain"
    assert "within 1 of the aim of 50" in result["reason"]
    assert result["card"]["setting"]["standard_error"] <= 0.2
    assert re.search(r"tasks played to set the temperature, at most: \d+ of 6400", done.stderr)
    program.run("delete", "captain", "--yes")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("page", ["docs/training.md", "docs/lesson.md"])
def test_the_training_commands_of_a_page_end_in_a_deployment(page: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("games", "ai_functions", "training", "client", "infra"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "LAMBDA_ARCADE_HOME": str(tmp_path / "home"), "LAMBDA_ARCADE_PORT": "0",
    }  # fmt: skip

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "client", *words], cwd=project, env=environment, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    commands = commands_of(page)
    assert commands
    try:
        for words in commands:
            said = run(*words)
            assert "passed" in said
            assert ("deployed as version" in said) == ("--deploy" in words), said
    finally:
        run("cloud", "down")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_games_of_somebody_who_plays_well_make_hard_no_stronger(program: Program, tmp_path: Path) -> None:
    """200 games of a person who needs 45 shots: the level learns from them, and stays at its aim of 50."""
    folder = tmp_path / "copied"
    shutil.copytree(HARD, folder, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = folder / "opponent.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"battleship_hard"', '"copied"'), "utf-8")
    with (tmp_path / "ada.jsonl").open("w", encoding="utf-8") as file:
        for seed in range(200):
            seats = {"one": Participant("one", PERSON, "Ada"), "two": Participant("two", BOT, "random")}
            match = Match(rules, seats, seed=seed, policy_seed=seed, match_id=f"ada-{seed}")
            file.write(play(match, {"one": LADDER["density"], "two": LADDER["random"]}).to_line() + "\n")
    done = program.run("train", folder, "--records", tmp_path / "ada.jsonl", "--deploy", "--json", timeout_s=PATIENCE_S)
    result = json.loads(done.stdout)
    assert result["passed"], result["reason"]
    assert result["card"]["evaluation"]["candidate"]["shots"]["mean"] == pytest.approx(50, abs=1)
    program.run("delete", "copied", "--yes")
