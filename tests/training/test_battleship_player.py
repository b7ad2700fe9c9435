"""An opponent that gets to know a player: judged by that player's games, each held out until its turn."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

import ai_functions
from ai_functions.policies.battleship.expert import Expert
from games.battleship import rules
from games.battleship.fleet import STANDARD, random_placement
from games.battleship.observation import PlaceObservation
from games.match import Match, play
from games.record import BOT, PERSON, GameRecord, Participant
from training.card import Origin
from training.contracts import TrainingError
from training.folders import personal_folder
from training.games.battleship.habits.gate import knowing_fleets, log_odds_of
from training.games.battleship.players.habitual import HABITUAL
from training.games.battleship.players.textbook import LADDER
from training.games.battleship.portrait import gain, portrait
from training.pipeline import Trained, train

EXPERT = Path(ai_functions.__file__).parent / "battleship_expert"


class Silent:
    def report(self, text: str) -> None:
        pass

    def count(self, what: str, done: int, total: int) -> None:
        pass


def games_of(player: Any, count: int) -> list[GameRecord]:
    """Return the beginnings of games in which ann places as ``player`` does."""
    records = []
    for number in range(count):
        seats = {"one": Participant("one", PERSON, "ann"), "two": Participant("two", BOT, "random")}
        match = Match(rules, seats, seed=number, policy_seed=number, match_id=f"game-{number}")
        record = play(match, {"one": player, "two": LADDER["random"]}, max_steps=3)
        records.append(replace(record, started_at=f"2026-01-01T00:{number:02}:00+00:00"))
    return records


def trained_for_ann(player: Any, count: int, tmp_path: Path) -> Trained:
    records = games_of(player, count)
    folder = personal_folder(EXPERT, "ann", tmp_path / "scratch")
    return train(folder, Origin(records, "some games", "a command", 1), tmp_path / "out", Silent())


def test_a_player_with_habits_gets_an_opponent_that_saves_shots(tmp_path: Path) -> None:
    found = trained_for_ann(HABITUAL["edges"], 7, tmp_path)
    assert found.verdict.passed, found.verdict.reason
    assert found.verdict.games == 5
    assert "saved on 5 fleets of 'ann'" in found.verdict.reason
    assert found.verdict.differences["shots"].mean < 0
    priors = Expert(tmp_path / "out").priors(STANDARD)
    assert [prior.name for prior in priors] == ["uniform", "usual", "recent", "other"]
    told = portrait(tmp_path / "out")
    assert any("You avoid the middle" in words for words in told), told
    assert portrait(EXPERT) == [], "one that knows nobody has nothing to tell"
    later = games_of(HABITUAL["edges"], 11)[7:]
    saved = gain(EXPERT, tmp_path / "out", later, "ann", 1, lambda _done, _of: None)
    assert saved.pairs == 4
    assert saved.mean > 0
    assert gain(EXPERT, EXPERT, later, "ann", 1, lambda _done, _of: None).mean == 0
    with pytest.raises(TrainingError, match="0 fleets of 'bob'"):
        gain(EXPERT, EXPERT, later, "bob", 1, lambda _done, _of: None)


@pytest.fixture(scope="module")
def without_habits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Path]:
    """A training for a player who places at random, and the folder of the model that it was to replace."""
    folder = tmp_path_factory.mktemp("without-habits")
    shutil.copytree(EXPERT, folder / "out")
    return trained_for_ann(LADDER["random"], 7, folder), folder / "out"


def test_a_player_without_habits_gets_none(without_habits: tuple[Trained, Path]) -> None:
    found, _ = without_habits
    assert not found.verdict.passed
    assert "no habits are shown" in found.verdict.reason


def test_the_model_that_was_there_stays_when_the_new_one_is_refused(without_habits: tuple[Trained, Path]) -> None:
    _, kept = without_habits
    files = [path for path in EXPERT.iterdir() if path.is_file()]
    assert sorted(path.name for path in kept.iterdir() if path.is_file()) == sorted(path.name for path in files)
    assert all((kept / path.name).read_bytes() == path.read_bytes() for path in files)


def test_too_few_games_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="2 games of 'ann'; 3 are the least"):
        trained_for_ann(HABITUAL["edges"], 2, tmp_path)


def test_uniform_fleets_are_no_likelier_to_one_who_learned_from_uniform_fleets() -> None:
    """The bet on habits loses on average, or the gate would believe in habits that are none."""
    random = Random(5)
    fleets = [random_placement(STANDARD, random) for _ in range(30)]
    known = knowing_fleets(Expert(EXPERT), fleets[:10], 1)
    assert sum(log_odds_of(known, fleet) for fleet in fleets[10:]) < 0
    edges = [HABITUAL["edges"](PlaceObservation(STANDARD), random) for _ in range(14)]
    known = knowing_fleets(Expert(EXPERT), edges[:10], 1)
    assert all(log_odds_of(known, fleet) > 0 for fleet in edges[10:])
