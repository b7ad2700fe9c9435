"""Before a match of backgammon: the secret of the dice, length and cube; and who plays where no function answers."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from backgammon_hands import middle
from rooms_of_backgammon import play_backgammon

from client.games.backgammon import fallback
from client.games.backgammon.before import BeforeScene
from client.games.backgammon.scene import BackgammonScene
from client.scene_manager import Setup
from client.scenes import open_scene
from client.scenes.menu import MenuScene
from client.ui.inputs import ACCEPT, BACK, ERASE, LEFT_BUTTON, UP, Command, Pointer, Typed
from games.backgammon import rules
from games.backgammon.turns import OPENING
from games.match import Match, play
from games.record import BOT, Participant, verify

if TYPE_CHECKING:
    from tables import Table


def before(table: Table, **options: object) -> BeforeScene:
    scene = open_scene(table.manager, Setup("backgammon", table.listed[3], options))
    assert isinstance(scene, BeforeScene)
    table.manager.push(scene)
    return scene


def test_the_dice_follow_from_a_promised_secret_and_the_persons_word(table: Table) -> None:
    scene = before(table)
    table.picture()
    promised = scene.commitment
    for event in (Typed("w"), Command(UP, from_letter=True), Typed("ord\n\u202e"), Typed("s"), Command(ERASE)):
        scene.handle(event)
    scene.handle(Command(ACCEPT))
    (played,) = table.manager.scenes
    assert isinstance(played, BackgammonScene)
    assert played.duel.hud.promise == ("dice promised", promised)
    play_backgammon(table, played, lambda: played.ended)
    table.picture()
    assert played.duel.hud.promise == ("dice kept as promised", promised)
    (record,) = table.records
    verify(record)
    assert record.pledge is not None
    assert (record.pledge.commitment, record.pledge.word) == (promised, "word")


def test_every_match_has_a_secret_of_its_own(table: Table) -> None:
    assert before(table).commitment != before(table).commitment


@pytest.mark.parametrize(
    ("given", "moves", "chosen"),
    [
        ({}, "", {}),
        ({}, "+", {"points": 1}),
        ({}, "++", {"points": 3}),
        ({}, "++c", {"points": 3, "cube": False}),
        ({}, "c", {"cube": True}),
        ({"points": 4, "crawford": False}, "", {"points": 4, "crawford": False}),
        ({"points": 4}, "+", {"points": 5}),
        ({"points": 1}, "-", {}),
        ({"cube": True, "jacoby": True}, "", {"cube": True, "jacoby": True}),
        ({"cube": True, "jacoby": True}, "+", {"points": 1}),
        ({"cube": True, "jacoby": True}, "c", {}),
    ],
)
def test_length_and_cube_are_chosen_before_the_match(table: Table, given: object, moves: str, chosen: object) -> None:
    scene = before(table, **given)  # type: ignore[arg-type]
    slider, switch = scene.widgets[:2]
    for move in moves:
        if move == "c":
            switch.press()
        else:
            slider.adjust(1 if move == "+" else -1)
    table.picture()
    assert scene.options == chosen
    scene.handle(Command(ACCEPT))
    assert table.manager.scenes[-1].setup.options == chosen
    assert table.manager.scenes[-1].duel.match.record().options == chosen


def test_the_word_can_be_written_without_a_keyboard_and_escape_leads_to_the_menu(table: Table) -> None:
    scene = before(table)
    letters = {widget.label: widget.box for widget in scene.widgets}
    for letter in ("A", "B", "C", "Erase"):
        x, y = middle(letters[letter])
        scene.handle(Pointer("press", x, y, button=LEFT_BUTTON))
    assert scene.word == "AB"
    scene.handle(Typed("x" * 100))
    assert len(scene.word) == 40
    scene.handle(Command(BACK))
    assert isinstance(table.manager.scenes[-1], MenuScene)


def test_the_stand_in_plays_legally_and_beats_chance() -> None:
    won = 0
    for seed in range(40):
        seats = {player: Participant(player, BOT, "anyone") for player in rules.PLAYERS}
        match = Match(rules, seats, seed=seed, policy_seed=seed, options={"points": 1})
        record = play(match, {"white": fallback.policy, "black": rules.sample_action})
        verify(record)
        assert record.outcome is not None
        won += record.outcome.winner == "white"
    assert won >= 36


def test_the_stand_in_takes_a_double_that_is_even_and_drops_one_that_is_lost() -> None:
    even = rules.Observation("answer", OPENING, variant=rules.Variant(cube=True))
    board = [0] * 26
    board[24], board[25], board[22] = 14, 1, -15
    lost = replace(even, board=tuple(board))
    assert fallback.policy(even, Random(1)) == "take"
    assert fallback.policy(lost, Random(1)) == "drop"
    assert fallback.policy(replace(even, phase="roll"), Random(1)) == "roll"
