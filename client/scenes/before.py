"""What a person may want before a match: a lesson, the rules, the day's challenge, the best scores, a show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.guides import guide_of
from client.scene_manager import AMBIENT
from client.scenes.guided import DailyScene, Guided, LessonScene, ShowScene, start
from client.scenes.pages import leave_or_choose
from client.ui import theme
from client.ui.inputs import BACK, Command
from client.ui.widgets import Button, Group, hint_line, overlay_panel
from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

BOX: Box = (400.0, 130.0, 480.0, 450.0)
PAGE: Box = (250.0, 80.0, 780.0, 560.0)
IDLE_TICKS = 60 * 60
"""Without any input for so long, the menu shows a match."""


class BeforeScene:
    """An overlay over the menu, for one game."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._manager = manager
        self._game = game
        self._trouble = ""
        choices: list[tuple[str, Callable[[], None]]] = [
            ("Learn it in a minute", lambda: self._open(LessonScene)),
            ("The rules", lambda: manager.push(RulesScene(manager, game))),
            ("Challenge of the day", lambda: self._open(DailyScene)),
            ("Watch a match", self._show),
        ]
        if guide_of(game).high_scores:
            choices.append(("Best scores", lambda: manager.push(ScoresScene(manager, game))))
        self._group = Group([
            Button((BOX[0] + 50, BOX[1] + 88 + 58 * index, BOX[2] - 100, 46), label, press)
            for index, (label, press) in enumerate(choices)
        ])  # fmt: skip
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Choose, or go back."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Nothing moves here."""

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the choices."""
        overlay_panel(canvas, BOX)
        title = find_game(self._game).INFO.title
        canvas.text(title, BOX[0] + BOX[2] / 2, BOX[1] + 30, theme.HEADING, align="centre", within=BOX[2] - 60)
        told = self._trouble or "None of it is kept or rates anybody"
        where = (BOX[0] + BOX[2] / 2, BOX[1] + 62)
        canvas.text(told, *where, theme.SMALL, theme.HAZE, align="centre", within=BOX[2] - 40)
        self._group.draw(canvas)
        hint_line(canvas, self._manager.device, [(BACK, "menu")], BOX[0] + 50, BOX[1] + BOX[3] - 40)

    def leave(self) -> None:
        """Nothing is held."""

    def _open(self, kind: Callable[[SceneManager, str], Guided]) -> None:
        try:
            guided = kind(self._manager, self._game)
        except GameError as error:
            self._trouble = str(error)
            return
        start(self._manager, guided)

    def _show(self) -> None:
        manager = self._manager
        manager.pop()
        show(manager, self._game)


class _Page:
    """A page about one game, over what is there; any key leaves it."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._manager = manager
        self._title = find_game(game).INFO.title

    def handle(self, event: Input) -> None:
        """Go back."""
        if isinstance(event, Command) and not event.repeat:
            self._manager.pop()

    def tick(self) -> None:
        """Nothing moves here."""

    def leave(self) -> None:
        """Nothing is held."""

    def _draw_frame(self, canvas: Canvas, heading: str) -> tuple[float, float, float]:
        """Draw what is around the words; return their left edge, the heading's top, and how wide they may be."""
        overlay_panel(canvas, PAGE)
        left, y, wide = PAGE[0] + 50, PAGE[1] + 36, PAGE[2] - 100
        canvas.text(heading, left, y, theme.HEADING, within=wide)
        hint_line(canvas, self._manager.device, [(BACK, "back")], left, PAGE[1] + PAGE[3] - 40)
        return left, y, wide


class RulesScene(_Page):
    """A page of rules."""

    def __init__(self, manager: SceneManager, game: str) -> None:
        super().__init__(manager, game)
        self._rules = guide_of(game).rules

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the page."""
        left, y, wide = self._draw_frame(canvas, f"The rules of {self._title}")
        room = (PAGE[3] - 150) / max(1, len(self._rules))
        for index, (heading, words) in enumerate(self._rules):
            top = y + 58 + index * room
            canvas.text(heading, left, top, theme.SUBHEADING, theme.SIGNAL, within=wide)
            canvas.paragraph(words, (left, top + 30, wide, room - 44), theme.BODY, theme.FOAM)


class ScoresScene(_Page):
    """The best scores of a game."""

    def __init__(self, manager: SceneManager, game: str) -> None:
        super().__init__(manager, game)
        self._scores = manager.high_scores.best(game)

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the table."""
        left, y, wide = self._draw_frame(canvas, f"Best scores in {self._title}")
        if not self._scores:
            canvas.text("Nobody has finished a match yet.", left, y + 60, theme.BODY, theme.MIST)
        for index, score in enumerate(self._scores):
            top = y + 58 + index * 40
            canvas.text(f"{index + 1}", left + 20, top, theme.FIGURE, theme.HAZE, align="right")
            canvas.text(score.name, left + 44, top - 1, theme.SUBHEADING, theme.FOAM, within=180)
            points = f"{score.points:,}".replace(",", " ")
            canvas.text(points, left + 350, top, theme.FIGURE, theme.SIGNAL, align="right")
            canvas.text(f"against {score.opponent}", left + 380, top + 1, theme.SMALL, theme.MIST, within=190)
            canvas.text(score.day, left + wide, top + 1, theme.SMALL_FIGURE, theme.HAZE, align="right")
        trouble = self._manager.high_scores.trouble
        if trouble:
            canvas.text(trouble, left + 100, PAGE[1] + PAGE[3] - 40, theme.SMALL, theme.AMBER, within=wide - 100)


class Idle:
    """Shows a match over the menu when nobody has done anything for a while; once, until somebody does."""

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        self._ticks = 0

    def stir(self) -> None:
        """Somebody is there."""
        self._ticks = 0

    def tick(self, game: str) -> None:
        """Let a tick pass in which nobody did anything."""
        self._ticks += 1
        if self._ticks == IDLE_TICKS and not self._manager.away and not self._manager.settings.reduced_motion:
            show(self._manager, game)


def show(manager: SceneManager, game: str) -> None:
    """Lay a show over what is seen; a game that no window shows is left."""
    try:
        guided = ShowScene(manager, game)
    except GameError:
        return
    manager.push(guided.scene)
    manager.push(guided)
