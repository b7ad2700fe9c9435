"""A game without columns of its own: a person's features bring all of them, and the same calls make a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sklearn.linear_model import LinearRegression

import lambda_arcade as la
from lambda_arcade.reporting import Silent
from tests.conformance.tables import register
from tests.games.kuhn import rules
from training.contracts import TrainingError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def kuhn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path / "home"))


def features(observation: Any) -> dict[str, Any] | None:
    """Return what is known, and what each action is, as numbers."""
    actions = rules.legal_actions(observation)
    if actions is None:
        return None
    names = [rules.print_action(action) for action in actions]
    text = repr(observation)
    return {
        "known": float(len(text)),
        "first": [float(name == names[0]) for name in names],
        "length": [len(n) for n in names],
    }


def test_a_regressor_of_who_won_plays_a_game_that_only_tests_know(tmp_path: Path) -> None:
    games = la.make_records("kuhn", games=60, seed=1, reporter=Silent())
    table = games.table("candidates", features=features, reporter=Silent())
    X, y, groups = table.xy("won")
    assert X.columns == ["known", "first", "length"]
    assert len(set(groups.tolist())) == 60
    path = tmp_path / "features.py"
    path.write_text(
        "from tests.games.kuhn import rules\n\n\n"
        "def features(observation):\n"
        "    names = [rules.print_action(action) for action in rules.legal_actions(observation)]\n"
        "    first = [float(name == names[0]) for name in names]\n"
        "    return {'known': float(len(repr(observation))), 'first': first, 'length': [len(n) for n in names]}\n"
    )
    done = la.save(
        LinearRegression().fit(X, y), tmp_path / "mine", name="mine", game="kuhn", table=table, features=path,
        reporter=Silent(),
    )  # fmt: skip
    assert done.card["answer"]["odds"] is False
    assert done.card["runtime"]["moves"] > 5
    assert "chips" in str(done)


def test_without_features_it_says_what_is_missing(tmp_path: Path) -> None:
    games = la.make_records("kuhn", games=10, seed=1, reporter=Silent())
    table = games.table("candidates", features=features, reporter=Silent())
    X, y, _ = table.xy("won")
    model = LinearRegression().fit(X, y)
    with pytest.raises(TrainingError, match="kuhn has no columns of its own to learn from: give features="):
        la.save(model, tmp_path / "mine", name="mine", game="kuhn", reporter=Silent())
