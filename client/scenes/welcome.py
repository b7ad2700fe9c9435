"""The first start: a name, what is kept of matches and where it goes, and a lesson in each game."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
from client.scenes.guided import LessonScene, start
from client.scenes.name import NameScene
from client.ui import theme
from client.ui.inputs import BACK, Command
from client.ui.widgets import Button, Group, Switch, Widget, hint_line, overlay_panel
from games.catalog import find_game, game_packages
from games.core import GameError

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

BOX: Box = (290.0, 90.0, 700.0, 540.0)
MOST_LESSONS = 4


class WelcomeScene:
    """An overlay over the menu, seen once."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        left, wide = BOX[0] + 50, BOX[2] - 100
        self._name = Button(
            (left, BOX[1] + 96, 320, 46), "", lambda: manager.push(NameScene(manager)), hint="your name"
        )
        keep = manager.settings.keep_matches
        self._keep = Switch((left - 20, BOX[1] + 238, wide + 40, 46), "Keep my matches", keep, self._set_keep)
        widgets: list[Widget] = [self._name, self._keep]
        games = tuple(game_packages())[:MOST_LESSONS]
        width = (wide - 12 * (len(games) - 1)) / max(1, len(games))
        for index, game in enumerate(games):
            box = (left + index * (width + 12), BOX[1] + 352, width, 46)
            widgets.append(Button(box, find_game(game).INFO.title, partial(self._learn, game)))
        widgets.append(Button((left + wide - 200, BOX[1] + BOX[3] - 76, 200, 46), "To the menu", self._done, "primary"))
        self._group = Group(widgets, len(widgets) - 1)
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Set, learn, or go on."""
        if isinstance(event, Command) and event.name == BACK:
            self._done()
        else:
            self._group.handle(event)

    def tick(self) -> None:
        """Show the name that was given."""
        self._name.label = self._manager.settings.name

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the page."""
        overlay_panel(canvas, BOX)
        self._name.label = self._manager.settings.name
        left, wide = BOX[0] + 50, BOX[2] - 100
        canvas.text("Welcome to Lambda Arcade", left, BOX[1] + 36, theme.HEADING)
        where = self._manager.world.where
        told = (
            f"Your matches, with your name and the time of every move, are kept in {self._manager.folder} and sent to "
            f"the {where}, where they rate opponents and can train them."
        )
        canvas.paragraph(told, (left, BOX[1] + 166, wide, 70), theme.BODY, theme.MIST)
        canvas.text("Learn a game in a minute", left, BOX[1] + 318, theme.SUBHEADING)
        self._group.draw(canvas)
        canvas.text("All of it is found again in the menu.", left, BOX[1] + 416, theme.SMALL, theme.HAZE)
        hint_line(canvas, self._manager.device, [(BACK, "to the menu")], left, BOX[1] + BOX[3] - 48)

    def leave(self) -> None:
        """Nothing is held."""

    def _set_keep(self, value: bool) -> None:  # noqa: FBT001 - a switch's change
        self._manager.settings.keep_matches = value
        self._manager.save_settings()

    def _learn(self, game: str) -> None:
        try:
            lesson = LessonScene(self._manager, game)
        except GameError:
            return
        self._seen()
        start(self._manager, lesson)

    def _done(self) -> None:
        self._seen()
        self._manager.pop()

    def _seen(self) -> None:
        self._manager.settings.welcomed = True
        self._manager.save_settings()
