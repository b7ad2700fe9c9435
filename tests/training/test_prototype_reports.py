"""What is told of somebody's own model: the report of a training, as far as there is a table to ask about."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from typer.testing import CliRunner

import lambda_arcade as la
from client.cli import app
from lambda_arcade.reporting import Silent
from tests.prototypes.kinds import KINDS, NET, fitted, scaled, some_records
from training.prototypes.evidence import A_MATCH, MOST_GAMES, _evenly, _sizes, evidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.tables.table import Table


@pytest.fixture(scope="module")
def table() -> Table:
    return some_records(30).table("shots", reporter=Silent())


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, layers: Path) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("home of reports")
    if os.name == "posix":
        (place / "cache").symlink_to(layers)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(place))
        yield place


@pytest.fixture(scope="module")
def saved(table: Table, tmp_path_factory: pytest.TempPathFactory) -> la.Saved:
    """A model of what players took, where another one was before."""
    folder = tmp_path_factory.mktemp("reported") / "mine"
    told = {"name": "mine", "game": "battleship", "reporter": Silent()}
    la.save(NET.read_bytes(), folder, **told)  # without a table
    X, y, _ = table.xy("taken", functions=True)
    return la.save(scaled(LogisticRegression(max_iter=300)).fit(X, y), folder, table=table, **told)


def data_of(saved: la.Saved) -> Any:
    assert saved.report is not None
    return json.loads(saved.report.with_name("report.json").read_text("utf-8"))


def test_a_report_is_written_of_what_is_saved(saved: la.Saved, table: Table) -> None:
    data = data_of(saved)
    told = data["foretelling"]
    assert told["kind"] == "choice"  # taken: one of a decision's candidates
    assert told["new"]["loss"]["high"] < told["guess"]["loss"]["low"]
    assert "Nobody knows which games" in told["note"]
    assert data["data"]["held_out"] + data["data"]["learned_from"] == table.matches == 30
    assert sum(data["data"]["players"].values()) >= 30
    games = [one["games"] for one in data["curve"]["points"]]
    assert games == [6, 12, 24]
    assert data["curve"]["points"][-1]["loss"] == told["new"]["loss"]
    assert data["importance"]["columns"][0]["rise"]["value"] > 0.1
    who = {one["who"]: one for one in data["strength"]["players"]}
    assert {"new", "replaced", "battleship_easy", "battleship_expert"} < set(who)
    assert who["battleship_easy"]["difference"]["high"] < 0  # novices need more shots
    assert data["function"]["runtime"]["moves"] >= 30
    assert len(data["changes"]["positions"]) == 3
    assert data["parameters"]["estimator"]["logisticregression__max_iter"] == 300
    assert saved.card["run"] == saved.report.parent.name
    assert f"report: {saved.report}" in str(saved)


def test_its_page_asks_nobody_and_judges_nobody(saved: la.Saved) -> None:
    assert saved.report is not None
    text = saved.report.read_text("utf-8")
    assert not re.search(r"url\(|@import|https?://|<script", text)
    for words in ("not judged", "hits_beside", "model replaced", "as their cards say", "learning curve"):
        assert words in text, words


def test_runs_list_it(saved: la.Saved, home: Path) -> None:
    found = CliRunner().invoke(app, ["runs"], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert saved.card["run"] in found.stdout
    assert "not judged" in found.stdout
    shown = CliRunner().invoke(app, ["runs", "show", "mine"], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert str(home / "runs" / saved.card["run"]) in shown.stdout.replace("\n", "")
    assert "held out: loss" in shown.stdout


def test_without_a_table_it_says_what_it_cannot_say(saved: la.Saved, home: Path) -> None:
    runs = sorted((home / "runs").glob("mine-*"), key=lambda path: path.stat().st_mtime_ns)
    data = json.loads((runs[0] / "report.json").read_text("utf-8"))
    assert "no table was given" in data["foretelling"]["why_not"]
    assert data["strength"]["players"][0]["who"] == "new"
    assert "there is no model to compare it with" in data["changes"]["why_not"]
    assert saved.card["run"] != runs[0].name


def test_words_gaps_and_numbers_are_foretold(table: Table) -> None:
    kind = KINDS["HistGradientBoosting, with gaps and words"]
    model = fitted(kind, table)
    table.xy()
    found = evidence(model, list(model.feature_names_in_), table, Silent(), clock=lambda: 0.0)  # all copies are fitted
    assert not isinstance(found.asked, dict)
    assert found.asked.told["kind"] == "chance"  # a ship lies there, or not
    assert found.asked.told["new"]["loss"]["value"] < found.asked.told["guess"]["loss"]["value"]
    words = [name for name in found.asked.foretelling.columns if name.startswith("last_result")]
    assert len(words) == 1
    X, y, _ = table.xy()
    ridge = evidence(Ridge().fit(X.to_numpy(), y), X.columns, table, Silent())
    assert not isinstance(ridge.asked, dict)
    assert ridge.asked.told["kind"] == "value"
    assert ridge.asked.told["new"]["explained"]["value"] > 0.05


def test_what_cannot_be_fitted_anew_says_why(table: Table) -> None:
    X, y, _ = table.xy()
    odd = LogisticRegression(class_weight={"ship": 2.0, "water": 1.0}, tol=1.0)
    odd.fit(X, np.where(y == 1, "ship", "water"))
    found = evidence(odd, X.columns, table, Silent())
    assert isinstance(found.asked, dict)
    assert "a copy of LogisticRegression cannot be fitted" in found.asked["why_not"]
    assert found.curve == found.asked


def test_few_matches_are_too_few(table: Table) -> None:
    X, y, _ = table.xy()
    model = scaled(LogisticRegression(max_iter=300)).fit(X, y)
    few = some_records(4).table("shots", reporter=Silent())
    found = evidence(model, X.columns, few, Silent())
    assert isinstance(found.asked, dict)
    assert "4 matches are too few" in found.asked["why_not"]


def test_copies_learn_evenly_from_every_match() -> None:
    match = np.repeat([0, 1, 2], [120, 10, 61])
    kept = _evenly(np.arange(len(match)), match)
    counts = np.bincount(match[kept])
    assert counts.tolist() == [A_MATCH, 10, A_MATCH]
    assert _sizes(24) == [6, 12, 24]
    assert _sizes(10**6)[-1] == MOST_GAMES
    assert _sizes(4) == []


@pytest.mark.slow
def test_a_run_that_cannot_be_kept_changes_nothing(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path))
    (tmp_path / "runs").write_text("a file where a folder should be")
    X, y, _ = table.xy()
    with pytest.raises(OSError, match="nothing was changed: make room there"):
        la.save(scaled(LogisticRegression(max_iter=300)).fit(X, y), tmp_path / "mine", name="mine",
                game="battleship", reporter=Silent())  # fmt: skip
    assert not (tmp_path / "mine").exists()
