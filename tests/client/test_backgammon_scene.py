"""Backgammon in the window: whole matches by mouse and without one, the cube, and what is shown of it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pygame
import pytest
from backgammon_hands import click_button, click_place, drag, to_move, until
from rooms_of_backgammon import backgammon as sit_down
from rooms_of_backgammon import open_backgammon, open_backgammon_offer, play_backgammon
from test_legible import Watching
from test_replay import golden
from window_program import game_of

from client.games.backgammon import geometry
from client.games.backgammon.before import BeforeScene
from client.games.backgammon.scene import BackgammonScene
from client.scene_manager import Beginning, Setup
from client.scenes.menu import MenuScene
from client.scenes.swap import SwapScene
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    GAMEPAD,
    LEFT,
    NEXT,
    RIGHT,
    RIGHT_BUTTON,
    SWAP,
    TURN,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from games.backgammon import rules
from games.backgammon.kernel import BAR
from games.backgammon.position import parse_position_id
from games.backgammon.turns import NO_MOVE, OPENING
from games.fairness import Pledge
from games.record import FUNCTION, PERSON, verify

if TYPE_CHECKING:
    from tables import Table


@pytest.fixture
def table(table: Table) -> Table:
    table.manager.canvas = table.canvas  # type: ignore[attr-defined]
    return table


def test_a_whole_match_by_clicks_is_a_record_that_the_rules_allow(table: Table) -> None:
    scene = sit_down(table, points=1)
    chance = Random(4)
    while not scene.ended:
        half = scene.duel.half
        if half is not None and scene.duel.settled:
            if half.ready:
                click_button(scene, "Pass" if half.forced == NO_MOVE else "Play")
            else:
                source, target = chance.choice(game_of(scene)["moves"])
                click_place(scene, source)
                assert game_of(scene)["taken"] == source  # the window's tests, which are slow, see a scene so
                click_place(scene, target)
        table.tick()
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert [(one.kind, one.name) for one in record.participants] == [(PERSON, "Ada"), (FUNCTION, "delta")]
    scene.draw(table.canvas, 0.0)
    click_button(scene, "Again")
    (before,) = table.manager.scenes
    assert isinstance(before, BeforeScene)
    assert before.options == {"points": 1}
    assert before.commitment != scene.duel.match.record().pledge.commitment
    before.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], BackgammonScene)


def test_a_whole_match_with_the_cube_is_played_without_a_mouse(table: Table) -> None:
    table.manager.device = GAMEPAD
    scene = sit_down(table, points=3)
    while not scene.ended:
        half = scene.duel.half
        if scene.duel.phase in ("roll", "answer"):
            assert not scene.on_board, "the choice is what accept presses"
            scene.handle(Command(ACCEPT))
        elif half is not None and scene.duel.settled:
            if not half.ready:
                scene.handle(Command(NEXT))
                scene.handle(Command(ACCEPT))
                scene.handle(Command(NEXT))
            scene.handle(Command(ACCEPT))
        table.tick()
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert max(record.outcome.scores.values()) >= 3
    scene.draw(table.canvas, 0.0)
    scene.handle(Command(LEFT))
    scene.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], MenuScene)


def test_the_cursor_comes_to_every_place_by_arrows_and_on_to_the_buttons(table: Table) -> None:
    scene = sit_down(table)
    to_move(table, scene)
    seen = set()
    for upper in (UP, DOWN):
        scene.handle(Command(upper))
        for _ in range(13):
            scene.handle(Command(LEFT))
        for _ in range(13):
            seen.add(scene.hand.cursor)
            scene.handle(Command(RIGHT))
            scene.handle(Command(upper))
        seen.add(scene.hand.cursor)
    assert seen == set(range(26))
    scene.handle(Command(RIGHT))
    assert not scene.on_board
    scene.handle(Command(LEFT))
    assert scene.on_board


@pytest.mark.parametrize("take_back", [Command(TURN), Command(ERASE), Pointer("press", 5, 5, button=RIGHT_BUTTON)])
def test_a_half_made_turn_is_taken_back_move_by_move_until_it_is_confirmed(table: Table, take_back: object) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    before = scene.duel.shown.board
    while not half.ready:
        source = half.sources()[0]
        drag(scene, source, next(iter(half.landings(source))))
        until(table, lambda: scene.duel.settled)
    assert scene.duel.shown.board == half.board != before
    assert scene.duel.match.observe("white").board == before, "the rules know nothing of it yet"
    made = len(half.hops)
    for _ in range(made):
        scene.handle(take_back)
    assert scene.duel.shown.board == before
    assert not half.hops
    scene.handle(take_back)
    assert scene.refused[0] == "Nothing has been moved yet"


def test_a_checker_that_is_let_go_where_it_may_not_stand_returns(table: Table) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    source = half.sources()[0]
    wrong = next(place for place in range(1, BAR) if place not in half.landings(source) and place != source)
    drag(scene, source, wrong)
    assert not half.hops
    assert scene.hand.selected is None
    click_place(scene, source)
    click_place(scene, wrong)
    assert not half.hops


def test_a_turn_cannot_be_played_before_it_is_whole(table: Table) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    scene._confirm()
    assert scene.refused[0] == "The turn is not whole yet"
    assert scene.duel.half is half


@pytest.mark.parametrize("automatic", [True, False])
def test_a_forced_turn_plays_itself_only_if_the_person_wants_that(table: Table, *, automatic: bool) -> None:
    table.manager.settings.play_forced = automatic
    scene = sit_down(table, points=5, cube=False)

    def forced() -> bool:
        half = scene.duel.half
        return half is not None and half.forced is not None and scene.duel.settled

    play_backgammon(table, scene, forced)
    step, count = scene.duel.match.step_number, len(scene.duel.log)
    table.tick(90)
    assert (scene.duel.match.step_number > step) == automatic
    if automatic:
        assert scene.duel.log[count].mine
    verify(scene.duel.match.record())


def test_double_and_drop_end_the_game_and_the_cube_shows_who_owns_it(table: Table) -> None:
    scene = sit_down(table, points=5)
    play_backgammon(table, scene, lambda: scene.duel.phase == "roll")
    click_button(scene, "Double")
    until(table, lambda: scene.duel.phase is not None or scene.duel.half is not None)
    assert [line.words for line in scene.duel.log[-2:]] == ["doubles to 2", "takes"], "the stand-in takes"
    assert (scene.duel.shown.cube, scene.duel.shown.owner) == (2, False)
    scene.draw(table.canvas, 0.0)
    verify(scene.duel.match.record())


def test_what_is_shown_in_the_end_of_every_step_is_what_is_true(table: Table) -> None:
    scene = sit_down(table, points=3)
    told = []

    def check() -> bool:
        duel = scene.duel
        if duel.settled and duel.half is None and duel.match.outcome is None:
            view = duel.match.observe("white")
            told.append(duel.shown.board == view.board and duel.shown.score == view.score)
        return scene.ended

    duel, settle = scene.duel, scene.duel._settle
    wrong = []

    def compare() -> None:
        view = duel.match.observe("white")
        if duel.half is None and duel.shown.board != view.board and duel.match.outcome is None:
            wrong.append((duel.shown.board, view.board))
        settle()

    duel._settle = compare  # type: ignore[method-assign]
    play_backgammon(table, scene, check)
    assert not wrong, "checkers were moved otherwise than the rules did"
    assert all(told)
    assert len(told) > 50


def test_another_function_takes_the_seat_in_the_middle_and_the_record_names_both(table: Table) -> None:
    table.listed.append(table.listed[3].__class__("omega", "backgammon", "Omega", 4, "http://nowhere/omega", "9"))
    scene = sit_down(table, points=1)
    to_move(table, scene)
    scene.handle(Command(SWAP))
    overlay = table.manager.scenes[-1]
    assert isinstance(overlay, SwapScene)
    until(table, lambda: overlay._picker.chosen is not None and len(overlay._picker._rows) == 2, 10**6)
    overlay._picker.chosen_name = "omega"
    overlay.handle(Command(ACCEPT))
    play_backgammon(table, scene, lambda: scene.ended)
    (record,) = table.records
    verify(record)
    assert [one.name for one in record.participants] == ["Ada", "delta", "omega"]


def test_a_stand_ins_turns_are_marked(table: Table) -> None:
    table.fallback = "timeout"
    scene = sit_down(table, points=1)
    play_backgammon(table, scene, lambda: scene.ended)
    assert all(line.stood_in != line.mine for line in scene.duel.log if line.dice)
    assert {turn.fallback for turn in table.records[0].turns if turn.player == "black"} == {"timeout"}


def test_with_less_motion_the_same_happens_and_nothing_moves_while_nothing_happens(table: Table) -> None:
    table.manager.settings.reduced_motion = True
    scene = sit_down(table)
    to_move(table, scene)
    scene.refused = ("", -9.0)
    one = table.picture()
    table.tick(7)
    assert table.picture() == one


def test_escape_lets_go_of_the_checker_first_and_then_pauses(table: Table) -> None:
    scene = sit_down(table)
    to_move(table, scene)
    scene.handle(Command(NEXT))
    scene.handle(Command(ACCEPT))
    assert scene.hand.selected is not None
    scene.handle(Command(BACK))
    assert scene.hand.selected is None
    assert table.manager.scenes[-1] is scene
    scene.handle(Command(BACK))
    assert table.manager.scenes[-1] is not scene


def test_leaving_in_the_middle_hands_the_record_over_once(table: Table) -> None:
    open_backgammon(table)
    table.manager.to_menu()
    (record,) = table.records
    assert record.outcome is None
    verify(record)


def test_every_place_is_found_where_its_checkers_are_drawn() -> None:
    board = parse_position_id("4HPwATDgc/ABMA")
    assert board == OPENING
    for place in range(1, BAR + 1):
        for count in (1, 5, 9):
            for index in range(count):
                assert geometry.place_at(*geometry.centre((True, place), index, count)) == place
                if place < BAR:
                    assert geometry.place_at(*geometry.centre((False, BAR - place), index, count)) == place
    assert geometry.place_at(*geometry.centre((True, geometry.OFF), 14, 15)) == geometry.OFF
    assert rules.INFO.person == "white"


@pytest.mark.parametrize(("label", "score", "cube"), [("Take", (0, 0), (2, True)), ("Drop", (0, 1), (1, None))])
def test_a_double_is_taken_or_dropped_by_a_button(
    table: Table, label: str, score: tuple[int, int], cube: tuple[int, bool | None]
) -> None:
    open_backgammon_offer(table)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, BackgammonScene)
    assert scene.duel.shown.offered is False
    click_button(scene, label)
    until(table, lambda: scene.duel.settled)
    assert scene.duel.shown.score == score
    assert (scene.duel.shown.cube, scene.duel.shown.owner) == cube
    assert scene.duel.shown.offered is None
    verify(scene.duel.match.record())


@pytest.mark.parametrize("promised", [True, False])
def test_the_secret_of_the_dice_is_told_where_one_was_promised(table: Table, *, promised: bool) -> None:
    (record, *_) = golden("backgammon")
    assert record.pledge is None
    begin = Beginning(record, record.steps - 2, "white")
    pledge = Pledge.of("5e" * 32)
    setup = Setup("backgammon", table.listed[3], {}, None if promised else begin)
    scene = BackgammonScene(table.manager, setup, pledge)
    table.manager.push(scene)
    play_backgammon(table, scene, lambda: scene.ended)
    canvas = Watching(pygame.Surface((1280, 720)))
    scene.draw(canvas, 0.0)
    told = [one.words for one in canvas.written]
    assert ("THE SECRET OF THE DICE" in told) == promised
    assert (pledge.secret[:32] in "".join(told)) == promised
