"""One suite that every opponent falls under, ours and a stranger's alike: see ``ai_functions/<name>/``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ai_functions.runtime.answer import identify, move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import MANIFEST
from ai_functions.runtime.model import MODEL
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.catalog import GAMES
from tests.conformance.tables import positions, register

if TYPE_CHECKING:
    from ai_functions.runtime.loader import Loaded

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "ai_functions").glob(f"*/{MANIFEST}"))
STRANGERS = sorted(path.parent for path in (ROOT / "tests").glob(f"**/{MANIFEST}"))
MAX_MODEL_BYTES = 1_000_000


@cache
def loaded(folder: Path) -> Loaded:
    return load_opponent(folder)


@pytest.fixture(params=[*FOLDERS, *STRANGERS], ids=lambda folder: folder.name)
def opponent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    register(monkeypatch)
    return loaded(request.param)


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def request_for(opponent: Loaded, observation: Any, *, seed: int = 5, explain: bool = False) -> dict[str, Any]:
    data = opponent.game.encode_observation(observation)
    asked = MoveRequest(opponent.manifest.game, "m", 0, seed, json.loads(json.dumps(data)), explain=explain)
    return asked.to_json()


def test_each_game_has_a_ladder() -> None:
    by_game: dict[str, set[int]] = {}
    for folder in FOLDERS:
        manifest = loaded(folder).manifest
        assert manifest.name == folder.name
        by_game.setdefault(manifest.game, set()).add(manifest.difficulty)
    assert set(by_game) == set(GAMES)
    assert all(len(levels) >= 2 for levels in by_game.values())


def test_every_answer_is_legal_and_json(opponent: Loaded) -> None:
    for player, state, observation in positions(opponent.manifest.game):
        _, response = move(opponent, "1", request_for(opponent, observation), cold=False)
        answer = json.loads(json.dumps(response.to_json(), allow_nan=False))
        opponent.game.check(state, player, opponent.game.parse_action(answer["action"]))


def test_the_same_request_gets_the_same_answer(opponent: Loaded) -> None:
    for _, _, observation in positions(opponent.manifest.game):
        request = request_for(opponent, observation)
        first = move(opponent, "1", request, cold=True)[1].action
        assert move(opponent, "2", request, cold=False)[1].action == first


def test_explanations_are_json_and_change_no_move(opponent: Loaded) -> None:
    for _, _, observation in positions(opponent.manifest.game)[::4]:
        plain = move(opponent, "1", request_for(opponent, observation), cold=False)[1]
        explained = move(opponent, "1", request_for(opponent, observation, explain=True), cold=False)[1]
        assert plain.action == explained.action
        assert plain.explanation is None
        assert (explained.explanation is not None) == (opponent.explain is not None)
        json.dumps(explained.explanation, allow_nan=False)


def test_a_policy_is_a_distribution_that_holds_what_is_played(opponent: Loaded) -> None:
    for _, _, observation in positions(opponent.manifest.game):
        odds = opponent.policy(observation) if opponent.policy else {}
        if odds:
            assert sum(odds.values()) == pytest.approx(1, abs=1e-4)
            action = opponent.act(observation, Random(3))
            assert odds[opponent.game.print_action(action)] > 0


@pytest.mark.parametrize("observation", [None, [], {}, {"phase": "shoot"}, {"decide": 1}, 10**30, "x" * 1000])
def test_nonsense_gets_a_problem_that_names_the_observation(opponent: Loaded, observation: Any) -> None:
    request = {**request_for(opponent, positions(opponent.manifest.game)[0][2]), "observation": observation}
    with pytest.raises(Problem) as caught:
        move(opponent, "1", request, cold=False)
    assert caught.value.status == 422
    assert (caught.value.field or "").startswith("observation")


def test_an_opponent_says_who_it_is(opponent: Loaded) -> None:
    who = json.loads(json.dumps(identify(opponent, "7", {})))
    assert who["protocol"] == 1
    assert who["version"] == "7"
    assert who["name"] == opponent.manifest.name


def test_models_are_small_and_their_cards_say_how_to_make_them_again(folder: Path) -> None:
    if not (folder / MODEL).exists():
        assert "inference" not in loaded(folder).manifest.function.layers
        return
    assert (folder / MODEL).stat().st_size < MAX_MODEL_BYTES
    card = json.loads((folder / "model_card.json").read_text("utf-8"))
    assert card["sha256"] == loaded(folder).sha256
    assert card["command"].startswith(f"lambda-arcade train {folder.name}")
    assert "--seed" in card["command"]
