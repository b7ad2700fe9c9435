"""The window's loop, under SDL's dummy driver: events in, ticks at a fixed pace, pictures out."""

from __future__ import annotations

import threading
from time import monotonic, sleep
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from client.app import Shell, open_window
from client.games.battleship import sounds as battleship_sounds
from client.games.pacman import sounds as pacman_sounds
from client.net.ladder import Ladder
from client.net.remote import RemoteError
from client.scene_manager import TICKS_PER_SECOND
from client.settings import Settings
from client.ui.audio.sounds import Sounds, has_device
from client.ui.audio.synth import RATE, SYNTHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tables import Table

    from client.ui.canvas import Canvas
    from client.ui.inputs import Input


class Watched:
    """A scene that counts, and ends the loop after so many ticks."""

    overlay = False

    def __init__(
        self, table: Table, ticks: int, slow_s: float = 0.0, act: Callable[[int], None] = lambda _: None
    ) -> None:
        self.table = table
        self.left = ticks
        self.ticks = self.pictures = 0
        self.heard: list[Input] = []
        self.gone = False
        self._slow_s = slow_s
        self._act = act

    def handle(self, event: Input) -> None:
        self.heard.append(event)

    def tick(self) -> None:
        self.ticks += 1
        self._act(self.ticks)
        if self.ticks == self.left:
            self.table.manager.close()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - what a scene takes
        assert 0 <= alpha <= 1
        self.pictures += 1
        sleep(self._slow_s)

    def leave(self) -> None:
        self.gone = True


def run(table: Table, scene: Watched) -> float:
    window = open_window()
    table.manager.push(scene)
    before = monotonic()
    shown = []
    Shell(window, table.manager).run(lambda: shown.append(True))
    assert shown == [True]
    window.destroy()
    return monotonic() - before


def test_time_passes_at_its_own_pace_however_slow_drawing_is(table: Table) -> None:
    scene = Watched(table, TICKS_PER_SECOND, slow_s=0.06)
    run(table, scene)
    assert scene.ticks == TICKS_PER_SECOND
    assert scene.pictures < scene.ticks / 2, "pictures are left out, ticks are not"


def test_events_reach_the_scene_and_closing_the_window_leaves_it(table: Table) -> None:
    def act(tick: int) -> None:
        if tick == 2:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN))
        if tick == 5:
            pygame.event.post(pygame.event.Event(pygame.QUIT))

    scene = Watched(table, 600, act=act)
    run(table, scene)
    assert [str(getattr(event, "name", "")) for event in scene.heard].count("accept") == 1
    assert scene.gone
    assert scene.ticks < 600


def test_full_screen_is_toggled_with_f11_and_kept(table: Table, tmp_path: Path) -> None:
    def act(tick: int) -> None:
        if tick == 2:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F11))

    run(table, Watched(table, 8, act=act))
    table.manager.close()
    assert Settings.load(tmp_path).fullscreen


def test_the_first_window_fits_the_screen() -> None:
    window = open_window()
    width, height = pygame.display.get_desktop_sizes()[0]
    assert window.size[0] <= width
    assert window.size[1] <= height
    window.destroy()


def test_the_ladder_never_makes_its_reader_wait_and_tells_what_went_wrong() -> None:
    gate = threading.Event()

    def fetch() -> list[object]:
        gate.wait(60)
        raise RemoteError("unreachable", "nobody is there")

    ladder = Ladder(fetch, every_s=0.01)
    assert ladder.opponents("battleship") == ()
    assert not ladder.looked
    gate.set()
    until = monotonic() + 60
    while not ladder.looked:
        assert monotonic() < until
        sleep(0.001)
    assert ladder.trouble == "nobody is there"
    ladder.close()


ALL_SYNTHS = {**SYNTHS, **battleship_sounds.SYNTHS, **pacman_sounds.SYNTHS}


@pytest.mark.parametrize("name", sorted(ALL_SYNTHS))
def test_every_sound_is_heard_and_never_clips(name: str) -> None:
    samples = ALL_SYNTHS[name]()
    assert samples.ndim == 1
    assert 0.02 * RATE < samples.size < 4 * RATE
    assert np.abs(samples).max() <= 1.0
    assert np.abs(samples).max() > 0.05
    assert np.isfinite(samples).all()


def test_sounds_are_ready_after_a_while_and_what_is_unknown_is_silent() -> None:
    assert has_device(), "the dummy driver is a device"
    sounds = Sounds(0.5)
    sounds.play("ping")
    until = monotonic() + 60
    while "swap" not in sounds._ready:
        assert monotonic() < until
        sleep(0.01)
    sounds.play("ping")
    sounds.play("no such sound")
    sounds.loop("ping")
    sounds.stop()
    sounds.close()
    sounds.play("ping")
