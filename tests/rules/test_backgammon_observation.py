"""What arrives at a function: whatever cannot have come from a game is refused, and the field is named."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from games.backgammon import rules
from games.core import ObservationError

PLAIN = rules.encode_observation(rules.Observation("move", rules.start({}, Random(1)).view.board, (3, 1)))
MATCH = {"points": 5}


def changed(**changes: Any) -> dict[str, Any]:
    """Return the opening with fields set; ``own__bar`` is the field ``bar`` of ``own``; None takes one away."""
    data = deepcopy(PLAIN)
    for name, value in changes.items():
        *path, last = name.split("__")
        inner: Any = data
        for key in path:
            inner = inner[key]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return data


def points(**count: int) -> list[int]:
    """Return the opening's points with some changed: ``p6=4``."""
    found = [0] * 24
    for place, checkers in {6: 5, 8: 3, 13: 5, 24: 2, **{int(name[1:]): one for name, one in count.items()}}.items():
        found[place - 1] = checkers
    return found


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (changed(own__points=points(p6=6)), "own"),
        (changed(other__bar=1), "other"),
        (changed(own__off=2), "own"),
        (changed(own__points=points(p6=16, p8=0, p13=0, p24=0)), "own.points[5]"),
        (changed(own__points=points(p6=-1)), "own.points[5]"),
        (changed(own__points=points()[:23]), "own.points"),
        (changed(own__points=[*points(), 0]), "own.points"),
        (changed(own__points=points(p6=4, p1=1)), "other.points[23]"),
        (changed(own__points=[0] * 24, own__off=15), "own.off"),
        (changed(other__points=[0] * 24, other__off=15), "other.off"),
        (changed(dice=[0, 1]), "dice[0]"),
        (changed(dice=[3, 7]), "dice[1]"),
        (changed(dice=[3]), "dice"),
        (changed(dice=[3, 1, 1]), "dice"),
        (changed(dice=None), "dice"),
        (changed(dice="31"), "dice"),
        (changed(dice=[3.0, 1]), "dice[0]"),
        (changed(phase="roll"), "dice"),
        (changed(phase="roll", dice=None), "phase"),
        (changed(phase="answer", dice=None), "phase"),
        (changed(phase="think"), "phase"),
        (changed(phase=None), "phase"),
        (changed(own=None), "own"),
        (changed(own__bar=None), "own.bar"),
        (changed(extra=1), "extra"),
        (changed(own__home=1), "own.home"),
        (changed(variant=3), "variant"),
        (changed(variant={"points": 99}), "variant.points"),
        (changed(variant={"beaver": True}), "variant.beaver"),
        (changed(variant={"a b": True}), "variant"),
        (changed(cube={"value": 2, "owner": "own"}), "cube"),
        (changed(variant=MATCH, cube={"value": 3, "owner": "own"}), "cube.value"),
        (changed(variant=MATCH, cube={"value": 128, "owner": "own"}), "cube.value"),
        (changed(variant=MATCH, cube={"value": 2, "owner": "me"}), "cube.owner"),
        (changed(variant=MATCH, cube={"value": 2, "owner": "middle"}), "cube.owner"),
        (changed(variant=MATCH, cube={"value": 1, "owner": "own"}), "cube.owner"),
        (changed(variant=MATCH, score={"own": -1, "other": 0}), "score.own"),
        (changed(variant=MATCH, score={"own": 0, "other": 5}), "score.other"),
        (changed(variant=MATCH, score={"own": 0}), "score.other"),
        (changed(score={"own": 0, "other": 0}), "score"),
        (changed(variant=MATCH, score={"own": 1, "other": 2}, crawford=True), "crawford"),
        (changed(variant={"cube": True}, crawford=True), "crawford"),
        (
            changed(variant=MATCH, score={"own": 4, "other": 2}, crawford=True, cube={"value": 2, "owner": "own"}),
            "cube",
        ),
        (changed(variant={"cube": True}, cube={"value": 2, "owner": "other"}, phase="roll", dice=None), "phase"),
        (changed(variant={"cube": True}, cube={"value": 2, "owner": "own"}, phase="answer", dice=None), "phase"),
    ],
)
def test_what_cannot_have_come_from_a_game_is_refused_by_its_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(ObservationError) as caught:
        rules.decode_observation(data)
    assert caught.value.field == field


def test_matches_with_a_cube_survive_json_in_every_phase() -> None:
    phases = set()
    for seed in range(6):
        state = rules.start({"points": 3} if seed % 2 else {"cube": True}, Random(seed))
        random = Random(seed)
        while not rules.outcome(state):
            for player in rules.PLAYERS:
                seen = rules.observe(state, player)
                assert rules.decode_observation(json.loads(json.dumps(rules.encode_observation(seen)))) == seen
                phases.add(seen.phase)
            view = state.view
            choice = rules.DOUBLE if view.phase == "roll" and random.random() < 0.2 else None
            state, _ = rules.step(state, {state.turn: choice or rules.sample_action(view, random)})
    assert phases == {"move", "roll", "answer", "wait"}


def test_cube_score_and_crawford_may_be_left_out() -> None:
    seen = rules.decode_observation(changed(variant=MATCH))
    assert (seen.cube.value, seen.score, seen.crawford) == (1, (0, 0), False)
