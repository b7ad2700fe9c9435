"""Scenes without a window: inputs in, actions and records out, with every kind of device."""

from __future__ import annotations

from dataclasses import replace

import pytest
from battles import play_on, put_to_sea, sit_down
from tables import Table, wait_until

from client.games.battleship.explanation import read_thought
from client.games.battleship.scene import BattleshipScene
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.scenes.swap import SwapScene
from client.ui.canvas import NOTICE_BOX
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    LEFT,
    LEFT_BUTTON,
    RIGHT,
    SHUFFLE,
    SWAP,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from games.battleship.fleet import Cell
from games.record import FUNCTION, PERSON, verify


def test_a_whole_match_played_with_the_mouse_is_a_record_that_the_rules_allow(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)

    def click(cell: Cell) -> None:
        x, y = scene.enemy_board.centre(cell)
        scene.handle(Pointer("move", x, y))
        scene.handle(Pointer("press", x, y, button=LEFT_BUTTON))

    play_on(table, scene, click)
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert [(one.kind, one.name) for one in record.participants] == [(PERSON, "Ada"), (FUNCTION, "alpha")]
    answered = [turn for turn in record.turns if turn.player == "two"]
    assert answered
    assert all(turn.latency_ms == 8.5 and turn.compute_ms == 0.4 and turn.fallback is None for turn in answered)


def test_a_whole_match_can_be_played_without_a_mouse(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)

    def steer(cell: Cell) -> None:
        for _ in range(10):
            scene.handle(Command(LEFT))
            scene.handle(Command(UP))
        for _ in range(cell.column):
            scene.handle(Command(RIGHT))
        for _ in range(cell.row):
            scene.handle(Command(DOWN))
        assert scene.cursor == cell
        scene.handle(Command(ACCEPT))

    play_on(table, scene, steer)
    verify(table.records[0])


def test_what_a_stand_in_played_is_marked_in_the_record_and_counted_in_the_hud(table: Table) -> None:
    table.fallback = "timeout"
    scene = sit_down(table)
    put_to_sea(table, scene)
    play_on(table, scene, scene.battle.shoot)
    record = table.records[0]
    answered = [turn for turn in record.turns if turn.player == "two"]
    assert {turn.fallback for turn in answered} == {"timeout"}
    assert scene.battle.hud.fallbacks == len(answered)
    assert scene.battle.hud.bill.usd is None
    assert {who for who, _ in scene.log} == {"you", "stand-in"}


def test_a_match_goes_on_ticking_while_an_answer_never_comes(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    table.clients[0].never = True
    scene.battle.shoot(Cell(0, 0))
    table.tick(600)
    assert scene.battle.waiting_s is not None
    assert scene.battle.waiting_s > 8
    assert not scene.battle.my_turn


def test_nothing_is_shown_of_a_shot_before_it_has_landed(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.battle.shoot(Cell(3, 3))
    table.tick(2)
    assert scene.battle.shown["one"] == []
    table.tick(60)
    assert [report.cell for report in scene.battle.shown["one"]] == [Cell(3, 3)]


def test_shooting_a_cell_twice_is_refused_and_changes_nothing(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.handle(Command(ACCEPT))
    wait_until(table, lambda: scene.battle.my_turn)
    before = scene.battle.match.step_number
    scene.handle(Command(ACCEPT))
    assert scene.battle.match.step_number == before
    assert scene.refused[1] == scene.lapse


def test_what_goes_wrong_beside_the_match_is_said_at_once_and_the_match_goes_on(table: Table) -> None:
    told: list[str | None] = [None]
    world = replace(table.manager.world, trouble=lambda: told[0])
    table.manager.open(world, lambda: MenuScene(table.manager))
    scene = sit_down(table)
    put_to_sea(table, scene)
    strip = int(NOTICE_BOX[3]) * 1280 * 3
    before = table.picture()
    told[0] = "records cannot be written: No space left on device"
    after = table.picture()
    assert after[:strip] != before[:strip]
    assert after[strip:] == before[strip:]
    play_on(table, scene, scene.battle.shoot)
    verify(table.records[0])


def test_swapping_in_mid_match_seats_the_other_function_and_the_record_names_both(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.battle.shoot(Cell(0, 0))
    wait_until(table, lambda: scene.battle.my_turn)
    scene.handle(Command(SWAP))
    assert isinstance(table.manager.scenes[-1], SwapScene)
    wait_until(table, lambda: table.manager.scenes[-1]._picker.chosen is not None)
    table.manager.handle(Command(DOWN))
    table.manager.handle(Command(ACCEPT))
    assert table.manager.scenes == (scene,)
    hud = scene.battle.hud
    assert hud.info.name == "beta"
    before = [(one.name, one.version, one.colour) for one in hud._recent]
    assert set(before) == {("alpha", "1", table.listed[0].colour)}
    play_on(table, scene, scene.battle.shoot)
    shown = {(one.name, one.colour) for one in hud._recent}
    assert shown <= {("alpha", table.listed[0].colour), ("beta", table.listed[1].colour)}
    assert ("beta", table.listed[1].colour) in shown
    record = table.records[0]
    verify(record)
    assert [(one.name, one.version, one.since_step) for one in record.participants[1:]] == [
        ("alpha", "1", 0),
        ("beta", "4", 3),
    ]
    played_by = [record.participants[turn.participant].name for turn in record.turns if turn.player == "two"]
    assert played_by[:2] == ["alpha", "alpha"]
    assert set(played_by[2:]) == {"beta"}


def test_an_answer_of_an_opponent_that_was_swapped_away_is_not_played(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.battle.shoot(Cell(0, 0))
    table.tick(1)
    scene.battle.swap(table.listed[1])
    wait_until(table, lambda: scene.battle.my_turn)
    assert scene.battle.match.record().turns[-1].participant == 2
    assert table.clients[1].asked


def test_a_match_that_is_left_is_recorded_as_abandoned(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    table.manager.close()
    (record,) = table.records
    assert record.outcome is None
    verify(record)
    assert table.manager.closing
    assert scene.battle.match.step_number == 1


def test_playing_again_swaps_who_shoots_first(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    play_on(table, scene, scene.battle.shoot)
    scene.handle(Command(ACCEPT))
    assert table.manager.scenes == (scene,), "a key that was pressed before the end was seen is not for its buttons"
    table.picture()
    scene.handle(Command(ACCEPT))
    (again,) = table.manager.scenes
    assert isinstance(again, BattleshipScene)
    assert again.battle.me == "two"
    table.tick(10)
    put_to_sea(table, again)
    wait_until(table, lambda: again.battle.my_turn)
    assert len(again.battle.shown["one"]) == 1


@pytest.mark.parametrize(
    "options", [{"salvo": True}, {"size": 15}, {"fleet": {"dinghy": 1, "raft": 2}, "size": 8}, {"no_touch": True}]
)
def test_variants_are_played_to_the_end(table: Table, options: dict[str, object]) -> None:
    scene = sit_down(table, **options)
    assert scene.placing is not None
    put_to_sea(table, scene)
    cells = [
        Cell(column, row)
        for row in range(scene.enemy_board.variant.size)
        for column in range(scene.enemy_board.variant.size)
    ]
    for _ in range(80_000):
        if scene.ended:
            break
        if scene.battle.my_turn:
            scene.battle.shoot(next(cell for cell in cells if scene.battle.may_shoot(cell)))
        table.tick()
    assert scene.ended
    verify(table.records[0])
    table.picture()


def test_an_opponent_is_asked_to_explain_itself_only_when_someone_wants_to_know(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.battle.shoot(Cell(0, 0))
    wait_until(table, lambda: scene.battle.my_turn)
    assert scene.battle.thought is None
    scene.handle(Command(SHUFFLE))
    scene.battle.shoot(Cell(1, 0))
    wait_until(table, lambda: scene.battle.my_turn)
    assert [explain for _, explain in table.clients[0].asked] == [False, False, True]
    assert scene.battle.thought is not None
    assert scene.battle.thought.best == (("B7", 0.4, ""),)
    assert scene.battle.thought.heat[9][9] == pytest.approx(0.18)
    table.picture()


@pytest.mark.parametrize(
    "said", [None, 7, [], {}, {"heat": None}, {"heat": [[1] * 10] * 9}, {"heat": [["x"] * 9] * 10}, {"best": [1]}]
)
def test_an_explanation_that_is_no_heat_map_is_passed_over(said: object) -> None:
    assert read_thought(said, 10) is None


def test_what_is_odd_inside_an_explanation_does_no_harm() -> None:
    said = {"heat": [[9, -3, "x", None, True] * 2] * 10, "best": [{"shot": 5}, {"shot": "A1", "chance": 0.5}, 3]}
    thought = read_thought(said, 10)
    assert thought is not None
    assert thought.heat[0][:4] == (1.0, 0.0, 0.0, 0.0)
    assert thought.best == (("A1", 0.5, ""),)


def test_a_paused_match_stands_still_and_goes_on(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.handle(Command(BACK))
    assert isinstance(table.manager.scenes[-1], PauseScene)
    now = scene.battle.now
    table.tick(30)
    assert scene.battle.now == now
    table.manager.handle(Command(ACCEPT))
    table.tick(30)
    assert scene.battle.now > now


def test_leaving_from_the_pause_leads_to_the_menu_and_closes_the_match(table: Table) -> None:
    scene = sit_down(table)
    put_to_sea(table, scene)
    scene.handle(Command(BACK))
    for name in (DOWN, DOWN, DOWN, ACCEPT):
        table.manager.handle(Command(name))
    assert scene in table.manager.scenes, "it asks once"
    table.picture()
    table.manager.handle(Command(BACK))
    for name in (DOWN, DOWN, DOWN, ACCEPT):
        table.manager.handle(Command(name))
    table.manager.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], PauseScene), "what is marked first is to stay"
    for name in (DOWN, DOWN, DOWN, ACCEPT, DOWN, ACCEPT):
        table.manager.handle(Command(name))
    assert isinstance(table.manager.scenes[-1], MenuScene)
    assert len(table.records) == 1


def test_the_enemys_fleet_is_sealed_before_the_first_shot_and_told_to_have_lain_there(table: Table) -> None:
    scene = sit_down(table)
    assert scene.battle.hud.promise is not None
    words, seal = scene.battle.hud.promise
    assert words == "their fleet is sealed"
    put_to_sea(table, scene)
    table.picture()
    play_on(table, scene, scene.battle.shoot)
    assert scene.battle.hud.promise == ("their fleet lay as sealed", seal)
    table.picture()
    (record,) = table.records
    verify(record)
    assert [turn.seal for turn in record.turns if turn.seal] == [seal]
    assert next(turn for turn in record.turns if turn.seal).player == "two"
