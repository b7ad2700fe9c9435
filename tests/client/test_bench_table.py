"""What was measured, as a table: however narrow the terminal, figures are whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
