"""``lambda-arcade play`` as a command: what it is told, and what it says to nonsense."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from odd_server import serving, whole
from typer.testing import CliRunner

from client.cli import app
from client.commands.play import check_guest
from games.pacman.mazes import POCKET

if TYPE_CHECKING:
    from pathlib import Path

runner = CliRunner()


def test_help_shows_an_example() -> None:
    result = runner.invoke(app, ["play", "--help"])
    assert result.exit_code == 0
    assert "--opponent battleship_hard" in result.output


def test_an_unknown_game_is_refused_before_anything_is_started() -> None:
    result = runner.invoke(app, ["play", "--game", "chess"])
    assert result.exit_code != 0
    assert "no game is called 'chess'; there are battleship, pacman" in str(result.exception)


def test_a_drawing_that_breaks_a_rule_is_refused_with_its_place(tmp_path: Path) -> None:
    drawing = tmp_path / "mine.txt"
    drawing.write_text(POCKET.replace("#........####........#", "#...x....####........#"), encoding="utf-8")
    result = runner.invoke(app, ["play", "--opponent", "pacman_hard", "--maze", str(drawing)])
    assert result.exit_code != 0
    assert f"{drawing}: maze, line 3, column 5: " in str(result.exception)


def test_a_maze_needs_ghosts_to_hunt_in_it(tmp_path: Path) -> None:
    drawing = tmp_path / "mine.txt"
    drawing.write_text(POCKET, encoding="utf-8")
    for words in (["--game", "battleship"], []):
        result = runner.invoke(app, ["play", *words, "--maze", str(drawing)])
        assert "name the ghosts too" in str(result.exception)


def test_a_guest_whose_words_are_odd_is_refused_before_anything_is_started() -> None:
    words = {"name": "odd", "game": "battleship", "title": "ro\0bot", "difficulty": 1}
    with serving(whole(json.dumps(words).encode())) as url:
        result = runner.invoke(app, ["play", "--opponent", url])
    assert result.exit_code != 0
    assert str(result.exception).startswith(f"{url}: title is 'ro\\x00bot'; wanted: ")


def test_a_guest_that_does_not_answer_yet_is_looked_for_later() -> None:
    check_guest("http://127.0.0.1:9")


def test_a_maze_that_is_no_file_is_told() -> None:
    result = runner.invoke(app, ["play", "--opponent", "pacman_hard", "--maze", "nowhere.txt"])
    assert "nowhere.txt" in str(result.exception)
