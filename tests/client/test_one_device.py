"""By gamepad alone, and by keyboard alone: from the first start to the second match, through every page and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pygame
import pytest
from reach import ways
from rooms_of_records import GOLDEN
from tables import Table, wait_until
from test_result import coached

from client.app import Shell, open_window
from client.games.battleship.scene import BattleshipScene
from client.games.pacman.scene import PacmanScene
from client.records.archive import Archive
from client.records.recorder import save_record
from client.scenes.before import BeforeScene, RulesScene
from client.scenes.guided import LessonScene
from client.scenes.menu import GAMES, OPPONENTS, MenuScene
from client.scenes.name import NameScene
from client.scenes.pause import PauseScene
from client.scenes.profile import ProfileScene
from client.scenes.records import RecordsScene
from client.scenes.replay import ReplayScene
from client.scenes.result import ResultScene
from client.scenes.settings import SettingsScene
from client.scenes.welcome import WelcomeScene
from client.settings import Settings
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    GAMEPAD,
    KEYBOARD,
    LEFT,
    RIGHT,
    SHUFFLE,
    UP,
)
from games.record_lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.ui.widgets import Group

BUTTON = {
    UP: pygame.CONTROLLER_BUTTON_DPAD_UP, DOWN: pygame.CONTROLLER_BUTTON_DPAD_DOWN,
    LEFT: pygame.CONTROLLER_BUTTON_DPAD_LEFT, RIGHT: pygame.CONTROLLER_BUTTON_DPAD_RIGHT,
    ACCEPT: pygame.CONTROLLER_BUTTON_A, BACK: pygame.CONTROLLER_BUTTON_B, SHUFFLE: pygame.CONTROLLER_BUTTON_BACK,
}  # fmt: skip
KEY = {
    UP: pygame.K_UP, DOWN: pygame.K_DOWN, LEFT: pygame.K_LEFT, RIGHT: pygame.K_RIGHT, ACCEPT: pygame.K_RETURN,
    BACK: pygame.K_ESCAPE, SHUFFLE: pygame.K_x,
}  # fmt: skip


class Hand:
    """Somebody with one device at the window: what is pressed goes through SDL's own queue and the window's loop."""

    def __init__(self, table: Table, device: str, window: pygame.Window) -> None:
        self.table = table
        self.manager = table.manager
        self.device = device
        self.shell = Shell(window, table.manager)

    def press(self, *names: str) -> None:
        for name in names:
            if self.device == GAMEPAD:
                kinds, told = (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP), {"button": BUTTON[name]}
            else:
                kinds, told = (pygame.KEYDOWN, pygame.KEYUP), {"key": KEY[name]}
            for kind in kinds:
                pygame.event.post(pygame.event.Event(kind, instance_id=0, **told))
            self.shell.handle(pygame.event.get())
            self.shell.tick()
            self.shell.draw(0.0)
        assert self.manager.device == self.device

    def tilt(self, axis: int, value: int) -> None:
        """Move the left stick."""
        event = pygame.event.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=axis, value=value)
        pygame.event.post(event)
        self.shell.handle(pygame.event.get())
        self.shell.tick()

    def see(self, kind: type) -> None:
        """See that a page has come."""
        wait_until(self.table, lambda: isinstance(self.manager.scenes[-1], kind))
        self.shell.draw(0.0)

    def choose(self, group: Group, label: str) -> None:
        """Go to the button of that name, by directions alone, and press it."""
        names = [getattr(widget, "label", "") for widget in group.widgets]
        self.press(*ways(group)[names.index(label)])
        assert group.focus == names.index(label)
        self.press(ACCEPT)


@pytest.fixture
def window() -> Iterator[pygame.Window]:
    window = open_window()
    yield window
    window.destroy()


def first_start(table: Table, folder: Path) -> None:
    """Begin as somebody does who has never been here, with two matches of somebody else's on the disk."""
    table.manager.settings = Settings(enemy_pause=0.0)
    records = folder / "records"
    for _, record in list(read_lines(GOLDEN.read_bytes()))[:2]:
        save_record(records, record)
    archive = Archive(records)
    table.manager._world = replace(table.manager.world, archive=archive)
    table.manager.push(MenuScene(table.manager))
    table.manager.push(WelcomeScene(table.manager))


@pytest.mark.slow
@pytest.mark.parametrize("device", [GAMEPAD, KEYBOARD])
def test_from_the_first_start_to_the_second_match_and_through_every_page(
    device: str, table: Table, window: pygame.Window, tmp_path: Path
) -> None:
    coached(table)
    first_start(table, tmp_path)
    hand = Hand(table, device, window)
    hand.see(WelcomeScene)
    give_a_name(hand)
    hand.choose(hand.manager.scenes[-1]._group, "To the menu")
    hand.see(MenuScene)
    assert table.manager.settings.welcomed
    menu = table.manager.scenes[0]
    wait_until(table, lambda: menu._picker.chosen is not None)
    through_the_pages(hand)
    hand.press(RIGHT)
    assert menu._zone == OPPONENTS
    hand.press(ACCEPT)
    hand.see(BattleshipScene)
    first = hand.manager.scenes[0]
    to_the_end(hand)
    hand.see(ResultScene)
    hand.choose(hand.manager.scenes[-1]._group, "Watch again")
    hand.see(ReplayScene)
    hand.press(RIGHT, BACK)
    hand.see(ResultScene)
    hand.choose(hand.manager.scenes[-1]._group, "Rematch")
    hand.see(BattleshipScene)
    second = hand.manager.scenes[0]
    assert second is not first
    hand.press(SHUFFLE, ACCEPT)
    wait_until(table, lambda: second.battle.my_turn)
    hand.press(ACCEPT)
    assert second.battle.match.step_number > 0, "the second match goes on"
    hand.press(BACK)
    hand.see(PauseScene)
    hand.choose(hand.manager.scenes[-1]._group, "Leave the match")
    hand.choose(hand.manager.scenes[-1]._group, "Leave the match")
    hand.see(MenuScene)
    a_hunt(hand)
    table.manager.world.archive.close()


def give_a_name(hand: Hand) -> None:
    welcome = hand.manager.scenes[-1]
    hand.choose(welcome._group, welcome._name.label)
    hand.see(NameScene)
    scene = hand.manager.scenes[-1]
    for _ in range(12):
        hand.choose(scene._group, "Erase")
    for letter in "ADA":
        hand.choose(scene._group, letter)
    hand.choose(scene._group, "Done")
    hand.see(WelcomeScene)
    assert hand.manager.settings.name == "ADA"


def through_the_pages(hand: Hand) -> None:
    """Open every page of the menu, and come back from each."""
    menu = hand.manager.scenes[0]
    for label, kind in (
        ("Settings", SettingsScene),
        ("Learn", BeforeScene),
        ("Matches", RecordsScene),
        ("How you stand", ProfileScene),
    ):
        while menu._bar.focus is None:
            hand.press(DOWN)
        hand.choose(menu._bar, label)
        hand.see(kind)
        if kind is BeforeScene:
            hand.choose(hand.manager.scenes[-1]._group, "The rules")
            hand.see(RulesScene)
            hand.press(BACK)
        if kind is RecordsScene:
            wait_until(hand.table, lambda: len(hand.manager.scenes[-1]._rows) == 2)
            hand.press(DOWN, ACCEPT)
            hand.see(ReplayScene)
            hand.press(BACK)
        if kind is SettingsScene:
            hand.press(DOWN, RIGHT, LEFT)
        hand.press(BACK)
        hand.see(MenuScene)
        hand.press(UP)
    while menu._zone != GAMES:
        hand.press(LEFT if menu._zone == OPPONENTS else UP)
    while menu._game != "battleship":
        hand.press(UP)


def to_the_end(hand: Hand) -> None:
    """Lay a fleet by chance, and shoot at one cell after the other."""
    scene = hand.manager.scenes[0]
    hand.press(SHUFFLE, ACCEPT)
    assert scene.placing is None
    cells = [(column if row % 2 == 0 else 9 - column, row) for row in range(10) for column in range(10)]
    hand.press(*[LEFT] * 9, *[UP] * 9)
    for column, row in cells:
        while scene.cursor.row < row:
            hand.press(DOWN)
        while scene.cursor.column != column:
            hand.press(RIGHT if column > scene.cursor.column else LEFT)
        wait_until(hand.table, lambda: scene.battle.my_turn or scene.ended)
        if scene.ended:
            return
        hand.press(ACCEPT)
    wait_until(hand.table, lambda: scene.ended)


def a_hunt(hand: Hand) -> None:
    """Choose Pac-Man, and run; the stick of a pad does as well as its cross."""
    menu = hand.manager.scenes[0]
    wait_until(hand.table, lambda: menu._picker.chosen is not None)
    hand.press(DOWN, ACCEPT)
    wait_until(hand.table, lambda: menu._picker.chosen is not None and menu._picker.chosen.game == "pacman")
    hand.press(ACCEPT)
    hand.see(PacmanScene)
    scene = hand.manager.scenes[0]
    wait_until(hand.table, lambda: scene.networked.observation.phase == "play")
    before = scene.networked.observation.pacman
    if hand.device == GAMEPAD:
        hand.tilt(pygame.CONTROLLER_AXIS_LEFTX, 32_000)
    else:
        hand.press(RIGHT)
    hand.table.tick(30)
    assert scene.networked.observation.pacman.x > before.x
    hand.press(BACK)
    hand.see(PauseScene)
    hand.press(BACK)
    hand.see(PacmanScene)


@pytest.mark.parametrize("device", [GAMEPAD, KEYBOARD])
def test_a_lesson_is_left_by_the_device_that_opened_it(device: str, table: Table, window: pygame.Window) -> None:
    table.manager.push(MenuScene(table.manager))
    table.manager.push(WelcomeScene(table.manager))
    hand = Hand(table, device, window)
    hand.shell.draw(0.0)
    hand.choose(hand.manager.scenes[-1]._group, "Battleship")
    hand.see(LessonScene)
    hand.press(BACK)
    hand.see(PauseScene)


@pytest.mark.parametrize("device", [GAMEPAD, KEYBOARD])
def test_a_hunt_is_chosen_run_paused_and_gone_on_with(device: str, table: Table, window: pygame.Window) -> None:
    table.manager.push(MenuScene(table.manager))
    a_hunt(Hand(table, device, window))


def test_a_file_that_is_dropped_onto_the_window_opens_through_the_loop(
    table: Table, window: pygame.Window, tmp_path: Path
) -> None:
    _, record = next(read_lines(GOLDEN.read_bytes()))
    path = tmp_path / "somebody else's \N{SHIP}.json"
    path.write_text(record.to_line() + "\n", "utf-8")
    archive = Archive(tmp_path / "records")
    table.manager._world = replace(table.manager.world, archive=archive)
    table.manager.push(MenuScene(table.manager))
    shell = Shell(window, table.manager)
    pygame.event.post(pygame.event.Event(pygame.DROPFILE, file=str(path)))
    shell.handle(pygame.event.get())
    wait_until(table, lambda: isinstance(table.manager.scenes[-1], ReplayScene))
    assert table.manager.scenes[-1].record == record
    archive.close()
