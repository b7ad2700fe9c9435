"""The scene without a window: inputs in, actions out, and a picture of every moment."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pygame
import pytest
from pacman_fakes import Fake, Hanging, classic, info, last_exit

from client.games.pacman.scene import OVER_TICKS, PacmanScene
from client.games.pacman.swap import TeamSwapScene
from client.scene_manager import SceneManager, Services, Setup
from client.scenes.menu import MenuScene
from client.scenes.pause import PauseScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import Canvas
from client.ui.inputs import ACCEPT, BACK, DOWN, LEFT, RIGHT, SHUFFLE, SWAP, UP, Command, Pointer
from games.pacman.mazes import POCKET
from games.pacman.names import GHOSTS
from games.record import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from client.net.remote import OpponentInfo
    from games.record import GameRecord

BEGIN = 250
"""Ticks until play begins."""


class Table:
    """A manager with a scene on it, and all that a test looks at."""

    def __init__(self, folder: Path) -> None:
        self.records: list[GameRecord] = []
        self.fakes: dict[str, Fake] = {}
        self.manager = SceneManager(Settings(name="Ada"), Sounds(silent=True), folder)
        self.manager.open(
            Services(
                fetch=lambda: [info("first"), info("second", "4")],
                connect=pytest.fail,
                journal=lambda: None,
                finished=self.records.append,
                random=Random(1),
            ),
            lambda: MenuScene(self.manager),
        )
        self.canvas = Canvas(pygame.Surface((640, 360)))

    def sit_down(
        self, make: Callable[[OpponentInfo], Fake] = lambda one: Fake(classic, one.name), **options: object
    ) -> PacmanScene:
        def reach(one: OpponentInfo) -> Fake:
            self.fakes[one.name] = make(one)
            return self.fakes[one.name]

        scene = PacmanScene(self.manager, Setup("pacman", info("first"), options), reach)
        self.manager.push(scene)
        return scene

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.manager.tick()

    def press(self, *names: str) -> None:
        for name in names:
            self.manager.handle(Command(name))

    def picture(self) -> bytes:
        self.manager.draw(self.canvas, 0.5)
        return pygame.image.tobytes(self.canvas.surface, "RGB")


def field(table: Table, scene: PacmanScene, canvas: Canvas) -> bytes:
    """Draw the scene as the window does; return the maze and all that is in it."""
    table.manager.draw(canvas, 0.5)
    return pygame.image.tobytes(canvas.surface.subsurface(scene.board.picture.area(canvas)), "RGB")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    pygame.font.init()
    table = Table(tmp_path)
    yield table
    table.manager.close()


def wishes(scene: PacmanScene) -> list[str]:
    return [turn.action for turn in scene.match.record().turns if turn.player == "pacman"]


def test_what_is_drawn_on_the_picture_before_is_what_is_drawn_on_an_empty_one(table: Table) -> None:
    """Walls and dots under whoever moved on, points that rise, sparks, insights, words: nothing of it stays behind."""
    scene = table.sit_down(lives=2)
    scene.networked.explain = True
    random = Random(3)
    seen = set()
    for number in range(400):
        table.ticks(random.randrange(1, 16))
        table.press(random.choice((LEFT, RIGHT, UP, DOWN)))
        shown = field(table, scene, table.canvas)
        seen.add(scene.networked.observation.phase)
        if number % 8 == 7:
            assert shown == field(table, scene, Canvas(pygame.Surface((640, 360)))), f"picture {number}"
        if scene.over:
            break
    assert {"ready", "play", "caught"} <= seen


def test_a_window_that_was_covered_or_changed_is_drawn_whole(table: Table) -> None:
    scene = table.sit_down()
    table.ticks(BEGIN)
    whole = table.picture()
    assert table.canvas.drawn_by is scene
    table.canvas.surface.fill((255, 0, 0))
    assert table.picture() != whole, "only what has changed is drawn"
    table.canvas.fit(pygame.Surface((640, 360)))
    assert table.picture() == whole
    table.press(BACK)
    covered = table.picture()
    assert table.canvas.drawn_by is None
    table.manager.pop()
    assert table.picture() == whole != covered


def test_every_press_is_an_action_once(table: Table):
    scene = table.sit_down()
    for name in (UP, UP, LEFT, DOWN):
        table.press(name)
        table.ticks(5)
    assert wishes(scene) == [UP, LEFT, DOWN]


def test_the_pointer_steers_towards_itself_while_its_button_is_down(table: Table):
    scene = table.sit_down()
    table.ticks(BEGIN)
    pacman = scene.networked.observation.pacman
    x, y = scene.board.point(pacman.x, pacman.y)
    table.manager.handle(Pointer("move", x + 100, y))
    table.ticks(1)
    assert wishes(scene) == []
    table.manager.handle(Pointer("press", x + 100, y + 10, button=1))
    table.ticks(1)
    table.manager.handle(Pointer("move", x + 10, y - 200))
    table.ticks(1)
    table.manager.handle(Pointer("release", x, y, button=1))
    table.manager.handle(Pointer("move", x - 300, y))
    table.ticks(1)
    assert wishes(scene) == [RIGHT, UP]


def test_a_button_that_was_down_when_the_window_was_left_steers_no_more(table: Table):
    scene = table.sit_down()
    table.ticks(BEGIN)
    pacman = scene.networked.observation.pacman
    x, y = scene.board.point(pacman.x, pacman.y)
    table.manager.handle(Pointer("press", x, y, button=1))
    table.manager.away = True
    table.ticks(1)
    table.manager.away = False
    table.press(BACK)
    table.manager.handle(Pointer("move", x + 100, y))
    table.ticks(1)
    assert wishes(scene) == []


def test_pacman_runs_where_he_is_sent(table: Table):
    scene = table.sit_down()
    table.press(RIGHT)
    before = scene.networked.observation.pacman.x
    table.ticks(BEGIN + 30)
    assert scene.networked.observation.pacman.x > before


def test_a_whole_game_is_played_drawn_and_recorded(table: Table):
    scene = table.sit_down(lambda one: Fake(last_exit, one.name), maze=POCKET, lives=1)
    pictures = set()
    for tick in range(60 * 180):
        table.press((LEFT, DOWN, RIGHT, UP)[tick // 50 % 4])
        table.ticks(1)
        if tick % 97 == 0:
            pictures.add(table.picture())
        if scene.over:
            break
    assert scene.over
    assert len(pictures) > 3
    table.ticks(OVER_TICKS + 1)
    (record,) = table.records
    assert record.outcome is not None
    assert [one.name for one in record.participants] == ["Ada", "first"]
    verify(record)
    table.press(ACCEPT)
    assert table.manager.scenes[-1] is scene, "nobody has seen the buttons yet"
    table.picture()
    table.press(ACCEPT)
    again = table.manager.scenes[-1]
    assert isinstance(again, PacmanScene)
    assert again is not scene
    assert len(table.records) == 1


def test_no_tick_and_no_picture_waits_for_functions_that_hang(table: Table):
    scene = table.sit_down(lambda _: Hanging(), lives=1)
    for tick in range(BEGIN + 400):  # all of it passes while not one answer has come
        table.ticks(1)
        if tick % 100 == 0:
            table.picture()
    counts = scene.networked.schedule.counts
    assert (counts.answered, counts.used) == (0, 0)
    assert counts.fallback > 0
    assert all(fake.on_main_thread == 0 for fake in table.fakes.values())
    for fake in table.fakes.values():
        assert isinstance(fake, Hanging)
        fake.released.set()


def test_a_pause_stops_time_and_goes_on(table: Table):
    scene = table.sit_down()
    table.ticks(300)
    table.press(BACK)
    assert isinstance(table.manager.scenes[-1], PauseScene)
    table.ticks(50)
    assert scene.match.step_number == 300
    table.picture()
    table.press(BACK)
    table.ticks(1)
    assert scene.match.step_number == 301


def test_tab_gives_one_ghost_to_another_function(table: Table):
    scene = table.sit_down()
    table.ticks(300)
    table.press(SWAP)
    overlay = table.manager.scenes[-1]
    assert isinstance(overlay, TeamSwapScene)
    while not overlay._picker._rows:  # the ladder looks in a thread of its own
        table.ticks(1)
    table.press(RIGHT, RIGHT, DOWN)
    table.picture()
    table.press(ACCEPT)
    assert table.manager.scenes[-1] is scene
    assert {ghost: one.info.name for ghost, one in scene.networked.team.controllers.items()} == {
        "blinky": "first",
        "pinky": "second",
        "inky": "first",
        "clyde": "first",
    }
    table.ticks(5)
    table.manager.close()
    (record,) = table.records
    seats = [one.name for one in record.participants if one.player == "ghosts"]
    assert seats == ["first", "blinky:first pinky:second inky:first clyde:first"]
    verify(record)


def test_tab_gives_the_whole_pack_to_another_function(table: Table):
    scene = table.sit_down()
    table.press(SWAP)
    overlay = table.manager.scenes[-1]
    assert isinstance(overlay, TeamSwapScene)
    assert overlay.ghosts == GHOSTS
    while not overlay._picker._rows:
        table.ticks(1)
    table.press(DOWN, ACCEPT)
    assert {one.info.name for one in scene.networked.team.controllers.values()} == {"second"}


def test_explaining_is_asked_for_and_no_longer(table: Table):
    scene = table.sit_down()
    table.press(SHUFFLE)
    assert scene.networked.explain
    table.press(SHUFFLE)
    assert not scene.networked.explain


def test_leaving_hands_the_abandoned_match_over_and_shows_the_menu(table: Table):
    table.sit_down()
    table.ticks(300)
    table.press(BACK, DOWN, DOWN, DOWN, ACCEPT, DOWN, ACCEPT)
    assert isinstance(table.manager.scenes[-1], MenuScene)
    (record,) = table.records
    assert record.outcome is None
    assert record.steps == 300
    verify(record)


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1000, 900)])
def test_every_size_of_window_shows_walls_dots_and_ghosts(table: Table, size: tuple[int, int]):
    scene = table.sit_down()
    table.canvas.fit(pygame.Surface(size))
    table.ticks(BEGIN)
    with_dots = table.picture()
    scene.board.picture.draw(table.canvas, (9, 9, 9), frozenset())
    assert table.picture() == with_dots
    assert len(set(with_dots)) > 60
