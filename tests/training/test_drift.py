"""Drift: players who play as before have not drifted, others have, and too few matches say nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import ai_functions
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import CARD
from training.card_held_out import reference
from training.contracts import bootstrap_for
from training.report.drift import HELD_OUT, Drift, compared, drift_of, losses_by_match, reference_of
from training.report.questions import Foretelling, chances_of, foretelling_for, questions_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.record import GameRecord

HARD = Path(ai_functions.__file__).parent / "battleship_hard"


def games(teachers: str, count: int, seed: int) -> Sequence[GameRecord]:
    """Return games of players of some strength."""
    manifest = Manifest.load(HARD)
    manifest = replace(manifest, training={**manifest.training, "teachers": teachers})
    return bootstrap_for("battleship")(manifest, count, seed=seed, progress=lambda _done: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """battleship_hard, whose card keeps how well it foretells players such as it learned from."""
    from ai_functions.runtime.model import Model  # noqa: PLC0415 - numpy and onnxruntime, here alone

    made = Path(shutil.copytree(HARD, tmp_path_factory.mktemp("drift") / "battleship_hard"))
    foretelling = foretelling_for(Manifest.load(made))
    assert isinstance(foretelling, Foretelling)
    questions = questions_in(games("masters", 20, 5), foretelling, 400)
    assert questions is not None
    losses = losses_by_match(
        foretelling, questions, chances_of(foretelling, questions, Model(made).predict(questions.rows))
    )
    card = json.loads((made / CARD).read_text())
    (made / CARD).write_text(json.dumps({**card, HELD_OUT: reference_of(foretelling, losses)}))
    return made


def drift(folder: Path, records: Sequence[GameRecord]) -> Any:
    return drift_of(Manifest.load(folder), folder, records)


def test_players_like_those_before_have_not_drifted(folder: Path):
    found = drift(folder, games("masters", 12, 6))
    assert found.matches == 12
    assert found.low < 0.05
    assert not found.drifted


def test_novices_are_other_players(folder: Path):
    found = drift(folder, games("novices", 12, 7))
    assert found.low > 0.05
    assert found.drifted
    assert found.to_json()["unit"] == "shot"


def test_few_matches_say_nothing(folder: Path):
    assert drift(folder, []) == Drift(0, "shot", None, None, None, drifted=False)
    assert drift(folder, games("novices", 2, 8)).rise is None


def test_a_card_without_a_reference_and_a_tuned_level_say_why(tmp_path: Path):
    bare = Path(shutil.copytree(HARD, tmp_path / "battleship_hard"))
    card = json.loads((bare / CARD).read_text())
    (bare / CARD).write_text(json.dumps({key: value for key, value in card.items() if key != HELD_OUT}))
    assert "a training writes it" in drift(bare, [])
    assert "tuned" in drift(HARD.parent / "battleship_expert", [])


def test_the_interval_is_that_of_two_means():
    random = np.random.default_rng(3)
    held = random.normal(2.0, 0.5, 4000)
    reference = {"loss": held.mean(), "deviation": held.std(ddof=1), "matches": len(held)}
    inside = 0
    for _ in range(300):
        found = compared(random.normal(2.3, 0.5, 40), reference, "shot", 0.05)
        assert found.low is not None
        assert found.high is not None
        inside += found.low < 0.3 < found.high
    assert 0.9 < inside / 300 < 0.99


@pytest.mark.parametrize("name", ["battleship_easy", "battleship_medium", "battleship_hard"])
def test_cards_of_battleships_levels_keep_what_drift_is_measured_by(name: str):
    kept = json.loads((HARD.parent / name / CARD).read_text())[HELD_OUT]
    assert kept["kind"] == "choice"
    assert kept["matches"] >= 20
    assert 2 < kept["loss"] < 4  # nats: between some 7 and 55 cells
    assert drift(HARD.parent / name, []).matches == 0


@pytest.mark.slow
def test_a_cards_reference_can_be_made_again():
    made: Any = reference(HARD)
    kept = json.loads((HARD / CARD).read_text())[HELD_OUT]
    assert made["matches"] == kept["matches"]
    assert made["loss"] == pytest.approx(kept["loss"], abs=1e-4)
