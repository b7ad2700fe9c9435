"""What was measured, as a table: however narrow the terminal, figures are whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from client.cli import app
from client.commands.bench.table import Spread, show

if TYPE_CHECKING:
    import pytest

ROWS = [
    {"name": name, **{way: Spread.of([4.25, 4.75, 115.5]).to_json() for way in ("http", "invoke")}}
    for name in ("battleship_expert_for_somebody_with_a_long_name", "short")
]


def test_figures_are_whole_on_80_columns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(ROWS, json=False, title="Round trips")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("short")]
    assert " ".join(line.split()) == "short 3 4.75 115.5 41.5 ± 37.0 4.75 115.5 41.5 ± 37.0"


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, json=True, title="Round trips")
    assert json.loads(capsys.readouterr().out) == ROWS


def test_a_game_brings_its_own_benchmarks() -> None:
    runner = CliRunner()
    listed = runner.invoke(app, ["bench", "--help"]).output
    assert all(name in listed for name in ("latency", "engine", "pursuit", "frames"))
    assert "lambda-arcade bench engine --seconds 5" in runner.invoke(app, ["bench", "engine", "--help"]).output


def test_an_odd_list_of_games_is_told_where_games_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "chess")
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
    assert "'chess' is not name=package" in str(CliRunner().invoke(app, ["bench", "--help"]).exception)
