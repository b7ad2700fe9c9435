"""A person's own features ship as source, with what they use, and give the same there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from games.battleship import rules
from training.contracts import TrainingError
from training.prototypes.own_features import loaded, source_of
from training.tables.observations import of_every_phase, positions_in
from training.tables.playing import some_games

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = {"hit": 2.0, "sunk": 3.0}
SECRET = object()


def worth_of(report: Any) -> float:
    return WEIGHTS.get(report.result, 0.0)


def heat(observation: Any, reach: int = 2) -> dict[str, Any] | None:
    """Return how near each cell is to what was hit."""
    actions = rules.legal_actions(observation)
    if actions is None:
        return None
    model = np.zeros(len(actions))  # a local variable, whatever a notebook calls model
    cells = np.array([(shot.cell.row, shot.cell.column) for shot in actions])
    for report in observation.shots:
        far = np.abs(cells - (report.cell.row, report.cell.column)).sum(axis=1)
        model += worth_of(report) * (far <= reach)
    return {"heat": model, "shots": len(observation.shots)}


def uses_a_secret(observation: Any) -> dict[str, Any]:
    return {"x": SECRET is observation}


def test_a_function_ships_with_what_it_uses_and_gives_the_same() -> None:
    source = source_of(heat)
    shipped = loaded(source)
    assert "WEIGHTS = " in source
    assert "import numpy as np" in source
    for position in of_every_phase(positions_in(some_games("battleship", 1))):
        mine, theirs = heat(position.observation), shipped(position.observation)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            np.testing.assert_array_equal(mine["heat"], theirs["heat"])


def test_what_cannot_be_shipped_is_named() -> None:
    with pytest.raises(TrainingError, match="uses_a_secret uses SECRET, a object, which cannot be shipped"):
        source_of(uses_a_secret)
    with pytest.raises(TrainingError, match="is a lambda"):
        source_of(lambda _observation: {"x": 1})
    with pytest.raises(TrainingError, match="features is a type"):
        source_of(dict)


def test_a_function_without_a_source_is_refused() -> None:
    scope: dict[str, Any] = {}
    exec("def f(observation): return {}", scope)  # noqa: S102 - a function without a source
    with pytest.raises(TrainingError, match="the source of f cannot be found"):
        source_of(scope["f"])


def test_a_file_is_read_as_it_is_and_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "features.py"
    path.write_text("def features(observation):\n    return {'one': 1}\n")
    assert loaded(source_of(path))(None) == {"one": 1}
    path.write_text("def features(:")
    with pytest.raises(TrainingError, match="not Python"):
        source_of(path)
    with pytest.raises(TrainingError, match="no such file"):
        source_of(tmp_path / "other.py")
    with pytest.raises(TrainingError, match="defines no features"):
        loaded("x = 1")
