"""``lambda-arcade play`` as a command: what it is told, and what it says to nonsense."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from odd_server import serving, whole
from typer.testing import CliRunner

from client.cli import app
from client.commands.another_cloud import check_guest
from client.commands.context import UsageError
from client.commands.game_options import GameOptions
from games.pacman.mazes import POCKET

if TYPE_CHECKING:
    from pathlib import Path

runner = CliRunner()


def test_commands_start_without_what_only_the_window_needs() -> None:
    program = "import sys, client.cli, client.commands.play, client.tty.play; print('pygame' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_help_shows_an_example() -> None:
    result = runner.invoke(app, ["play", "--help"])
    assert result.exit_code == 0
    assert "--opponent battleship_hard" in result.output


def test_an_unknown_game_is_refused_before_anything_is_started() -> None:
    result = runner.invoke(app, ["play", "--game", "chess"])
    assert result.exit_code != 0
    assert "no game is called 'chess'; there are backgammon, battleship, pacman" in str(result.exception)


@pytest.mark.parametrize(("rules", "said"), [(None, "No module named 'odd'"), ("1 / 0", "ZeroDivisionError")])
def test_a_registered_game_that_cannot_be_loaded_is_named(
    rules: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "broken=odd")
    if rules is not None:
        (tmp_path / "odd").mkdir()
        (tmp_path / "odd" / "rules.py").write_text(rules, encoding="utf-8")
    result = runner.invoke(app, ["play", "--game", "broken"])
    assert result.exit_code != 0
    assert "the game 'broken' cannot be loaded: odd.rules ended with " in str(result.exception)
    assert said in str(result.exception)


def test_a_drawing_that_breaks_a_rule_is_refused_with_its_place(tmp_path: Path) -> None:
    drawing = tmp_path / "mine.txt"
    drawing.write_text(POCKET.replace("#........####........#", "#...x....####........#"), encoding="utf-8")
    result = runner.invoke(app, ["play", "--opponent", "pacman_hard", "--maze", str(drawing)])
    assert result.exit_code != 0
    assert f"{drawing}: maze, line 3, column 5: " in str(result.exception)


def test_options_need_somebody_to_play(tmp_path: Path) -> None:
    drawing = tmp_path / "mine.txt"
    drawing.write_text(POCKET, encoding="utf-8")
    for words in (["--maze", str(drawing)], ["--game", "battleship", "--option", "size=8"]):
        result = runner.invoke(app, ["play", *words])
        assert "name whom to play, too, with --opponent" in str(result.exception)


@pytest.mark.parametrize(
    ("opponent", "option", "said"),
    [
        ("pacman_hard", "level=0", "--option: option level is 0, not within 1"),
        ("pacman_hard", "level=two", "--option: option level is 'two', not a int"),
        ("pacman_hard", "size=8", "Pac-Man has no option 'size'"),
        ("battleship_easy", "maze=pocket", "maze"),
        ("battleship_easy", "size", "--option 'size': give NAME=VALUE, or NAME=@FILE"),
        ("battleship_easy", "=8", "--option '=8': give NAME=VALUE, or NAME=@FILE"),
    ],
)
def test_an_option_that_the_rules_do_not_know_is_refused_before_anything_is_started(
    opponent: str, option: str, said: str
) -> None:
    result = runner.invoke(app, ["play", "--opponent", opponent, "--option", option])
    assert result.exit_code != 0
    assert said in str(result.exception)


def test_options_are_json_text_or_a_file(tmp_path: Path) -> None:
    drawing, fleet = tmp_path / "mine.txt", tmp_path / "fleet.json"
    drawing.write_text(POCKET.rstrip(), encoding="utf-8")
    fleet.write_text('{"dinghy": 1}', encoding="utf-8")
    given = ["size=8", "no_touch=true", "maze=pocket", f"drawn=@{drawing}", f"fleet=@{fleet}"]
    options = GameOptions.read(given)
    assert options.values == {
        "size": 8, "no_touch": True, "maze": "pocket", "drawn": POCKET.rstrip() + "\n", "fleet": {"dinghy": 1},
    }  # fmt: skip
    GameOptions.read([f"maze=@{drawing}"]).check("pacman")
    fleet.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"fleet\.json: no JSON"):
        GameOptions.read([f"fleet=@{fleet}"])


def test_a_game_in_real_time_is_not_played_in_the_terminal() -> None:
    for words in (["--game", "pacman"], ["--opponent", "pacman_hard"]):
        result = runner.invoke(app, ["play", "--terminal", *words])
        assert "Pac-Man is played in real time and needs a window" in str(result.exception)


def test_a_match_is_played_or_shown() -> None:
    result = runner.invoke(app, ["play", "--terminal", "--demo"])
    assert "--terminal lets you play and --demo shows a match" in str(result.exception)


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
