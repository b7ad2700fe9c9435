"""A match that stands still: go on, swap the opponent, settings, or leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scenes.settings import SettingsScene
from client.ui import theme
from client.ui.inputs import BACK, Command
from client.ui.widgets import Button, Group, hint_line, overlay_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input

BOX = (460.0, 170.0, 360.0, 380.0)


class PauseScene:
    """An overlay over a match.  ``swap`` opens the opponents, ``leave_match`` ends the match and shows the menu.

    ``why`` tells somebody who did not ask for a pause what has happened.
    """

    overlay = True

    def __init__(
        self, manager: SceneManager, swap: Callable[[], None], leave_match: Callable[[], None], why: str = ""
    ) -> None:
        self._manager = manager
        self._why = why
        self._swap = swap
        choices = (
            ("Go on", manager.pop, "primary"),
            ("Swap the opponent", self._to_swap, "plain"),
            ("Settings", lambda: manager.push(SettingsScene(manager)), "plain"),
            ("Leave the match", leave_match, "plain"),
        )
        self._group = Group(
            [
                Button((BOX[0] + 40, BOX[1] + 96 + 62 * index, BOX[2] - 80, 48), label, press, kind)
                for index, (label, press, kind) in enumerate(choices)
            ]
        )
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Choose; back goes on with the match."""
        if isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        else:
            self._group.handle(event)

    def tick(self) -> None:
        """Time stands still."""

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the choices over the match."""
        overlay_panel(canvas, BOX)
        canvas.text("Paused", BOX[0] + BOX[2] / 2, BOX[1] + 34, theme.HEADING, align="centre")
        where = (BOX[0] + BOX[2] / 2, BOX[1] + 67)
        canvas.text(self._why, *where, theme.SMALL, theme.AMBER, align="centre", within=BOX[2] - 40)
        self._group.draw(canvas)
        hint_line(canvas, self._manager.device, [(BACK, "go on")], BOX[0] + 40, BOX[1] + BOX[3] - 30)

    def leave(self) -> None:
        """Nothing is held."""

    def _to_swap(self) -> None:
        self._manager.pop()
        self._swap()
