"""The README tells the truth: its opponent plays, its commands exist, its files are there."""

from __future__ import annotations

import re
import tomllib
from random import Random
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from ai_functions.runtime.loader import load_opponent
from client.cli import app
from tests.conformance.tables import positions
from tests.readme import README, write_opponent

if TYPE_CHECKING:
    from pathlib import Path

TEXT = README.read_text("utf-8")
ROOT = README.parent


def test_the_opponent_in_ten_lines_plays(tmp_path: Path) -> None:
    opponent = load_opponent(write_opponent(tmp_path))
    for player, state, observation in positions("battleship"):
        opponent.game.check(state, player, opponent.act(observation, Random(1)))


def test_its_function_has_ten_lines(tmp_path: Path) -> None:
    lines = (write_opponent(tmp_path) / "function.py").read_text("utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 10


def test_every_command_it_names_exists() -> None:
    commands = get_command(app)
    named = set(re.findall(r"lambda-arcade ([a-z]+)", TEXT))
    assert named
    assert named <= set(commands.commands)  # type: ignore[attr-defined] - typer makes a group


def test_every_command_explains_itself_with_an_example() -> None:
    commands = get_command(app)
    for name, command in commands.commands.items():  # type: ignore[attr-defined]
        for inner in getattr(command, "commands", {name: command}).values():
            assert inner.help, inner.name
            assert "lambda-arcade" in (inner.epilog or ""), f"{name} {inner.name} shows no example"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", TEXT))))
def test_every_file_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_wheels_it_names_have_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert set(re.findall(r"lambda_arcade-([\d.]+)-py3", TEXT)) == {version}
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
