"""No code outside a game's own folders knows a game by its name: whatever differs between games, their rules say.

String literals and imports are looked at.  Docstrings, and texts of help (``help=``, ``epilog=``), may name a game as
an example.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from games.catalog import GAMES, find_game

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("client",)
"""What is looked at: folders and files.  To be added: games/*.py, ai_functions/runtime, training, infra."""
OWN = tuple(f"{room}/{game}" for room in ("games", "client/games", "training/games") for game in GAMES)
"""The games' own folders."""
HELP = frozenset({"help", "epilog"})
WORDS = [re.escape(name) for game in GAMES for name in (game, find_game(game).INFO.title)]
NAMES = re.compile("|".join(WORDS), re.IGNORECASE)


def sources(room: str) -> list[Path]:
    """Return the files of a room that belong to no game."""
    path = ROOT / room
    found = [path] if path.suffix else sorted(path.rglob("*.py"))
    return [file for file in found if not file.relative_to(ROOT).as_posix().startswith(OWN)]


def named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every literal and import that names a game where none may."""
    allowed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(node.value)  # a docstring, of a module or of what stands above it
        elif isinstance(node, ast.keyword) and node.arg in HELP:
            allowed.update(ast.walk(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in allowed:
            texts = [node.value]
        elif isinstance(node, ast.Import):
            texts = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            texts = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((node.lineno, text) for text in texts if NAMES.search(text))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_no_game_by_its_name(room: str) -> None:
    files = sources(room)
    assert files
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text[:60]!r}"
        for file in files
        for line, text in named(ast.parse(file.read_text("utf-8")))
    ]
    assert found == []


def test_the_pages_of_the_site_know_no_game_by_its_name() -> None:
    pages = sorted((ROOT / "client" / "site").iterdir())
    assert pages
    assert [page.name for page in pages if NAMES.search(page.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('"""Battleship."""\nX = 1\n"""Pac-Man."""', 0),
        ('f(help="such as battleship", epilog=f"pacman {1}")', 0),
        ('X = {"battleship": 1}', 1),
        ('X = f"{1} plays Pac-Man"', 1),
        ("from games.pacman.maze import MazeError\nimport games.battleship.rules", 2),
        ('f(text="battleship_hard")', 1),
    ],
)
def test_what_names_a_game_is_found(text: str, count: int) -> None:
    assert len(list(named(ast.parse(text)))) == count
