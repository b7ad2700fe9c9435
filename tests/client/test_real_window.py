"""The window on a real X server, under a window manager (openbox) and without one, used through xdotool.

These tests need Xvfb, openbox and xdotool; ``bootstrap.py test`` says so and leaves them out where they are missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest

from client.games.backgammon.geometry import place_box
from client.ui.canvas import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.window

SCREEN = (3840, 2160)
PATIENCE_S = 30.0
PROGRAM = Path(__file__).with_name("window_program.py")
DRAG = Path(__file__).with_name("xdnd.py")
GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"
SETTINGS_BUTTON, NAME_BUTTON = (387, 664), (179, 664)
OTHER = """
import pygame
pygame.display.init()
window = pygame.Window("other", (300, 200))
window.get_surface()
while not any(event.type == pygame.QUIT for event in pygame.event.get()):
    pygame.time.wait(20)
"""


def start(*words: str | Path, env: dict[str, str], **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*map(str, words)], env=env, **options)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE_S)


class Desktop:
    """An X server, and the program's window on it."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env = env
        self.folder = folder
        self.program: subprocess.Popen[bytes] | None = None
        self.window = ""

    def open(self, scene: str = "menu", **settings: object) -> None:
        (self.folder / "settings.json").write_text(json.dumps(settings), "utf-8")
        self.program = start(sys.executable, PROGRAM, self.folder, scene, env=self.env)
        self.window = str(self.until(lambda now: bool(now["scenes"]) and not now["away"])["window"])

    def tell(self, *words: str) -> str:
        command = ["xdotool", *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        return done.stdout

    def status(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "status.json").read_text("utf-8")))
        except FileNotFoundError:
            return {"scenes": [], "count": 0}

    def until(self, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = monotonic() + PATIENCE_S
        while not done(now := self.status()):
            assert self.program is not None
            assert self.program.poll() is None, f"the program ended: {now}"
            assert monotonic() < end, json.dumps(now)
            sleep(0.02)
        return now

    def still(self, looks: int = 20) -> dict[str, Any]:
        """Return what is shown when the program has looked some more times."""
        count = self.status()["count"]
        return self.until(lambda now: now["count"] > count + looks)

    def resize(self, width: int, height: int) -> None:
        self.tell("windowsize", self.window, str(width), str(height))

    def click(self, x: float, y: float) -> None:
        """Click on a logical point as somebody would who sees the whole picture in the middle of the window."""
        width, height = self.status()["size"]
        scale = min(width / WIDTH, height / HEIGHT)
        place = ((width - WIDTH * scale) / 2 + x * scale, (height - HEIGHT * scale) / 2 + y * scale)
        self.tell("mousemove", "--window", self.window, *(str(round(one)) for one in place))
        self.tell("click", "1")


@contextmanager
def screen(folder: Path, size: tuple[int, int], *, managed: bool) -> Iterator[Desktop]:
    reader, writer = os.pipe()
    env = {**os.environ, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy", "LC_ALL": "C.UTF-8"}
    words = ("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp")
    started = [start(*words, env=env, pass_fds=(writer,), stderr=subprocess.DEVNULL)]
    os.close(writer)
    with os.fdopen(reader) as told:
        env["DISPLAY"] = f":{told.readline().strip()}"
    desktop = Desktop(env, folder)
    try:
        if managed:
            started.append(start("openbox", "--sm-disable", env=env, stderr=subprocess.DEVNULL))
        yield desktop
    finally:
        if desktop.program is not None:
            started.append(desktop.program)
        for process in reversed(started):
            stop(process)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    with screen(tmp_path, SCREEN, managed=True) as desktop:
        yield desktop


def works(desktop: Desktop, size: tuple[int, int]) -> None:
    """See that the window has come to ``size`` with the whole picture in it, and that a click means what it shows."""
    wanted = min(size[0] / WIDTH, size[1] / HEIGHT)
    now = desktop.until(lambda now: tuple(now["size"]) == size and now["scale"] == pytest.approx(wanted))
    assert (now["left"], now["top"]) == (round((size[0] - WIDTH * wanted) / 2), round((size[1] - HEIGHT * wanted) / 2))
    desktop.click(*SETTINGS_BUTTON)
    desktop.until(lambda now: now["scenes"] == ["MenuScene", "SettingsScene"])
    desktop.tell("key", "Escape")
    desktop.until(lambda now: now["scenes"] == ["MenuScene"])


def test_the_picture_follows_a_window_that_is_resized_and_fills_the_screen_both_ways(desktop: Desktop) -> None:
    desktop.open()
    for size in ((800, 600), (1280, 800), (2560, 1440), (1600, 620), (810, 1200)):
        desktop.resize(*size)
        works(desktop, size)
    desktop.resize(640, 480)
    works(desktop, (800, 600))
    for size in (SCREEN, (800, 600), SCREEN, (800, 600)):
        desktop.tell("key", "F11")
        works(desktop, size)


def test_a_window_that_filled_the_screen_the_last_time_does_so_from_the_start(desktop: Desktop) -> None:
    desktop.open(fullscreen=True)
    works(desktop, SCREEN)


def test_the_picture_fits_below_the_least_size_and_at_odd_shapes_where_nobody_manages_windows(tmp_path: Path) -> None:
    with screen(tmp_path, (1700, 1000), managed=False) as desktop:
        desktop.open()
        for size in ((640, 480), (400, 900), (1600, 300), (320, 200)):
            desktop.resize(*size)
            works(desktop, size)


def test_a_window_on_a_small_screen_lies_within_it(tmp_path: Path) -> None:
    with screen(tmp_path, (640, 480), managed=True) as desktop:
        desktop.open()
        width, height = desktop.status()["size"]
        assert width <= 640
        assert height <= 480


def test_pacman_pauses_while_the_window_is_minimised_or_another_has_the_keyboard(desktop: Desktop) -> None:
    desktop.open("pacman")
    desktop.until(lambda now: now["steps"] > 10)
    desktop.tell("windowminimize", desktop.window)
    paused = desktop.until(lambda now: now["scenes"] == ["PacmanScene", "PauseScene"])
    assert desktop.still()["steps"] == paused["steps"]
    desktop.tell("windowactivate", desktop.window)
    desktop.until(lambda now: not now["away"])
    assert desktop.still()["steps"] == paused["steps"]
    desktop.tell("key", "Escape")
    desktop.until(lambda now: now["scenes"] == ["PacmanScene"] and now["steps"] > paused["steps"])
    other = start(sys.executable, "-c", OTHER, env=desktop.env)
    paused = desktop.until(lambda now: now["scenes"] == ["PacmanScene", "PauseScene"])
    assert desktop.still()["steps"] == paused["steps"]
    stop(other)


def test_a_menu_in_which_nobody_does_anything_is_drawn_seldom_and_a_minimised_one_never(desktop: Desktop) -> None:
    desktop.open()

    def pictures_in_two_seconds() -> int:
        first = desktop.status()
        last = desktop.until(lambda now: now["ticks"] >= first["ticks"] + 120)
        return int(last["pictures"] - first["pictures"])

    pictures_in_two_seconds()
    assert 0 < pictures_in_two_seconds() <= 20
    before = desktop.status()["pictures"]
    desktop.tell("key", "Down")
    desktop.until(lambda now: now["pictures"] >= before + 20)
    desktop.tell("windowminimize", desktop.window)
    desktop.until(lambda now: now["away"])
    assert pictures_in_two_seconds() == 0
    desktop.tell("windowactivate", desktop.window)
    desktop.until(lambda now: not now["away"])
    assert pictures_in_two_seconds() > 0


def test_of_overlapping_keys_the_latest_steers(desktop: Desktop) -> None:
    desktop.open("pacman")
    desktop.until(lambda now: now["steps"] > 10)
    wanted = []
    for older, newer in (("Left", "Up"), ("Up", "Right"), ("Right", "Down"), ("Down", "Left")):
        desktop.tell("keydown", older)
        desktop.still(25)
        desktop.tell("keydown", newer)
        desktop.still(25)
        desktop.tell("keyup", older, "keyup", newer)
        wanted += [word.lower() for word in (older, newer) if not wanted or wanted[-1] != word.lower()]
    assert desktop.still()["actions"] == wanted


def test_a_file_that_is_dragged_onto_the_window_is_opened_and_what_is_no_record_is_named(
    desktop: Desktop, tmp_path: Path
) -> None:
    first = GOLDEN.read_bytes().splitlines()[0]
    (tmp_path / "somebody else's \N{SHIP}.json").write_bytes(first)
    (tmp_path / "no record.json").write_text("hello", "utf-8")
    desktop.open()
    for name, scene in (("somebody else's \N{SHIP}.json", "ReplayScene"), ("no record.json", "OpeningScene")):
        words = [sys.executable, str(DRAG), desktop.window, str(tmp_path / name)]
        subprocess.run(words, env=desktop.env, check=True, timeout=PATIENCE_S)
        desktop.until(lambda now, scene=scene: now["scenes"][-1] == scene)
        desktop.tell("key", "Escape")
        desktop.until(lambda now: now["scenes"] == ["MenuScene"])


def test_nothing_that_is_typed_ends_the_window_and_chords_write_nothing(desktop: Desktop) -> None:
    desktop.open(name="\ufe0f")
    desktop.click(*NAME_BUTTON)
    desktop.until(lambda now: now.get("name") == "Captain")
    desktop.tell("key", "x")
    desktop.until(lambda now: now["name"] == "Captainx")
    desktop.tell("key", "alt+w", "ctrl+w", "super+w")
    assert desktop.still()["name"] == "Captainx"
    desktop.tell("key", "--delay", "100", "U2764", "UFE0F", "U0301", "U5E9", "U200D", "U1F600")
    desktop.still()
    desktop.tell("key", "Return")
    desktop.until(lambda now: now["scenes"] == ["MenuScene"])
    desktop.still()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_whole_match_of_backgammon_is_played_with_the_mouse(desktop: Desktop) -> None:
    desktop.open("backgammon", enemy_pause=0.0)
    desktop.resize(1280, 800)
    desktop.until(lambda now: now["size"] == [1280, 800])
    desktop.tell("key", "w", "o", "r", "d")
    desktop.click(845, 613)  # begin
    chance = Random(3)
    while not (now := desktop.until(can_act))["ended"]:
        if "Play" in now["buttons"] or "Pass" in now["buttons"]:
            press(desktop, "Pass" if "Pass" in now["buttons"] else "Play", now)
            continue
        source, target = chance.choice(now["moves"])
        desktop.click(*middle(source))
        desktop.until(lambda now, source=source: now["taken"] == source)
        desktop.click(*middle(target))
        desktop.until(lambda now, before=now: now["made"] > before["made"])
    assert "Outcome(winner=" in now["outcome"]
    press(desktop, "Menu", now)
    desktop.until(lambda now: now["scenes"] == ["MenuScene"])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_whole_match_of_backgammon_is_played_with_the_keyboard(desktop: Desktop) -> None:
    desktop.open("backgammon", enemy_pause=0.0, play_forced=False)
    desktop.tell("key", "w", "o", "r", "d", "Return")
    while not (now := desktop.until(can_act))["ended"]:
        if not now["moves"]:
            desktop.tell("key", "Return")
            desktop.until(lambda now, before=now: now["step"] > before["step"])
            continue
        desktop.tell("key", "Next")
        desktop.tell("key", "Return")
        desktop.until(lambda now: now["taken"] is not None)
        desktop.tell("key", "Next")
        desktop.tell("key", "Return")
        now = desktop.until(lambda now, before=now: now["made"] > before["made"])
        if len(now["log"]) == 5 and now["made"] == 1:
            desktop.tell("key", "BackSpace")
            desktop.until(lambda now: now["made"] == 0)
    desktop.still()
    desktop.tell("key", "Return")
    desktop.until(lambda now: now["scenes"] == ["BeforeScene"])


def can_act(now: dict[str, Any]) -> bool:
    """Whether the person has something to do in backgammon."""
    return "ended" in now and (now["ended"] or bool(now["moves"]) or bool({"Play", "Pass"} & set(now["buttons"])))


def middle(place: int) -> tuple[float, float]:
    left, top, width, height = place_box(place)
    return left + width / 2, top + height / 2


def press(desktop: Desktop, label: str, now: dict[str, Any]) -> None:
    left, top, width, height = now["buttons"][label]
    desktop.click(left + width / 2, top + height / 2)
    desktop.until(lambda after: after.get("step") != now["step"] or label not in after.get("buttons", {}))
