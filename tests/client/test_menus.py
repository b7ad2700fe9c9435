"""The menu and what lies over it: opponents that come and go, loading, settings, a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tables import Table, info, wait_until

from client.commands.game_options import GameOptions
from client.commands.play import Session
from client.games.battleship.scene import BattleshipScene
from client.scene_manager import Setup
from client.scenes.loading import LoadingScene
from client.scenes.menu import MenuScene
from client.scenes.name import NameScene
from client.scenes.settings import SettingsScene
from client.settings import Settings, SettingsWriter
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    LEFT,
    LEFT_BUTTON,
    RIGHT,
    UP,
    Command,
    Pointer,
    Typed,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    import typer

    from client.ui.inputs import Input


def test_the_menu_shows_an_opponent_that_was_deployed_meanwhile_and_plays_it(table: Table, tmp_path: Path) -> None:
    table.manager.settings.last_game = "battleship"
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._picker.chosen is not None)
    table.listed.insert(0, info("newcomer", "9"))
    menu._ladder._every_s = 0.01
    wait_until(table, lambda: len(menu._ladder.opponents("battleship")) == 3)
    table.tick()
    for name in (RIGHT, UP, UP, ACCEPT):
        menu.handle(Command(name))
    (scene,) = table.manager.scenes
    assert isinstance(scene, BattleshipScene)
    assert scene.battle.client.info.name == "newcomer"
    table.manager.settings_writer.close()
    assert Settings.load(tmp_path).last_opponent == "newcomer"


def test_every_place_of_the_menu_can_be_reached_by_direction(table: Table) -> None:
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._picker.chosen is not None)
    reached = set()
    for name in (DOWN, DOWN, DOWN, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, UP, LEFT, UP, RIGHT, DOWN, DOWN):
        menu.handle(Command(name))
        reached.add((menu._zone, menu._bar.focus))
    assert {("games", None), ("opponents", None)} < reached
    assert {focus for zone, focus in reached if zone == "bar"} >= {0, 1, 2, 3, 4, 5}


def test_a_menu_without_opponents_says_so_and_does_not_play(table: Table) -> None:
    table.listed.clear()
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._ladder.looked and not menu._ladder.opponents("battleship"))
    for name in (RIGHT, ACCEPT, DOWN, ACCEPT):
        menu.handle(Command(name))
        table.tick()
    assert table.manager.scenes == (menu,)
    table.picture()


def prepared(table: Table, first: Setup | None = None) -> object:
    def prepare(report: Callable[[str, float | None], None]) -> object:
        report("cloud", None)
        report("cloud", 0.1)
        return table.manager.world, first

    return prepare


def test_loading_leads_to_the_menu(table: Table) -> None:
    table.manager.push(LoadingScene(table.manager, prepared(table)))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], MenuScene))


def test_loading_leads_to_the_match_that_was_asked_for(table: Table) -> None:
    table.manager.push(LoadingScene(table.manager, prepared(table, Setup("battleship", table.listed[0], {}))))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], BattleshipScene))


def test_an_error_while_loading_is_shown_and_can_be_tried_again(table: Table) -> None:
    ready = prepared(table)
    attempts = []

    def prepare(report: Callable[[str, float | None], None]) -> object:
        attempts.append(1)
        if len(attempts) == 1:
            raise RuntimeError("port 4566 is taken")
        return ready(report)

    scene = LoadingScene(table.manager, prepare)
    table.manager.push(scene)
    wait_until(table, lambda: scene._group is not None)
    assert scene._trouble == "port 4566 is taken"
    table.picture()
    scene.handle(Command(ACCEPT))
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], MenuScene))


def test_a_folder_that_cannot_be_written_to_is_told_in_the_window(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path / "file" / "home"))
    session = Session(cast("typer.Context", None), None, None, GameOptions.read(()))
    scene = LoadingScene(table.manager, session.prepare)
    table.manager.push(scene)
    wait_until(table, lambda: scene._group is not None)
    session.close()
    assert scene._trouble.startswith(f"{tmp_path / 'file' / 'home' / 'records' / 'journals'}: Not a directory")
    assert "LAMBDA_ARCADE_HOME chooses another folder" in scene._trouble
    table.picture()


def test_settings_take_effect_and_are_kept(table: Table, tmp_path: Path) -> None:
    scene = SettingsScene(table.manager)
    table.manager.push(scene)
    for event in (
        Command(LEFT),
        Command(DOWN),
        Command(DOWN),
        Command(RIGHT),
        Command(DOWN),
        Command(ACCEPT),
        Command(DOWN),
        Command(RIGHT),
    ):
        scene.handle(event)
    table.manager.settings_writer.close()
    kept = Settings.load(tmp_path)
    assert (round(kept.volume, 2), round(kept.enemy_pause, 2)) == (0.6, 0.1)
    assert kept.bold_marks
    assert kept.reduced_motion
    assert table.manager.sounds.volume == kept.volume
    scene.handle(Command(BACK))
    assert table.manager.scenes == ()


def test_settings_that_cannot_be_written_say_so_and_stop_nothing(table: Table, tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    scene = SettingsScene(table.manager)
    table.manager.push(scene)
    scene.handle(Command(LEFT))
    table.manager.settings_writer.close()
    assert table.manager.settings_writer.trouble is not None
    before = table.picture()
    table.manager.settings_writer.trouble = None
    assert table.picture() != before


def test_of_many_changes_the_last_is_kept(tmp_path: Path) -> None:
    settings_writer = SettingsWriter(tmp_path)
    settings = Settings()
    for step in range(200):
        settings.volume = step / 199
        settings_writer.save(settings)
    settings_writer.close()
    assert Settings.load(tmp_path).volume == 1.0


def test_a_name_is_typed_or_picked_letter_by_letter(table: Table, tmp_path: Path) -> None:
    scene = NameScene(table.manager)
    table.manager.push(scene)
    events: list[Input] = [Command(ERASE)] * 3
    events += [Typed("W"), Command(UP, from_letter=True), Typed("o"), Typed("w\n")]
    for event in events:
        scene.handle(event)
    assert scene._name == "Wow"
    letter = scene._group.widgets[0].box
    scene.handle(Pointer("press", letter[0] + 3, letter[1] + 3, button=LEFT_BUTTON))
    done = scene._group.widgets[-1].box
    scene.handle(Pointer("press", done[0] + 3, done[1] + 3, button=LEFT_BUTTON))
    assert table.manager.settings.name == "WowA"
    table.manager.settings_writer.close()
    assert Settings.load(tmp_path).name == "WowA"


def test_settings_that_were_half_written_or_edited_badly_give_way_to_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"volume": "loud", "name": "Zoe", "reduced_motion": 1, "enemy_pause": 7')
    assert Settings.load(tmp_path) == Settings()
    (tmp_path / "settings.json").write_text('{"volume": "loud", "name": "Zoe", "reduced_motion": 1, "enemy_pause": 7}')
    assert Settings.load(tmp_path) == Settings(name="Zoe", enemy_pause=1.0)
