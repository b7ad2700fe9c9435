"""Every scene of the program, opened on a manager with fakes, and where it can be clicked."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from pacman_fakes import Fake, classic
from rooms_of_backgammon import (
    open_backgammon,
    open_backgammon_cube,
    open_backgammon_end,
    open_backgammon_offer,
    open_before_backgammon,
)
from rooms_of_records import (
    GOLDEN,
    open_acquaintance,
    open_acquaintance_known,
    open_profile,
    open_records,
    open_replay,
    open_replay_pacman,
    open_result,
    open_retry,
    open_share,
)
from tables import wait_until

from client.games.battleship.scene import BattleshipScene
from client.games.pacman.scene import OVER_TICKS, PacmanScene
from client.games.pacman.swap import PARTS, TeamSwapScene, _tab
from client.records.archive import summarise
from client.records.high_scores import Score
from client.scene_manager import Setup
from client.scenes.before import PAGE, BeforeScene, RulesScene, ScoresScene
from client.scenes.guided import BESIDE, END, DailyScene, LessonScene, start
from client.scenes.keys import KeysScene
from client.scenes.loading import LoadingScene
from client.scenes.menu import LIST, MenuScene
from client.scenes.name import NameScene
from client.scenes.pause import PauseScene
from client.scenes.resume import ResumeScene
from client.scenes.settings import SettingsScene
from client.scenes.swap import SwapScene
from client.scenes.turn_based import TurnBasedScene
from client.scenes.welcome import WelcomeScene
from client.ui.inputs import ACCEPT, SHUFFLE, Command
from games.battleship.fleet import Cell
from games.record_lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import Table

    from client.ui.canvas import Box
    from games.record import GameRecord


def open_menu(table: Table) -> list[Box]:
    """The menu, with its lists filled."""
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._picker.chosen is not None)
    return [*menu._cards.boxes().values(), LIST, *(widget.box for widget in menu._bar.widgets)]


def open_loading_trouble(table: Table) -> list[Box]:
    """The first scene, when the cloud did not start."""

    def prepare(_: object) -> object:
        raise RuntimeError("port 4566 is taken by another program; stop it, or choose another port")

    scene = LoadingScene(table.manager, prepare)
    table.manager.push(scene)
    wait_until(table, lambda: scene._group is not None)
    assert scene._group is not None
    return [widget.box for widget in scene._group.widgets]


def open_settings(table: Table) -> list[Box]:
    """What may be set, over the menu."""
    open_menu(table)
    scene = SettingsScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_keys(table: Table) -> list[Box]:
    """Keys of one's own, over the settings."""
    open_settings(table)
    scene = KeysScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_name(table: Table) -> list[Box]:
    """The letters, over the menu."""
    open_menu(table)
    scene = NameScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_placing(table: Table) -> list[Box]:
    """A fleet in the dock."""
    scene = BattleshipScene(table.manager, Setup("battleship", table.listed[0], {}))
    table.manager.push(scene)
    table.tick(6)
    return [*scene.placing.dock.values(), scene.placing_board.box, *(widget.box for widget in scene.buttons.widgets)]


def open_battle(table: Table) -> list[Box]:
    """A battle with marks on both seas, explained."""
    open_placing(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    scene._put_to_sea()
    wait_until(table, lambda: scene.battle.my_turn)
    scene.handle(Command(SHUFFLE))
    for column in range(3):
        scene.battle.shoot(Cell(column, column))
        wait_until(table, lambda: scene.battle.my_turn)
    return [scene.enemy_board.box, *(widget.box for widget in scene.buttons.widgets)]


def open_battle_end(table: Table) -> list[Box]:
    """A battle that is over, when its last banner is gone."""
    open_placing(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    scene._put_to_sea()
    cells = (Cell(number % 10, number // 10) for number in range(100))
    while not scene.ended:
        if scene.battle.my_turn:
            scene.battle.shoot(next(cell for cell in cells if scene.battle.may_shoot(cell)))
        table.tick()
    table.tick(200)
    return [widget.box for widget in scene.buttons.widgets]


def open_swap(table: Table) -> list[Box]:
    """Another opponent, over a battle."""
    open_battle(table)
    table.manager.scenes[-1].open_swap()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, SwapScene)
    wait_until(table, lambda: scene._picker.chosen is not None)
    return [scene._picker.box]


def open_pacman(table: Table, **options: object) -> list[Box]:
    """A hunt that has just begun."""
    scene = PacmanScene(table.manager, Setup("pacman", table.listed[2], options), lambda one: Fake(classic, one.name))
    table.manager.push(scene)
    table.tick(500)
    return [scene.board.picture.box]


def open_pacman_end(table: Table) -> list[Box]:
    """A hunt that is over."""
    open_pacman(table, lives=1)
    scene = table.manager.scenes[-1]
    while not scene.over:
        table.tick()
    table.tick(OVER_TICKS + 1)
    return [widget.box for widget in scene._end.widgets]


def open_team(table: Table) -> list[Box]:
    """Another function for a ghost, over a hunt."""
    open_pacman(table)
    table.manager.scenes[-1]._open_swap()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, TeamSwapScene)
    wait_until(table, lambda: scene._picker.chosen is not None)
    return [scene._picker.box, *(_tab(index) for index in range(len(PARTS)))]


def open_pause(table: Table) -> list[Box]:
    """A hunt whose window was left."""
    open_pacman(table)
    table.manager.away = True
    table.tick()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, PauseScene)
    return [widget.box for widget in scene._group.widgets]


def open_plain(table: Table) -> list[Box]:
    """The plain scene with a hundred actions."""
    scene = TurnBasedScene(table.manager, Setup("battleship", table.listed[0], {}))
    table.manager.push(scene)
    table.tick(6)
    scene.handle(Command(SHUFFLE))
    scene.handle(Command(ACCEPT))
    wait_until(table, lambda: scene.panel.actions.count == 100)
    return [scene.panel.actions.box, *(widget.box for widget in scene.buttons.widgets)]


def open_plain_end(table: Table) -> list[Box]:
    """The plain scene when the match is over."""
    open_plain(table)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, TurnBasedScene)
    while not scene.match.over:
        if scene.match.my_turn:
            scene.handle(Command(ACCEPT))
        table.tick()
    table.tick()
    return [widget.box for widget in scene.buttons.widgets]


def open_before(table: Table) -> list[Box]:
    """What there is before a match of Pac-Man, over the menu."""
    open_menu(table)
    scene = BeforeScene(table.manager, "pacman")
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_rules(table: Table) -> list[Box]:
    """The rules of Battleship."""
    open_before(table)
    table.manager.push(RulesScene(table.manager, "battleship"))
    return [PAGE]


def open_scores(table: Table) -> list[Box]:
    """Ten scores of Pac-Man."""
    open_before(table)
    table.manager.high_scores._scores = [
        Score("pacman", "W" * 16, 99_999 - index, "somebody with a very long name", "2026-11-27") for index in range(10)
    ]
    table.manager.push(ScoresScene(table.manager, "pacman"))
    return [PAGE]


def open_welcome(table: Table) -> list[Box]:
    """The first start, over the menu."""
    open_menu(table)
    scene = WelcomeScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_lesson(table: Table) -> list[Box]:
    """The first step of Battleship's lesson."""
    guided = LessonScene(table.manager, "battleship")
    start(table.manager, guided)
    table.tick(6)
    return [BESIDE]


def open_hunting_lesson(table: Table) -> list[Box]:
    """The first step of Pac-Man's lesson."""
    start(table.manager, LessonScene(table.manager, "pacman"))
    table.tick(400)
    return [BESIDE]


def open_daily_end(table: Table) -> list[Box]:
    """The day's challenge of Battleship, when it is over."""
    guided = DailyScene(table.manager, "battleship")
    start(table.manager, guided)
    random = Random(1)
    while not guided.done:
        if guided._hands.my_turn and guided.match.outcome is None:
            guided._hands.act(guided.match.game.sample_action(guided.match.ask("one"), random))
        table.tick()
    return [END]


def told_all(opener: Callable[[Table], list[Box]], table: Table) -> list[Box]:
    """A scene with all that is known of who answers."""
    table.manager.settings.hud = "engineer"
    return opener(table)


def open_resume(table: Table) -> list[Box]:
    """A match that was left, over the menu."""
    open_menu(table)
    reading: Future[GameRecord] = Future()
    reading.set_result(next(record for _, record in read_lines(GOLDEN.read_bytes()) if record.game == "battleship"))
    scene = ResumeScene(table.manager, summarise(Path("x.json"), reading.result()), reading)
    table.manager.push(scene)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


ROOMS: dict[str, Callable[[Table], list[Box]]] = {
    "battle-told-all": partial(told_all, open_battle),
    "pacman-told-all": partial(told_all, open_pacman),
    "plain-told-all": partial(told_all, open_plain),
    "menu": open_menu,
    "replay": open_replay,
    "replay-pacman": open_replay_pacman,
    "records": open_records,
    "profile": open_profile,
    "result": open_result,
    "acquaintance": open_acquaintance,
    "acquaintance-known": open_acquaintance_known,
    "share": open_share,
    "retry": open_retry,
    "resume": open_resume,
    "loading": open_loading_trouble,
    "settings": open_settings,
    "keys": open_keys,
    "name": open_name,
    "welcome": open_welcome,
    "before": open_before,
    "rules": open_rules,
    "scores": open_scores,
    "lesson": open_lesson,
    "hunting-lesson": open_hunting_lesson,
    "daily-end": open_daily_end,
    "placing": open_placing,
    "battle": open_battle,
    "battle-end": open_battle_end,
    "swap": open_swap,
    "pacman": open_pacman,
    "pacman-end": open_pacman_end,
    "team": open_team,
    "pause": open_pause,
    "before-backgammon": open_before_backgammon,
    "backgammon": open_backgammon,
    "backgammon-cube": open_backgammon_cube,
    "backgammon-offer": open_backgammon_offer,
    "backgammon-end": open_backgammon_end,
    "plain": open_plain,
    "plain-end": open_plain_end,
}
"""Opens a scene and returns the boxes that can be clicked there, in logical units."""
