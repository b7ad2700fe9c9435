"""The window and its loop: input in, ticks at a fixed 60 a second, and the pictures that show something new.

Rules of the loop: time is counted in ticks, drawing never changes anything, and nothing that could wait is called
from here.  A machine that is too slow to draw 60 pictures a second still plays at full speed.  A scene in which nothing
moves is drawn when something was pressed or has changed, and a few times a second; a window that nobody sees, never.
"""

from __future__ import annotations

import os
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

import pygame

from client.scene_manager import EVERY, TICKS_PER_SECOND, SceneManager
from client.scenes.loading import LoadingScene
from client.settings import Settings, home
from client.ui import theme
from client.ui.audio.sounds import Sounds
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from client.ui.icon import draw_icon
from client.ui.inputs import Command, Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from client.scenes.loading import Prepare

TICK_S = 1 / TICKS_PER_SECOND
MOST_TICKS = 6
"""In one go; after a longer standstill (the window was dragged, the machine slept) lost time is let go."""
LOOKS_PER_SECOND, UNSEEN_LOOKS_PER_SECOND = 60, 15
"""How often the loop looks for input, and how often while the window cannot be seen."""
AMBIENT_SHARE = 0.04
"""Of a core: what pictures that only please may take at most, however large they are."""
MIN_SIZE = (800, 600)
"""Below it the picture is still fitted whole, but its small print can no longer be read."""
LEAST_SCALE = 0.025
"""In a window of less than 32 x 18 pixels there is nothing to see, and nothing is drawn."""


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
    if pygame.display.get_driver() == "x11":
        # by shared memory: as a texture of OpenGL a picture costs the processor twenty times as much
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    if pygame.display.get_driver() == "offscreen":
        pygame.display.quit()
        raise NoDisplayError("SDL found no screen")
    pygame.font.init()
    try:
        window = pygame.Window("Lambda Arcade", _first_size(_desktop()), resizable=True, allow_high_dpi=True)
        window.get_surface()
    except pygame.error as error:
        raise NoDisplayError(str(error)) from error
    window.minimum_size = _least_size(_desktop())
    window.set_icon(draw_icon(128))
    return window


def run(
    window: pygame.Window,
    prepare: Prepare,
    shown: Callable[[], None],
    *,
    game: str | None = None,
    fullscreen: bool | None = None,
    warn: Callable[[str], object],
) -> None:
    """Show the loading scene, which calls ``prepare`` in a thread, and play until the window is closed.

    ``shown`` is called once, when the first picture is on the screen.  ``game`` and ``fullscreen`` go before what was
    chosen the last time.  ``warn`` is told what cannot be taken from the settings that were kept.
    """
    folder = home()
    settings = Settings.load(folder, warn)
    settings.last_game = game or settings.last_game
    if fullscreen is not None:
        settings.fullscreen = fullscreen
    sounds = Sounds(settings.volume)
    manager = SceneManager(settings, sounds, folder)
    manager.push(LoadingScene(manager, prepare))
    Shell(window, manager).run(shown)
    manager.close()
    sounds.close()
    pygame.display.quit()


class Shell:
    """A window that shows the scenes of a ``SceneManager``.

    ``run`` is the loop; a test calls its three steps itself.
    """

    def __init__(self, window: pygame.Window, manager: SceneManager) -> None:
        self._window = window
        self._manager = manager
        self._canvas = Canvas(window.get_surface())
        self._inputs = Inputs(self._to_logical)
        self._bound: tuple[dict[str, str], dict[str, str]] = ({}, {})
        """Keys and buttons of the person's own, as they are in use."""
        self._fullscreen = False
        self._filled = False
        """Whether the window fills the screen by now."""
        self._visible = True
        self.pictures = 0
        """How many were drawn."""
        self._drawn_at = 0.0
        self._took_s = 0.0
        """What the last picture took of a core."""
        self._moved = True
        """Whether the last picture was one of something that moves: one more shows where that ended."""
        self._focused = window.focused
        manager.away = not self._focused

    def run(self, shown: Callable[[], None]) -> None:
        """Loop until the window closes; ``shown`` is called after the first picture."""
        self.draw(0.0)
        shown()
        clock = pygame.time.Clock()
        behind = 0.0
        before = perf_counter()
        while not self._manager.closing:
            self.handle(pygame.event.get())
            now = perf_counter()
            behind = min(behind + now - before, MOST_TICKS * TICK_S)
            before = now
            while behind >= TICK_S and not self._manager.closing:
                self.tick()
                behind -= TICK_S
            if not self._manager.closing and self.due(now):
                self.draw(behind / TICK_S)
                self._drawn_at = now
            clock.tick(LOOKS_PER_SECOND if self._visible else UNSEEN_LOOKS_PER_SECOND)

    def due(self, now: float) -> bool:
        """Return whether a picture drawn ``now`` (seconds) would show something new."""
        pace = self._manager.pace
        moved, self._moved = self._moved, pace >= EVERY
        wait_s = max(1 / pace, self._took_s / AMBIENT_SHARE)
        return self._visible and (moved or self._moved or self._manager.stale or now - self._drawn_at >= wait_s)

    def handle(self, events: Iterable[pygame.event.Event]) -> None:
        """Act on what has happened since the last time."""
        self._fit()
        settings = self._manager.settings
        if self._bound != (settings.keys, settings.pad):
            self._bound = dict(settings.keys), dict(settings.pad)
            self._inputs.bind(*self._bound)
        for event in events:
            if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
                self._manager.close()
                return
            self._watch(event)
            self._inputs.capture = self._manager.capture
            for meant in self._inputs.translate(event):
                self._manager.device = self._inputs.device
                if not (isinstance(meant, Command) and self._manager.set_by_key(meant.name)):
                    self._manager.handle(meant)
        self._fill()

    def tick(self) -> None:
        """Let one tick pass."""
        for event in self._inputs.tick():
            self._manager.handle(event)
        self._manager.tick()

    def draw(self, alpha: float) -> None:
        """Draw a picture and show it; ``alpha`` (0 to 1) is how far the next tick is."""
        if not self._visible:
            return
        began = thread_time()
        self.pictures += 1
        self._manager.stale = False
        self._fit()
        if self._canvas.scale >= LEAST_SCALE:
            self._manager.draw(self._canvas, alpha)
        else:
            self._canvas.surface.fill(theme.ABYSS)
            self._canvas.drawn_by = None
        self._window.flip()
        self._took_s = thread_time() - began

    def _watch(self, event: pygame.event.Event) -> None:
        """Follow whether the window can be seen and has the keyboard, and whether it is to be drawn anew."""
        if event.dict.get("window", self._window) is not self._window:
            return
        if event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWSIZECHANGED, pygame.WINDOWRESTORED, pygame.WINDOWSHOWN):
            self._manager.refresh()
        if event.type in (pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN):
            self._visible = False
        elif event.type in (pygame.WINDOWRESTORED, pygame.WINDOWSHOWN, pygame.WINDOWEXPOSED):
            self._visible = True
        elif event.type in (pygame.WINDOWFOCUSLOST, pygame.WINDOWFOCUSGAINED):
            self._focused = event.type == pygame.WINDOWFOCUSGAINED
        else:
            return
        self._manager.away = not (self._visible and self._focused)

    def _fill(self) -> None:
        """Fill the screen or leave it, as it is set; where the desktop has ended full screen itself, set it so."""
        settings = self._manager.settings
        if self._fullscreen:
            filled = self._window.size in pygame.display.get_desktop_sizes()
            if self._filled and not filled and self._visible:
                settings.fullscreen = False
                self._manager.save_settings()
            self._filled = filled
        if self._fullscreen != settings.fullscreen:
            self._fullscreen, self._filled = settings.fullscreen, False
            if self._fullscreen:
                self._window.set_fullscreen(desktop=True)
            else:
                self._window.set_windowed()

    def _fit(self) -> None:
        self._canvas.fit(self._window.get_surface())

    def _to_logical(self, x: float, y: float) -> tuple[float, float]:
        """Return the logical point of a mouse position; on a dense display a window's unit is several pixels."""
        surface, points = self._window.get_surface().get_width(), self._window.size[0]
        dense = surface / points if points else 1.0
        return self._canvas.logical(x * dense, y * dense)


def _first_size(desktop: tuple[int, int]) -> tuple[int, int]:
    """Return the largest multiple of an eighth of the logical size that leaves ``desktop`` some room."""
    width, height = desktop
    room = min(width * 0.92 / WIDTH, height * 0.88 / HEIGHT, 1.5)
    scale = max(0.125, int(room * 8) / 8)
    least = _least_size(desktop)
    return max(least[0], round(WIDTH * scale)), max(least[1], round(HEIGHT * scale))


def _least_size(desktop: tuple[int, int]) -> tuple[int, int]:
    """Return the smallest window in which everything can be read, or the desktop where that is smaller still."""
    return min(MIN_SIZE[0], desktop[0]), min(MIN_SIZE[1], desktop[1])


def _desktop() -> tuple[int, int]:
    desktops = pygame.display.get_desktop_sizes()
    return desktops[0] if desktops else (WIDTH, HEIGHT)
