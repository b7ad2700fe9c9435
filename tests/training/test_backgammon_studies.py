"""The commands of docs/backgammon.md that need no other program, on small examples."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

import ai_functions

FOLDERS = Path(ai_functions.__file__).parent
HARD, MEDIUM = str(FOLDERS / "backgammon_hard"), str(FOLDERS / "backgammon_medium")


@pytest.mark.parametrize(
    ("study", "words", "told"),
    [
        ("coach_time", [HARD, "--points", "1", "--matches", "2"], "| 1 | 2 |"),
        ("luck_check", [MEDIUM, HARD, "--games", "2"], "backgammon_hard: accounts apart"),
        ("turn_time", [HARD, "--turns", "4"], "n = 4"),
        ("width_check", [HARD, "--positions", "12"], "| 8 | 0.08 |"),
    ],
)
def test_a_study_tells_what_it_measured(
    study: str, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [study, *words, "--seed", "1"])
    import_module(f"training.games.backgammon.studies.{study}").main()
    assert told in capsys.readouterr().out
