"""No code outside a game's own folders knows a game by its name: a game is a folder and a line of the catalogue."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from games.catalog import GAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ROOMS = (
    "games/*.py",
    "ai_functions/runtime/*.py",
    "infra/services/**/*.py",
    "training/*.py",
    "training/evaluation/*.py",
)
CATALOGUE = ROOT / "games" / "catalog.py"
FILES = sorted({path for room in ROOMS for path in ROOT.glob(room)} - {CATALOGUE})
NAME = re.compile("|".join([*GAMES, "pac-man"]), re.IGNORECASE)


def names_of_games(source: str) -> Iterator[str]:
    """Yield the texts that name a game, docstrings and comments aside, as ``line: text``."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            if NAME.search(node.value):
                yield f"{node.lineno}: {node.value}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            yield from (f"{node.lineno}: import {module}" for module in modules if NAME.search(module))


def test_there_are_files_to_look_through() -> None:
    assert {"match.py", "manifest.py", "pipeline.py", "evaluate.py"} <= {path.name for path in FILES}
    assert len([path for path in FILES if "services" in path.parts]) > 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_or_import_names_a_game(path: Path) -> None:
    assert list(names_of_games(path.read_text("utf-8"))) == []


def test_a_text_and_an_import_are_found_and_a_docstring_is_not() -> None:
    source = '"""Of Pac-Man."""\nfrom games.pacman import rules\nDEFAULT = f"the {1} battleship"\n'
    assert [line.partition(":")[0] for line in names_of_games(source)] == ["2", "3"]
