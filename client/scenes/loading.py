"""The first scene: while the cloud starts and functions are deployed, it shows what is being done and how long it took.

``prepare`` runs in a thread and hands back the services; what goes wrong there is shown with a way to try again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin, tau
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from client.scene_manager import AMBIENT, TICKS_PER_SECOND, Services, Setup
from client.scenes import open_scene
from client.scenes.menu import MenuScene
from client.scenes.opening import OpeningScene
from client.scenes.welcome import WelcomeScene
from client.troubles import told
from client.ui import theme
from client.ui.canvas import WIDTH
from client.ui.icon import draw_mark
from client.ui.inputs import BACK, Command
from client.ui.sea import draw_backdrop
from client.ui.widgets import Button, Group
from games.core import GameError

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input

Report: TypeAlias = Callable[[str, float | None], None]
"""``(what, seconds)``: without seconds ``what`` has begun, with them it is done.  May be called from any thread."""
Prepare: TypeAlias = Callable[[Report], tuple[Services, Setup | None]]
"""Returns what scenes need, and the match to begin with; without one the menu opens."""
SHOWN = 9
"""Lines at a time; the last ones."""
LOGS = "Try again, or look at the logs with:  lambda-arcade cloud logs"


@dataclass(slots=True)
class Line:
    """One thing that is done."""

    what: str
    began: float
    seconds: float | None = None


class LoadingScene:
    """Runs ``prepare`` and goes on to the menu."""

    overlay = False
    pace = 2 * AMBIENT

    def __init__(self, manager: SceneManager, prepare: Prepare) -> None:
        self._manager = manager
        self._prepare = prepare
        self._ticks = 0
        self._group: Group | None = None
        self._trouble = ""
        self._advice = LOGS
        self._begin()

    def handle(self, event: Input) -> None:
        """Leave with back; after an error, try again."""
        if isinstance(event, Command) and event.name == BACK:
            self._manager.close()
        elif self._group is not None:
            self._group.handle(event)

    def tick(self) -> None:
        """Go on as soon as everything is ready."""
        self._ticks += 1
        if self._ready is not None:
            self._go_on(*self._ready)
        elif self._error is not None and self._group is None:
            self._trouble = self._error
            middle = WIDTH / 2
            self._group = Group(
                [
                    Button((middle - 180, 600, 170, 48), "Try again", self._begin, "primary"),
                    Button((middle + 10, 600, 170, 48), "Close", self._manager.close),
                ]
            )

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the mark, and what is being done."""
        now = (self._ticks + alpha) / TICKS_PER_SECOND
        still = self._manager.settings.reduced_motion
        draw_backdrop(canvas, now, still=still)
        middle = WIDTH / 2
        draw_mark(canvas, middle - 66, 84, 132)
        if not still and self._group is None:
            turn = now * tau / 2.4
            canvas.glow(theme.SIGNAL, middle + 63 * cos(turn), 150 + 63 * sin(turn), 34, 0.9)
        canvas.text("LAMBDA ARCADE", middle, 240, theme.TITLE, theme.FOAM, align="centre")
        if self._group is not None:
            self._draw_trouble(canvas, self._group)
            return
        words = f"getting the opponents to their places   {monotonic() - self._began:.0f} s"
        canvas.text(words, middle, 300, theme.BODY, theme.MIST, align="centre")
        self._draw_lines(canvas)

    def leave(self) -> None:
        """The thread goes on alone if it must: a deployment that is cut off is put right by the next start."""

    def _begin(self) -> None:
        self._lines: list[Line] = []
        self._ready: tuple[Services, Setup | None] | None = None
        self._began = monotonic()
        self._error: str | None = None
        self._group = None
        Thread(target=self._work, name="prepare", daemon=True).start()

    def _go_on(self, world: Services, first: Setup | None) -> None:
        self._manager.open(world, lambda: MenuScene(self._manager), lambda found: OpeningScene(self._manager, found))
        try:
            if world.opening is not None:
                scene = world.opening(self._manager)
            else:
                scene = MenuScene(self._manager) if first is None else open_scene(self._manager, first)
        except GameError as error:
            self._ready, self._error = None, str(error)
            return
        self._manager.sounds.play("ping")
        self._manager.replace(scene)
        if first is None and not self._manager.settings.welcomed:
            self._manager.push(WelcomeScene(self._manager))

    def _work(self) -> None:
        try:
            self._ready = self._prepare(self._note)
        except OSError as error:
            self._error, self._advice = told(error), "Try again once that is mended."
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must be told, and can try again
            self._error, self._advice = told(error), LOGS

    def _note(self, what: str, seconds: float | None) -> None:
        known = next((line for line in self._lines if line.what == what), None)
        if known is None:
            known = Line(what, monotonic())
            self._lines.append(known)
        known.seconds = seconds

    def _draw_lines(self, canvas: Canvas) -> None:
        lines = self._lines[-SHOWN:]
        left, right = WIDTH / 2 - 230, WIDTH / 2 + 230
        for index, line in enumerate(lines):
            y = 350 + index * 30
            if line.seconds is None:
                share = (self._ticks % 60) / 60
                canvas.circle(theme.SIGNAL, left - 18, y + 9, 3 + 3 * abs(0.5 - share) * 2, 1.5)
                canvas.text(line.what, left, y, theme.BODY, theme.FOAM, within=380)
                waited = monotonic() - line.began
                canvas.text(f"{waited:.1f} s", right, y + 1, theme.FIGURE, theme.HAZE, align="right")
            else:
                tick = [(left - 23, y + 9), (left - 19, y + 13), (left - 12, y + 4)]
                canvas.stroke(theme.SIGNAL, tick, 2)
                canvas.text(line.what, left, y, theme.BODY, theme.MIST, within=380)
                canvas.text(f"{line.seconds:.1f} s", right, y + 1, theme.FIGURE, theme.MIST, align="right")

    def _draw_trouble(self, canvas: Canvas, group: Group) -> None:
        box = (WIDTH / 2 - 330, 316.0, 660.0, 250.0)
        canvas.panel(box, theme.DEEP, theme.AMBER, 16, 0.96)
        canvas.text("This did not work", box[0] + 32, box[1] + 26, theme.HEADING, theme.AMBER)
        canvas.paragraph(self._trouble, (box[0] + 32, box[1] + 72, box[2] - 64, 110), theme.BODY, theme.FOAM)
        canvas.text(self._advice, box[0] + 32, box[1] + box[3] - 42, theme.SMALL, theme.MIST)
        group.draw(canvas)
