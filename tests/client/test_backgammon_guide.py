"""Backgammon's lesson, and a match that goes on from a position of a record."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from client.games.backgammon.scene import BackgammonScene
from client.scene_manager import Beginning, Setup
from client.scenes.guided import LessonScene, start
from games.backgammon import rules
from games.fairness import Pledge
from games.match import Match, play
from games.record import BOT, Participant, verify

if TYPE_CHECKING:
    from tables import Table


def test_the_lesson_leads_through_three_turns(table: Table) -> None:
    guided = LessonScene(table.manager, "backgammon")
    start(table.manager, guided)
    said, random = set(), Random(1)
    for _ in range(20_000):
        if guided.done:
            break
        said.add(guided.words[0])
        if guided._hands.my_turn:
            guided._hands.act(rules.sample_action(guided.match.ask(rules.INFO.person), random))
        table.tick()
    assert guided.words[0].startswith("That is all there is to it")
    assert len(said) == 3
    table.picture()


def test_a_match_goes_on_from_any_position_with_the_dice_that_were_promised(table: Table) -> None:
    seats = {player: Participant(player, BOT, f"bot_{player}") for player in rules.PLAYERS}
    match = Match(rules, seats, seed=Pledge.of("5e" * 32, "word"), policy_seed=3, options={"points": 3, "cube": True})
    record = play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action))
    shown = set()
    for step in range(0, min(record.steps, 40), 3):
        for me in rules.PLAYERS:
            begin = Beginning(record, step, me)
            setup = Setup("backgammon", table.listed[3], record.options, begin)
            scene = BackgammonScene(table.manager, setup, Pledge.of("00" * 32))
            scene.tick()
            assert scene.duel.shown.board == scene.duel.match.observe(me).board
            shown.add(scene.duel.phase)
            scene.draw(table.canvas, 0.5)
            going_on = scene.duel.match.record()
            assert going_on.pledge == record.pledge
            verify(going_on)
            scene.leave()
    assert {"move", "roll", None} <= shown
