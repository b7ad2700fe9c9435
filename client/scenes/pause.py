"""A match that stands still: go on, swap the opponent, settings, or leave, which is asked once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
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
    pace = AMBIENT

    def __init__(
        self, manager: SceneManager, swap: Callable[[], None], leave_match: Callable[[], None], why: str = ""
    ) -> None:
        self._manager = manager
        self._why = why
        self._swap = swap
        self._leave_match = leave_match
        self._asking = False
        """Whether the question stands if the match is really to be left."""
        self._offer()

    def handle(self, event: Input) -> None:
        """Choose; back goes on with the match, or takes back that it was to be left."""
        if isinstance(event, Command) and event.name == BACK:
            if self._asking:
                self._offer()
            else:
                self._manager.pop()
        else:
            self._group.handle(event)

    def tick(self) -> None:
        """Time stands still."""

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the choices over the match."""
        overlay_panel(canvas, BOX)
        heading = "Leave the match?" if self._asking else "Paused"
        why = "It ends here, and nobody has won it." if self._asking else self._why
        canvas.text(heading, BOX[0] + BOX[2] / 2, BOX[1] + 34, theme.HEADING, align="centre")
        where = (BOX[0] + BOX[2] / 2, BOX[1] + 67)
        canvas.text(why, *where, theme.SMALL, theme.AMBER, align="centre", within=BOX[2] - 40)
        self._group.draw(canvas)
        back = "stay" if self._asking else "go on"
        hint_line(canvas, self._manager.device, [(BACK, back)], BOX[0] + 40, BOX[1] + BOX[3] - 30)

    def leave(self) -> None:
        """Nothing is held."""

    def _offer(self) -> None:
        self._asking = False
        self._show(
            ("Go on", self._manager.pop, "primary"),
            ("Swap the opponent", self._to_swap, "plain"),
            ("Settings", lambda: self._manager.push(SettingsScene(self._manager)), "plain"),
            ("Leave the match", self._ask, "plain"),
        )

    def _ask(self) -> None:
        self._asking = True
        self._show(("Stay", self._offer, "primary"), ("Leave the match", self._leave_match, "plain"))

    def _show(self, *choices: tuple[str, Callable[[], None], str]) -> None:
        self._group = Group(
            [
                Button((BOX[0] + 40, BOX[1] + 96 + 62 * index, BOX[2] - 80, 48), label, press, kind)
                for index, (label, press, kind) in enumerate(choices)
            ]
        )
        self._group.on_move = lambda: self._manager.sounds.play("move")

    def _to_swap(self) -> None:
        self._manager.pop()
        self._swap()
