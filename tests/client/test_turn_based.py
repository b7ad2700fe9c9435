"""The plain scene: games that nobody has drawn are played in it with keys, mouse and typed actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tables import info, wait_until

from client.scene_manager import Setup
from client.scenes import open_scene
from client.scenes.loading import LoadingScene
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.scenes.swap import SwapScene
from client.scenes.turn_based import TurnBasedScene
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    LEFT_BUTTON,
    RIGHT,
    SHUFFLE,
    SWAP,
    UP,
    Command,
    Pointer,
    Typed,
)  # fmt: skip
from games.core import GameError
from games.record import FUNCTION, PERSON, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tables import Table

    from client.ui.canvas import Box

REGISTERED = "LAMBDA_ARCADE_GAMES"


@pytest.fixture
def kuhn(table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The stage of a program that knows Kuhn poker too."""
    monkeypatch.setenv(REGISTERED, "kuhn=tests.games.kuhn")
    table.listed.append(info("kuhn_easy", game="kuhn"))
    table.listed.append(info("kuhn_hard", "3", game="kuhn", difficulty=3))
    return table


def open_game(table: Table, game: str) -> TurnBasedScene:
    """Open a match of ``game`` in the plain scene, whatever other scene it has."""
    opponent = next(one for one in table.listed if one.game == game)
    scene = TurnBasedScene(table.manager, Setup(game, opponent, {}))
    table.manager.push(scene)
    table.tick(6)
    return scene


def click(scene: TurnBasedScene, box: Box) -> None:
    for kind in ("move", "press", "release"):
        scene.handle(Pointer(kind, box[0] + 8, box[1] + 8, button=0 if kind == "move" else LEFT_BUTTON))


def enter(scene: TurnBasedScene, text: str) -> None:
    scene.handle(Typed(text))
    scene.handle(Command(ACCEPT))


def play_on(table: Table, scene: TurnBasedScene) -> None:
    wait_until(table, lambda: scene.match.my_turn or scene.match.over)


def test_a_game_without_a_scene_is_played_in_the_plain_one_and_recorded(kuhn: Table) -> None:
    scene = open_scene(kuhn.manager, Setup("kuhn", kuhn.listed[-1], {}))
    assert isinstance(scene, TurnBasedScene)
    kuhn.manager.push(scene)
    kuhn.tick(2)
    while not scene.match.over:
        scene.handle(Command(ACCEPT))
        play_on(kuhn, scene)
    kuhn.tick()
    (record,) = kuhn.records
    verify(record)
    assert [(one.kind, one.name) for one in record.participants] == [(PERSON, "Ada"), (FUNCTION, "kuhn_hard")]
    assert record.turns[1].latency_ms == 8.5
    assert [line.split(":")[0] for line in scene.log][:2] == ["Ada", "Kuhn Hard"]
    kuhn.picture()


def test_battleship_is_played_in_the_plain_scene_too(table: Table) -> None:
    scene = open_game(table, "battleship")
    assert not scene.panel.listed, "a whole fleet is too much to list"
    enter(scene, "carrier:A1h")
    assert scene.panel.error
    assert scene.match.my_turn, "nothing was played"
    scene.handle(Command(SHUFFLE))
    placed = scene.panel.typed
    scene.handle(Command(ACCEPT))
    play_on(table, scene)
    assert placed in [turn.action for turn in scene.match.match.record().turns]
    assert scene.panel.actions.count == 100
    for number in range(100):
        if scene.match.over:
            break
        enter(scene, f"{'abcdefghij'[number % 10]}{number // 10 + 1}")
        assert scene.panel.error == ""
        play_on(table, scene)
    table.tick()
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert table.manager.scenes == (scene,)
    table.picture()


def test_what_is_typed_narrows_the_list_and_a_whole_action_is_marked(table: Table) -> None:
    scene = open_game(table, "battleship")
    scene.handle(Command(SHUFFLE))
    scene.handle(Command(ACCEPT))
    play_on(table, scene)
    shown = scene.panel.actions
    scene.handle(Typed("b"))
    assert shown.shown == tuple(f"B{row}" for row in range(1, 11))
    scene.handle(Typed("1"))
    assert (shown.shown, shown.marked) == (("B1", "B10"), "B1")
    scene.handle(Command(ERASE))
    scene.handle(Command(DOWN, from_letter=True))
    assert shown.marked == "B1", "a letter steers nothing while it is typed"
    scene.handle(Command(RIGHT))
    assert shown.marked == "B2"
    scene.handle(Typed("zz"))
    assert shown.shown == ()
    scene.handle(Command(ACCEPT))
    assert "bzz" in scene.panel.error.lower()
    before = table.picture()
    scene.handle(Command(BACK))
    assert (scene.panel.typed, scene.panel.error, len(shown.shown)) == ("", "", 100)
    assert table.picture() != before


def test_a_long_list_scrolls_to_what_keys_mark_and_by_the_wheel(table: Table) -> None:
    scene = open_game(table, "battleship")
    scene.handle(Command(SHUFFLE))
    scene.handle(Command(ACCEPT))
    play_on(table, scene)
    shown = scene.panel.actions
    left, top, _, height = shown.box
    while scene.on_list:
        scene.handle(Command(DOWN))
    assert shown.marked == "G10", "the last row begins there"
    table.tick(60)
    scene.handle(Pointer("move", left + 5, top + height - 10))
    assert shown.marked is not None
    assert shown.marked.endswith("10"), "the last row is seen at the lower end"
    scene.handle(Pointer("wheel", left + 5, top + 5, wheel=99))
    table.tick(60)
    scene.handle(Pointer("move", left + 5, top + 5))
    assert shown.marked == "A1"


def test_a_click_plays_an_action_and_the_buttons_do_what_they_say(kuhn: Table) -> None:
    scene = open_game(kuhn, "kuhn")
    play, chance, _, swap, pause = (button.box for button in scene.buttons.widgets)
    click(scene, pause)
    assert isinstance(kuhn.manager.scenes[-1], PauseScene)
    kuhn.manager.pop()
    click(scene, swap)
    assert isinstance(kuhn.manager.scenes[-1], SwapScene)
    kuhn.manager.pop()
    click(scene, chance)
    assert scene.match.match.step_number == 0, "chance only offers an action"
    left, top, _, _ = scene.panel.actions.box
    click(scene, (left, top, 10, 10))
    kuhn.tick()
    assert scene.match.match.record().turns[0].action == "pass"
    play_on(kuhn, scene)
    if not scene.match.over:
        click(scene, play)
        kuhn.tick()
    assert scene.match.over
    kuhn.tick()
    kuhn.picture()
    click(scene, scene.buttons.widgets[0].box)
    (again,) = kuhn.manager.scenes
    assert isinstance(again, TurnBasedScene)
    assert again is not scene


def test_keys_reach_every_button_and_come_back_to_the_list(kuhn: Table) -> None:
    scene = open_game(kuhn, "kuhn")
    reached = set()
    for name in (DOWN, RIGHT, RIGHT, RIGHT, RIGHT):
        scene.handle(Command(name))
        reached.add(scene.buttons.focus)
    assert reached == {0, 1, 2, 3, 4}
    scene.handle(Command(UP))
    assert scene.on_list


def test_a_match_is_swapped_paused_and_left_like_any_other(kuhn: Table) -> None:
    scene = open_game(kuhn, "kuhn")
    kuhn.clients[0].never = True
    scene.handle(Command(ACCEPT))
    kuhn.tick(30)
    assert scene.match.waiting_s is not None
    enter(scene, "bet")
    assert scene.panel.error == "it is not your turn"
    scene.handle(Command(SWAP))
    swap = kuhn.manager.scenes[-1]
    assert isinstance(swap, SwapScene)
    kuhn.manager.ladder._every_s = 0.01
    wait_until(kuhn, lambda: len(swap._picker._rows) == 2, 8.0)
    kuhn.manager.handle(Command(DOWN))
    kuhn.manager.handle(Command(ACCEPT))
    assert scene.hud.info.name == "kuhn_hard"
    play_on(kuhn, scene)
    assert scene.match.match.record().turns[1].participant == 2
    scene.handle(Command(BACK))
    scene.handle(Command(BACK))
    kuhn.manager.close()
    (record,) = kuhn.records
    verify(record)
    assert [one.name for one in record.participants[1:]] == ["kuhn_easy", "kuhn_hard"]


def test_the_menu_shows_every_game_and_leads_to_the_plain_scene(kuhn: Table) -> None:
    menu = MenuScene(kuhn.manager)
    kuhn.manager.push(menu)
    kuhn.manager.ladder._every_s = 0.01
    wait_until(kuhn, lambda: len(kuhn.manager.ladder.opponents("kuhn")) == 2, 8.0)
    for _ in range(8):
        menu.handle(Command(DOWN))
    kuhn.tick(60)
    boxes = menu._cards.boxes()
    assert list(boxes) == ["pacman", "backgammon", "kuhn"], "the last three; the others are scrolled away"
    assert all(top + height <= 620 for _, top, _, height in boxes.values()), "no card lies under the buttons"
    click(menu, boxes["kuhn"])
    kuhn.tick(2)
    for name in (RIGHT, ACCEPT):
        menu.handle(Command(name))
    (scene,) = kuhn.manager.scenes
    assert isinstance(scene, TurnBasedScene)
    assert kuhn.manager.settings.last_game == "kuhn"


def test_many_games_scroll_with_keys_and_wheel(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGISTERED, ",".join(f"game{number}=tests.games.kuhn" for number in range(7)))
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    for _ in range(9):
        menu.handle(Command(DOWN))
        assert menu._zone == "games"
    table.tick(60)
    assert menu._game == "game6"
    boxes = menu._cards.boxes()
    assert list(boxes) == ["game4", "game5", "game6"]
    assert all(top >= 132 and top + height <= 620 for _, top, _, height in boxes.values())
    below = table.picture()
    menu.handle(Pointer("wheel", 100, 200, wheel=99))
    table.tick(60)
    assert list(menu._cards.boxes()) == ["battleship", "pacman", "backgammon"]
    assert table.picture() != below
    menu.handle(Pointer("press", 100, 626, button=LEFT_BUTTON))
    assert menu._game == "game6", "between the cards and the buttons there is nothing to click"
    table.manager.settings.last_game = "game6"
    again = MenuScene(table.manager)
    table.manager.push(again)
    table.tick(60)
    assert "game6" in again._cards.boxes()
    again.handle(Command(DOWN))
    assert again._zone == "bar"


REAL_TIME = """
from dataclasses import replace
from tests.games.kuhn.rules import *
INFO = replace(INFO, title="Fast poker", real_time=True)
"""


def test_a_game_in_real_time_without_a_scene_is_told_clearly(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "fast_poker"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "rules.py").write_text(REAL_TIME)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(REGISTERED, "fast=fast_poker")
    table.listed.append(info("fast_one", game="fast"))
    setup = Setup("fast", table.listed[-1], {})
    with pytest.raises(GameError, match=r"Fast poker cannot be played in the window yet: .*/fast/scene.py"):
        open_scene(table.manager, setup)
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    table.manager.ladder._every_s = 0.01
    for _ in range(3):
        menu.handle(Command(DOWN))
    table.tick(60)
    click(menu, menu._cards.boxes()["fast"])
    wait_until(table, lambda: menu._picker.chosen is not None and menu._picker.chosen.game == "fast", 8.0)
    before = table.picture()
    for name in (RIGHT, ACCEPT):
        menu.handle(Command(name))
    assert table.manager.scenes == (menu,)
    assert table.picture() != before
    world = table.manager.world
    loading = LoadingScene(table.manager, lambda _: (world, setup))
    table.manager.push(loading)
    wait_until(table, lambda: loading._group is not None)
    assert "Fast poker" in loading._trouble
