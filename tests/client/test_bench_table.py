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


def test_figures_and_heads_are_whole_on_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(ROWS, json=False, title="Round trips")
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in ("http p50 4.75 4.75", "invoke p99 115.5 115.5", "http mean 41.5 ± 37.0 41.5 ± 37.0", "n 3 3"):
        assert line in told
    rows = [
        {"name": "battleship_easy", "callers": callers, "requests": 12_345, "per_second": 1017.25, "raw": 2100.5,
         "of raw": 0.69, "errors": 0, "throttled": 0, "p50": 49.25, "p99": 123.5, "server": 0.56}
        for callers in (1, 8, 50)
    ]  # fmt: skip
    show(rows, json=False, title="Moves a second")
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    told = [" ".join(line.split()) for line in out.splitlines()]
    assert "callers 1 8 50" in told
    assert "per second 1017.25 1017.25 1017.25" in told


def test_a_small_table_has_its_heads_on_top(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"name": "a", "zip_bytes": 12}, {"name": "b", "zip_bytes": 9}], json=False, title="Zips")
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == ["Zips", "zip", "name bytes", "a 12", "b 9"]


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
