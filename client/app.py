"""The window and its loop: input in, ticks at a fixed 60 a second, and as many pictures as the machine has time for.

Rules of the loop: time is counted in ticks, drawing never changes anything, and nothing that could wait is called
from here.  A machine that is too slow to draw 60 pictures a second still plays at full speed.
"""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING

import pygame

from client.scenes.loading import LoadingScene
from client.settings import Settings, home
from client.sound import Sounds
from client.stage import TICKS_PER_SECOND, Stage
from client.ui import theme
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.icon import draw_icon
from client.ui.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scenes.loading import Prepare

TICK_S = 1 / TICKS_PER_SECOND
MOST_TICKS = 6
"""In one go; after a longer standstill (the window was dragged, the machine slept) lost time is let go."""
PICTURES_PER_SECOND = 60
MIN_SIZE = (640, 360)


class NoDisplayError(RuntimeError):
    """There is no screen that a window could be opened on."""


def open_window() -> pygame.Window:
    """Open the window.  Raises NoDisplayError, with SDL's reason."""
    os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")
    os.environ["SDL_VIDEO_X11_WMCLASS"] = "lambda-arcade"  # pygame has put the script's name here
    try:
        pygame.display.init()
    except pygame.error as error:
        raise NoDisplayError(str(error)) from error
    if pygame.display.get_driver() == "offscreen":
        pygame.display.quit()
        raise NoDisplayError("SDL found no screen")
    pygame.font.init()
    try:
        window = pygame.Window("Lambda Arcade", _first_size(), resizable=True, allow_high_dpi=True)
        window.get_surface()
    except pygame.error as error:
        raise NoDisplayError(str(error)) from error
    window.minimum_size = MIN_SIZE
    window.set_icon(draw_icon(128))
    return window


def run(
    window: pygame.Window,
    prepare: Prepare,
    shown: Callable[[], None],
    *,
    game: str | None = None,
    fullscreen: bool | None = None,
) -> None:
    """Show the loading scene, which calls ``prepare`` in a thread, and play until the window is closed.

    ``shown`` is called once, when the first picture is on the screen.  ``game`` and ``fullscreen`` go before what was
    chosen the last time.
    """
    folder = home()
    settings = Settings.load(folder)
    settings.last_game = game or settings.last_game
    if fullscreen is not None:
        settings.fullscreen = fullscreen
    sounds = Sounds(settings.volume)
    stage = Stage(settings, sounds, folder)
    stage.push(LoadingScene(stage, prepare))
    Shell(window, stage).run(shown)
    stage.close()
    sounds.close()
    pygame.display.quit()


class Shell:
    """A window with a stage in it."""

    def __init__(self, window: pygame.Window, stage: Stage) -> None:
        self._window = window
        self._stage = stage
        self._canvas = Canvas(window.get_surface())
        self._inputs = Inputs(self._to_logical)
        self._fullscreen = False
        self._visible = True

    def run(self, shown: Callable[[], None]) -> None:
        """Loop until the stage closes; ``shown`` is called after the first picture."""
        self._draw(0.0)
        shown()
        clock = pygame.time.Clock()
        behind = 0.0
        before = perf_counter()
        while not self._stage.closing:
            self._hear()
            now = perf_counter()
            behind = min(behind + now - before, MOST_TICKS * TICK_S)
            before = now
            while behind >= TICK_S and not self._stage.closing:
                for event in self._inputs.tick():
                    self._stage.handle(event)
                self._stage.tick()
                behind -= TICK_S
            if not self._stage.closing:
                self._draw(behind / TICK_S)
            clock.tick(PICTURES_PER_SECOND)

    def _hear(self) -> None:
        for event in pygame.event.get():
            if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
                self._stage.close()
                return
            if event.type == pygame.KEYDOWN and event.key == pygame.K_F11:
                self._stage.settings.fullscreen = not self._stage.settings.fullscreen
                self._stage.save_settings()
            elif event.type in (pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN):
                self._visible = False
            elif event.type in (pygame.WINDOWRESTORED, pygame.WINDOWSHOWN, pygame.WINDOWEXPOSED):
                self._visible = True
            for meant in self._inputs.translate(event):
                self._stage.device = self._inputs.device
                self._stage.handle(meant)
        if self._fullscreen != self._stage.settings.fullscreen:
            self._fullscreen = self._stage.settings.fullscreen
            if self._fullscreen:
                self._window.set_fullscreen(desktop=True)
            else:
                self._window.set_windowed()

    def _draw(self, alpha: float) -> None:
        if not self._visible:
            return
        surface = self._window.get_surface()
        if surface.get_size() != self._canvas.surface.get_size() or surface is not self._canvas.surface:
            self._canvas.fit(surface)
        surface.fill(theme.ABYSS)
        self._stage.draw(self._canvas, alpha)
        self._window.flip()

    def _to_logical(self, x: float, y: float) -> tuple[float, float]:
        """Return the logical point of a mouse position; on a dense display a window's unit is several pixels."""
        surface, points = self._window.get_surface().get_width(), self._window.size[0]
        dense = surface / points if points else 1.0
        return self._canvas.logical(x * dense, y * dense)


def _first_size() -> tuple[int, int]:
    """Return the largest multiple of an eighth of the logical size that leaves the desktop some room."""
    desktops = pygame.display.get_desktop_sizes()
    width, height = desktops[0] if desktops else (WIDTH, HEIGHT)
    room = min(width * 0.92 / WIDTH, height * 0.88 / HEIGHT, 1.5)
    scale = max(0.5, int(room * 8) / 8)
    return round(WIDTH * scale), round(HEIGHT * scale)
