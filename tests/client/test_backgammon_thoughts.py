"""What an opponent says of its turn: asked for when someone wants to know, and read whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from backgammon_hands import to_move
from rooms_of_backgammon import backgammon as sit_down
from rooms_of_backgammon import play_backgammon

from client.games.backgammon.explanation import read_thought
from client.ui.inputs import (
    SHUFFLE,
    Command,
)  # fmt: skip

if TYPE_CHECKING:
    from tables import Table


def test_the_opponent_is_asked_to_explain_only_when_someone_wants_to_know(table: Table) -> None:
    scene = sit_down(table, cube=False)
    to_move(table, scene)
    assert not any(explain for _, explain in table.clients[0].asked)
    assert scene.duel.thought is None
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.thought is not None)
    assert scene.duel.thought is not None
    assert scene.duel.thought.best[1] == ("24/18*/13", "-0.047", "hits on 18")
    assert scene.duel.thought.chances[0] == ("wins", 0.56)
    table.picture()


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        [],
        {},
        {"turns": None},
        {"turns": [1, None, [], {}]},
        {"turns": [{"turn": "8/5", "equity": 1e999}]},
        {"turns": [{"turn": "8/5", "equity": "x"}]},
        {"turns": [{"equity": 1}]},
        {"cube": 5},
        {"cube": {"take": None}},
    ],
)
def test_an_explanation_that_names_no_turn_is_passed_over(said: object) -> None:
    assert read_thought(said) is None


def test_what_is_odd_inside_an_explanation_does_no_harm(table: Table) -> None:
    turns = [{"turn": "x" * 500, "equity": 0.5, "why": 9, "chances": {"win": "often", "win_gammon": 2}}, 5]
    thought = read_thought({"turns": [*turns, {"turn": "8/5", "chance": True}]})
    assert thought is not None
    assert thought.best == (("x" * 80, "+0.500", ""),)
    scene = sit_down(table)
    scene.duel.explain, scene.duel.thought = True, thought
    table.picture()


def test_what_is_said_of_the_cube_and_by_likelihood_is_read_too() -> None:
    cube = read_thought({"cube": {"no_double": 0.41, "take": 0.5, "drop": 1.0}, "chances": {"win": 0.7}})
    assert cube is not None
    assert cube.best == (("no double", "+0.410", ""), ("take", "+0.500", ""), ("drop", "+1.000", ""))
    assert cube.chances == (("wins", 0.7),)
    likely = read_thought({"turns": [{"turn": "8/5", "chance": 0.3, "why": ["runs", "hits"]}]})
    assert likely is not None
    assert likely.best == (("8/5", "30%", "runs, hits"),)
