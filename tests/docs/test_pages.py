"""What pages say of this repository is so: paths, modules, and commands with their options."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from client.cli import app
from tests.docs.pages import PAGES, ROOT, Step, commands

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"build", "dist"}
ELSEWHERE = {"games/registered.txt"}  # in the zip of a function
HISTORY = {"CHANGELOG.md"}
FOR_PEOPLE = [page for page in PAGES if page.name not in HISTORY]
COMMANDS = [(page, step) for page in FOR_PEOPLE for step in commands(page)]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def named_paths(text: str) -> set[str]:
    """Return what looks like a path from the root, ``<game>`` and ``*`` standing for any name."""
    found = re.findall(r"`([\w.<>*-]+/[\w./<>*-]*)`", text)
    return {path for path in found if path.partition("/")[0] in FOLDERS} - ELSEWHERE


@pytest.mark.parametrize("page", FOR_PEOPLE, ids=relative)
def test_every_path_it_names_exists(page: Path) -> None:
    missing = [path for path in named_paths(page.read_text("utf-8")) if not any(ROOT.glob(re.sub(r"<\w+>", "*", path)))]
    assert missing == []


@pytest.mark.parametrize("page", FOR_PEOPLE, ids=relative)
def test_every_module_it_runs_exists(page: Path) -> None:
    named = set(re.findall(r"python -m ((?:tests|training|infra|client)[\w.]*)", page.read_text("utf-8")))
    assert [name for name in named if find_spec(name) is None] == []


@pytest.mark.parametrize(("page", "step"), COMMANDS, ids=lambda value: value.text if isinstance(value, Step) else "")
def test_every_command_it_shows_is_understood(page: Path, step: Step) -> None:
    line = step.text.partition(" | ")[0].partition(" > ")[0]
    words = [word for word in shlex.split(line, comments=True)[1:] if word != "…"]
    command = get_command(app)
    context = command.make_context("lambda-arcade", words)
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        if not rest and command.invoke_without_command:  # a family that is a command, too
            break
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
    assert not context.args, page


def test_what_a_page_gets_wrong_is_found() -> None:
    assert named_paths("`client/nowhere.py`, `docs/*.md` and `a/b`") == {"client/nowhere.py", "docs/*.md"}
    with pytest.raises(Exception, match="No such option"):
        test_every_command_it_shows_is_understood(ROOT, Step("lambda-arcade match a b c --no-such-option 1"))
