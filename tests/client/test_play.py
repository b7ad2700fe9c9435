"""``lambda-arcade play`` as a command: what it is told, and what it says to nonsense."""

from __future__ import annotations

from typer.testing import CliRunner

from client.cli import app

runner = CliRunner()


def test_help_shows_an_example() -> None:
    result = runner.invoke(app, ["play", "--help"])
    assert result.exit_code == 0
    assert "--opponent battleship_hard" in result.output


def test_an_unknown_game_is_refused_before_anything_is_started() -> None:
    result = runner.invoke(app, ["play", "--game", "chess"])
    assert result.exit_code != 0
    assert "no game is called 'chess'; there are battleship, pacman" in str(result.exception)
