"""The picture follows the window, and time the person: under SDL's dummy driver, through the window's own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame
import pytest
from reach import ways
from rooms import ROOMS, open_battle, open_menu, open_pacman, open_plain, open_settings

from client.app import AMBIENT_SHARE, MIN_SIZE, Shell, _first_size, _least_size, open_window
from client.scene_manager import AMBIENT, CALM, SceneManager
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.scenes.settings import SettingsScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.widgets import Group
from games.battleship.fleet import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tables import Table

SIZES = [(640, 480), (800, 600), (1280, 720), (2560, 1440), (400, 900), (1600, 300), (100, 100), (33, 21)]


@pytest.fixture
def window() -> Iterator[pygame.Window]:
    window = open_window()
    window.minimum_size = (1, 1)
    yield window
    window.destroy()


def picture_of(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


@pytest.mark.parametrize("room", ROOMS)
def test_after_resizing_every_scene_looks_as_if_the_window_had_always_been_so(
    table: Table, window: pygame.Window, room: str
) -> None:
    ROOMS[room](table)
    shell = Shell(window, table.manager)
    shell.draw(0.0)
    for group in (value for value in vars(table.manager.scenes[-1]).values() if isinstance(value, Group)):
        assert len(ways(group)) == len(group.widgets), "every button is come to by directions alone"
        boxes = [pygame.FRect(widget.box) for widget in group.widgets]
        assert not [one for index, one in enumerate(boxes) for two in boxes[index + 1 :] if one.colliderect(two)]
    for size in SIZES:
        window.size = size
        shell.handle(pygame.event.get())
        shell.draw(0.0)
        fresh = Canvas(pygame.Surface(size))
        table.manager.draw(fresh, 0.0)
        assert window.get_surface().get_size() == size
        assert picture_of(window.get_surface()) == picture_of(fresh.surface), size


@pytest.mark.parametrize("room", [name for name in ROOMS if name not in ("battle-end", "pacman-end")])
def test_nothing_that_can_be_clicked_lies_outside(table: Table, room: str) -> None:
    boxes = ROOMS[room](table)
    assert boxes
    for size in (*SIZES, (3840, 2160), (1366, 768), (1081, 1921)):
        surface = pygame.Surface(size)
        canvas = Canvas(surface)
        for box in boxes:
            assert surface.get_rect().contains(canvas.area(box)), (size, box)


def test_a_window_too_small_to_show_anything_is_left_alone(table: Table, window: pygame.Window) -> None:
    open_menu(table)
    shell = Shell(window, table.manager)
    for size in ((31, 18), (1, 1), (2000, 1)):
        window.size = size
        shell.handle(pygame.event.get())
        shell.draw(0.0)
        assert len(set(picture_of(window.get_surface()))) <= 3, size


@pytest.mark.parametrize("size", [(640, 480), (800, 600), (3840, 2160), (400, 900), (1600, 300)])
def test_a_click_on_what_is_seen_means_it_at_once_after_resizing(
    table: Table, window: pygame.Window, size: tuple[int, int]
) -> None:
    settings_button = open_menu(table)[-6]
    shell = Shell(window, table.manager)
    shell.draw(0.0)
    window.size = size
    where = Canvas(pygame.Surface(size)).area(settings_button).center
    press = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=where, button=1)
    shell.handle([*pygame.event.get(), press])
    assert isinstance(table.manager.scenes[-1], SettingsScene)


@pytest.mark.parametrize("desktop", [(640, 480), (800, 600), (1024, 768), (1366, 768), (1920, 1080), (3840, 2160)])
def test_the_window_opens_within_the_desktop_and_large_enough_to_be_read(desktop: tuple[int, int]) -> None:
    first, least = _first_size(desktop), _least_size(desktop)
    assert all(least[side] <= first[side] <= desktop[side] for side in (0, 1))
    assert all(least[side] == min(MIN_SIZE[side], desktop[side]) for side in (0, 1))


def test_f11_is_followed_by_the_switch_in_the_settings(table: Table, window: pygame.Window) -> None:
    open_settings(table)
    shell = Shell(window, table.manager)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, SettingsScene)
    for full in (True, False):
        shell.handle([pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F11, scancode=pygame.KSCAN_F11, mod=0)])
        shell.tick()
        assert scene._full.on is full


def test_the_window_fills_the_screen_at_the_start_when_it_did_the_last_time(
    table: Table, window: pygame.Window
) -> None:
    open_menu(table)
    table.manager.settings.fullscreen = True
    shell = Shell(window, table.manager)
    shell.handle([])
    shell.draw(0.0)
    size = window.get_surface().get_size()
    assert size == pygame.display.get_desktop_sizes()[0]
    assert shell._canvas.scale == min(size[0] / WIDTH, size[1] / HEIGHT)


def test_full_screen_that_the_desktop_has_ended_is_ended_for_the_setting_too(
    table: Table, window: pygame.Window
) -> None:
    open_menu(table)
    table.manager.settings.fullscreen = True
    shell = Shell(window, table.manager)
    shell.handle([])
    shell.handle([])
    window.set_windowed()
    shell.handle(pygame.event.get())
    assert not table.manager.settings.fullscreen
    shell.handle([pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F11)])
    assert window.size == pygame.display.get_desktop_sizes()[0], "F11 works at the first press"


NOW = 1000.0


def shell_of(table: Table, window: pygame.Window) -> Shell:
    shell = Shell(window, table.manager)
    shell.handle(pygame.event.get())
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSGAINED)])
    shell.draw(0.0)
    return shell


def drawn(shell: Shell, seconds: float) -> int:
    """Return how many pictures are drawn in so many seconds of the loop."""
    before = shell.pictures
    shell._drawn_at = NOW
    for number in range(round(seconds * 60)):
        shell.tick()
        now = NOW + (number + 1) / 60
        if shell.due(now):
            shell.draw(0.0)
            shell._drawn_at = now
    return shell.pictures - before


LEFT_BY = (pygame.WINDOWFOCUSLOST, pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN)
BACK_BY = (pygame.WINDOWFOCUSGAINED, pygame.WINDOWRESTORED, pygame.WINDOWSHOWN)


@pytest.mark.parametrize(("left", "back"), list(zip(LEFT_BY, BACK_BY, strict=True)))
def test_pacman_stands_still_while_nobody_is_at_the_window_and_says_so(
    table: Table, window: pygame.Window, left: int, back: int
) -> None:
    open_pacman(table)
    scene = table.manager.scenes[-1]
    shell = Shell(window, table.manager)
    before = scene.match.step_number
    shell.handle([pygame.event.Event(left)])
    for _ in range(120):
        shell.tick()
    assert scene.match.step_number == before
    shell.handle([pygame.event.Event(back)])
    for _ in range(60):
        shell.tick()
    assert scene.match.step_number == before, "only a key or a click goes on"
    pause = table.manager.scenes[-1]
    assert isinstance(pause, PauseScene)
    assert "left" in pause._why
    shell.handle([pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN)])
    shell.tick()
    assert scene.match.step_number == before + 1


def test_a_hunt_that_begins_while_nobody_is_at_the_window_waits(table: Table, window: pygame.Window) -> None:
    shell = Shell(window, table.manager)
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSLOST)])
    open_pacman(table)
    assert isinstance(table.manager.scenes[-1], PauseScene)
    assert table.manager.scenes[0].match.step_number == 0


MOVING = {"pacman", "battle", "battle-end", "battle-told-all", "pacman-told-all", "hunting-lesson"}
"""Rooms in which something moves, or has just moved, for more than to please."""


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in MOVING])
def test_a_still_scene_is_drawn_a_few_times_a_second(table: Table, window: pygame.Window, room: str) -> None:
    ROOMS[room](table)
    shell = shell_of(table, window)
    drawn(shell, seconds=1)
    assert 0 < drawn(shell, seconds=4) <= 4 * 2 * AMBIENT
    table.manager.settings.reduced_motion = True
    assert drawn(shell, seconds=4) <= 4 * CALM


@pytest.mark.parametrize("room", ROOMS)
def test_the_next_picture_shows_what_was_pressed_and_what_changed(
    table: Table, window: pygame.Window, room: str
) -> None:
    ROOMS[room](table)
    shell = shell_of(table, window)
    drawn(shell, seconds=1)
    for what in (
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_LEFT, scancode=pygame.KSCAN_LEFT, mod=0),
        pygame.event.Event(pygame.MOUSEMOTION, pos=(5, 5)),
        pygame.event.Event(pygame.WINDOWEXPOSED),
    ):
        shell._drawn_at = NOW
        shell.handle([what])
        assert shell.due(NOW)
        shell.draw(0.0)


def test_large_pictures_that_only_please_are_fewer(table: Table, window: pygame.Window) -> None:
    open_menu(table)
    shell = shell_of(table, window)
    drawn(shell, seconds=1)
    shell._took_s = AMBIENT_SHARE
    shell._drawn_at = NOW
    assert not shell.due(NOW + 0.9)
    assert shell.due(NOW + 1.0)


def test_what_a_press_sets_off_is_seen_to_its_end(table: Table, window: pygame.Window) -> None:
    open_menu(table)
    shell = shell_of(table, window)
    drawn(shell, seconds=1)
    shell.handle([pygame.event.Event(pygame.MOUSEMOTION, pos=(5, 5))])
    assert drawn(shell, seconds=0.4) == 24


def test_every_picture_of_a_hunt_and_of_a_shot_is_drawn(table: Table, window: pygame.Window) -> None:
    open_pacman(table)
    assert drawn(shell_of(table, window), seconds=2) == 120
    open_battle(table)
    shell = shell_of(table, window)
    scene = table.manager.scenes[-1]
    drawn(shell, seconds=10)
    scene.battle.shoot(next(cell for cell in (Cell(9, 9), Cell(9, 8)) if scene.battle.may_shoot(cell)))
    assert drawn(shell, seconds=0.5) >= 29


def test_an_answer_is_seen_in_the_next_picture(table: Table, window: pygame.Window) -> None:
    open_plain(table)
    shell = shell_of(table, window)
    drawn(shell, seconds=2)
    scene = table.manager.scenes[-1]
    scene.match.play("A1")
    while not scene.match.moves:
        shell.draw(0.0)
        table.tick()
    assert table.manager.stale


def test_a_window_that_nobody_sees_is_not_drawn(table: Table, window: pygame.Window) -> None:
    open_pacman(table)
    shell = shell_of(table, window)
    shell.handle([pygame.event.Event(pygame.WINDOWMINIMIZED)])
    assert drawn(shell, seconds=3) == 0
    shell.handle([pygame.event.Event(pygame.WINDOWRESTORED)])
    assert shell.due(NOW)


def test_a_window_that_is_not_ours_says_nothing_about_us(table: Table, window: pygame.Window) -> None:
    shell = Shell(window, table.manager)
    other = pygame.Window("other", (64, 64))
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSLOST, window=other)])
    assert not table.manager.away
    other.destroy()


def test_a_battle_in_turns_waits_for_its_person_anyway(table: Table, window: pygame.Window) -> None:
    open_battle(table)
    scene = table.manager.scenes[-1]
    shell = Shell(window, table.manager)
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSLOST)])
    shell.tick()
    assert table.manager.scenes[-1] is scene


def test_sounds_stop_while_nobody_is_at_the_window(tmp_path: Path, window: pygame.Window) -> None:
    sounds = Sounds(0.5)
    while "ping" not in sounds._ready:
        pygame.time.wait(5)
    manager = SceneManager(Settings(), sounds, tmp_path)
    shell = Shell(window, manager)
    sounds.play("ping")
    sounds.loop("ping")
    assert pygame.mixer.get_busy()
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSLOST)])
    sounds.play("ping")
    sounds.loop("ping")
    assert not pygame.mixer.get_busy()
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSGAINED)])
    sounds.play("ping")
    assert pygame.mixer.get_busy()
    manager.close()
    sounds.close()


def test_the_menu_stays_as_it_is_while_nobody_is_at_the_window(table: Table, window: pygame.Window) -> None:
    open_menu(table)
    shell = Shell(window, table.manager)
    shell.handle([pygame.event.Event(pygame.WINDOWFOCUSLOST)])
    shell.tick()
    assert isinstance(table.manager.scenes[-1], MenuScene)
