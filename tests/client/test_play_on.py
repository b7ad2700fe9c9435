"""Matches that go on: from any position of a record, after the program was left or killed, and with a hint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pacman_fakes import Fake, classic
from tables import Table, info, wait_until
from test_replay import BATTLE, HUNT, archive_with, open_replay

from client.games.battleship.scene import BattleshipScene
from client.games.pacman.scene import PacmanScene
from client.records.archive import summarise
from client.records.recorder import Recorder, record_path, save_record
from client.records.uploader import MARK
from client.scene_manager import Beginning, Setup
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.scenes.resume import ResumeScene, resumable
from client.scenes.retry import RetryScene
from client.scenes.turn_based import TurnBasedScene
from client.ui.inputs import ACCEPT, BACK, DOWN, HINT, RIGHT, Command
from games.battleship import rules
from games.battleship.fleet import Cell
from games.battleship.notation import parse_cell
from games.match import Match, play
from games.record import FUNCTION, PERSON, Participant, continues, replay, verify

if TYPE_CHECKING:
    from pathlib import Path

    from games.record import GameRecord


def play_out(table: Table, scene: BattleshipScene) -> None:
    while not scene.ended:
        if scene.battle.my_turn:
            cells = (Cell(number % 10, number // 10) for number in range(100))
            scene.battle.shoot(next(cell for cell in cells if scene.battle.may_shoot(cell)))
        table.tick()


def person_against_alpha(steps: int) -> GameRecord:
    """A match of Ada against alpha, version 1, that was left after so many steps."""
    seats = {
        "one": Participant("one", PERSON, "Ada"),
        "two": Participant("two", FUNCTION, "alpha", "1", "sha-alpha"),
    }
    match = Match(rules, seats, seed=5, policy_seed=6)
    return play(match, dict.fromkeys(rules.PLAYERS, rules.sample_action), max_steps=steps)


@pytest.mark.parametrize("step", [0, 1, 30])
def test_any_position_of_a_battle_becomes_a_match_that_rates_nobody_and_names_its_origin(
    table: Table, step: int
) -> None:
    replayed = open_replay(table, BATTLE)
    wait_until(table, lambda: table.manager.ladder.looked)
    replayed.go(step)
    table.tick()
    replayed.handle(Command(DOWN))
    for _ in range(5):
        replayed.handle(Command(RIGHT))
    replayed.handle(Command(ACCEPT))
    retry = table.manager.scenes[-1]
    assert isinstance(retry, RetryScene)
    wait_until(table, lambda: retry._picker.chosen is not None)
    table.picture()
    retry.handle(Command(ACCEPT))
    (scene,) = table.manager.scenes
    assert isinstance(scene, BattleshipScene)
    assert scene.battle.state == list(replay(BATTLE))[step].state
    assert (scene.placing is not None) == (step == 0)
    assert not scene.battle.match.rated
    table.picture()
    if step:
        play_out(table, scene)
        (record,) = table.records
        verify(record)
        assert record.origin is not None
        assert (record.origin.match_id, record.origin.step) == (BATTLE.match_id, step)
        assert [item.name for item in record.participants[-2:]] == ["Ada", "alpha"]
        assert not summarise(table.manager.settings_writer._folder, record).rated


def test_the_end_of_a_match_cannot_be_played_on(table: Table) -> None:
    replayed = open_replay(table, BATTLE)
    wait_until(table, lambda: table.manager.ladder.looked)
    replayed.go(BATTLE.steps)
    table.tick()
    assert not replayed.can_retry
    replayed.go(3)
    table.tick()
    assert replayed.can_retry


def test_a_hunt_goes_on_in_the_tick_where_it_was(table: Table) -> None:
    begin = Beginning(HUNT, 400, "pacman")
    setup = Setup("pacman", table.listed[2], HUNT.options, begin)
    scene = PacmanScene(table.manager, setup, lambda one: Fake(classic, one.name))
    table.manager.push(scene)
    assert scene.match.state == list(replay(HUNT))[400].state
    table.tick(120)
    assert scene.match.step_number == 520
    assert scene.name == "Ada, rates nobody"
    table.picture()
    table.manager.pop()
    (record,) = table.records
    verify(record)


def test_any_turn_based_game_goes_on_in_the_plain_scene(table: Table) -> None:
    setup = Setup("battleship", table.listed[0], BATTLE.options, Beginning(BATTLE, 11, "one"))
    scene = TurnBasedScene(table.manager, setup)
    table.manager.push(scene)
    assert scene.match.match.step_number == 11
    table.tick(20)
    table.picture()


def test_a_match_that_was_left_is_offered_at_the_next_start_and_goes_on_where_it_was(
    table: Table, tmp_path: Path
) -> None:
    left = person_against_alpha(23)
    archive = archive_with(table, tmp_path / "records", [left, BATTLE])
    table.manager.push(MenuScene(table.manager))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ResumeScene))
    offered = table.manager.scenes[-1]
    assert isinstance(offered, ResumeScene)
    wait_until(table, lambda: offered._group.widgets[0].enabled)
    table.picture()
    offered.handle(Command(ACCEPT))
    (scene,) = table.manager.scenes
    assert isinstance(scene, BattleshipScene)
    assert scene.battle.match.step_number == 23
    assert scene.battle.match.rated, "the same players go on: nothing was changed"
    play_out(table, scene)
    (record,) = table.records
    verify(record)
    assert len(record.participants) == 2
    assert (record.match_id, record.started_at, record.origin) == (left.match_id, left.started_at, None)
    assert continues(record, left), "it is the very match that was left"
    path = record_path(tmp_path / "records", left)
    for suffix in (MARK, ".notes", ".accuracy"):
        path.with_suffix(suffix).touch()
    save_record(tmp_path / "records", record)
    assert sorted(one.name for one in path.parent.glob(f"{path.stem}*")) == [path.name], "it is sent and judged anew"
    archive.look()
    wait_until(table, lambda: all(row.finished for row in archive.rows))
    assert len(archive.rows) == 2
    assert resumable(archive.rows, "Ada") is None, "it has been played on"
    archive.close()


def test_what_a_killed_program_left_is_offered_too(table: Table, tmp_path: Path) -> None:
    first = Recorder(tmp_path / "records")
    seats = {"one": Participant("one", PERSON, "Ada"), "two": Participant("two", FUNCTION, "alpha", "1", "sha-alpha")}
    match = Match(rules, seats, seed=5, policy_seed=6, journal=first.journal())
    for _ in range(9):
        for player in match.to_act():
            match.submit(player, rules.sample_action(match.ask(player), table.manager.world.random))
        match.advance()
    first.flush()
    kept = next((tmp_path / "records" / "journals").glob("*.jsonl"))
    content = kept.read_bytes()
    first.close()
    kept.unlink()
    kept.write_bytes(content[:-30])  # the last line is cut: the program was killed
    Recorder(tmp_path / "records").recover()
    archive = archive_with(table, tmp_path / "records", [])
    found = resumable(archive.rows, "Ada")
    assert found is not None
    assert found.match_id == match.match_id
    assert found.steps >= 8
    archive.close()


def test_what_is_given_up_is_not_offered_again_and_not_now_asks_at_the_next_start(table: Table, tmp_path: Path) -> None:
    archive = archive_with(table, tmp_path / "records", [person_against_alpha(4)])
    table.manager.push(MenuScene(table.manager))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ResumeScene))
    table.manager.handle(Command(BACK))
    table.tick(5)
    assert isinstance(table.manager.scenes[-1], MenuScene)
    assert resumable(archive.rows, "Ada") is not None
    assert resumable(archive.rows, "Bob") is None, "it is somebody else's"
    table.manager.offered = False  # another start
    table.tick()
    offered = table.manager.scenes[-1]
    assert isinstance(offered, ResumeScene)
    offered.handle(Command(DOWN))
    offered.handle(Command(DOWN))
    offered.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], MenuScene)
    assert resumable(archive.rows, "Ada") is None
    archive.close()


def test_a_match_whose_opponent_is_gone_can_be_played_on_against_another(table: Table, tmp_path: Path) -> None:
    left = person_against_alpha(6)
    table.listed[:] = [info("omega")]
    table.manager.ladder._every_s = 0.01
    wait_until(table, lambda: [one.name for one in table.manager.ladder.opponents("battleship")] == ["omega"])
    archive = archive_with(table, tmp_path / "records", [left])
    table.manager.push(MenuScene(table.manager))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ResumeScene))
    offered = table.manager.scenes[-1]
    assert isinstance(offered, ResumeScene)
    wait_until(table, lambda: offered._group.widgets[0].enabled)
    table.picture()
    offered.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], RetryScene)
    archive.close()


def test_a_resumed_match_against_a_newer_version_rates_nobody(table: Table) -> None:
    left = person_against_alpha(6)
    setup = Setup("battleship", replace(table.listed[0], version="2"), {}, Beginning(left, 6, "one", resumed=True))
    scene = BattleshipScene(table.manager, setup)
    assert [item.version for item in scene.battle.match.record().participants] == ["", "1", "2"]
    assert not scene.battle.match.rated


def test_a_hint_shows_what_the_function_would_shoot_at_and_the_match_rates_nobody(table: Table) -> None:
    setup = Setup("battleship", table.listed[0], {}, Beginning(person_against_alpha(1), 1, "one", resumed=True))
    scene = BattleshipScene(table.manager, setup)
    table.manager.push(scene)
    table.tick(2)
    assert scene.battle.match.rated
    scene.handle(Command(HINT))
    wait_until(table, lambda: scene.battle.hint.text != "")
    assert scene.cursor == parse_cell(scene.battle.hint.text)
    assert scene.battle.hint.said == f"Alpha would play {scene.battle.hint.text}. This match rates nobody now."
    assert not scene.battle.match.rated
    table.picture()
    scene.handle(Command(HINT))
    assert [player for player, _ in table.clients[0].asked].count("one") == 1, "once for a position"
    scene.handle(Command(ACCEPT))
    table.tick(2)
    assert scene.battle.hint.said == ""
    play_out(table, scene)
    (record,) = table.records
    verify(record)
    assert [(item.name, item.version) for item in record.participants if item.player == "one"] == [
        ("Ada", ""),
        ("Ada", "with hints"),
    ]


def test_a_hint_that_does_not_come_costs_nothing(table: Table) -> None:
    table.fallback = "timeout"
    setup = Setup("battleship", table.listed[0], {}, Beginning(person_against_alpha(1), 1, "one", resumed=True))
    scene = BattleshipScene(table.manager, setup)
    table.manager.push(scene)
    table.tick(2)
    scene.handle(Command(HINT))
    wait_until(table, lambda: scene.battle.hint.said.startswith("No hint"))
    assert scene.battle.hint.said == "No hint: Alpha did not answer in time."
    assert scene.battle.match.rated


def test_the_plain_scene_gives_a_hint_too_and_pacman_says_that_there_is_none(table: Table) -> None:
    scene = TurnBasedScene(table.manager, Setup("battleship", table.listed[0], {}, Beginning(BATTLE, 2, "two")))
    table.manager.push(scene)
    wait_until(table, lambda: scene.match.my_turn)
    table.tick()
    scene._ask_hint()
    wait_until(table, lambda: scene.hint.text != "")
    assert scene.panel.wanted == scene.hint.text
    hunt = PacmanScene(table.manager, Setup("pacman", table.listed[2], {}), lambda one: Fake(classic, one.name))
    table.manager.push(hunt)
    hunt.handle(Command(HINT))
    pause = table.manager.scenes[-1]
    assert isinstance(pause, PauseScene)
    assert "no hint" in pause._why
