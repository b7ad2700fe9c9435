"""Opens a record that has still to be read: says so meanwhile, then shows it, or says why it cannot be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.records.archive import ArchiveError
from client.scene_manager import AMBIENT
from client.scenes.pages import leave_or_choose
from client.scenes.replay import ReplayScene
from client.ui import theme
from client.ui.widgets import Button, Group, overlay_panel

if TYPE_CHECKING:
    from concurrent.futures import Future

    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.record import GameRecord

BOX: Box = (390.0, 250.0, 500.0, 210.0)


class OpeningScene:
    """An overlay over whatever was there; the replay then lies in its place.  ``at`` is the position it begins with."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, reading: Future[GameRecord], at: int = 0) -> None:
        self.trouble = ""
        self._manager = manager
        self._reading = reading
        self._at = at
        self._group = Group([Button((BOX[0] + BOX[2] - 190, BOX[1] + BOX[3] - 70, 150, 46), "Back", manager.pop)])

    def handle(self, event: Input) -> None:
        """Go back."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Show the record once it is read."""
        if self.trouble or not self._reading.done():
            return
        try:
            record = self._reading.result()
        except (ArchiveError, OSError) as error:
            self.trouble = str(error)
            self._manager.sounds.play("refuse")
            return
        self._manager.pop()
        self._manager.push(ReplayScene(self._manager, record, self._manager.pop, self._at))

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw what is going on."""
        overlay_panel(canvas, BOX)
        heading = "This cannot be shown" if self.trouble else "Reading the record…"
        canvas.text(heading, BOX[0] + 40, BOX[1] + 30, theme.HEADING)
        room = (BOX[0] + 40, BOX[1] + 70, BOX[2] - 80, 64)
        canvas.paragraph(self.trouble, room, theme.BODY, theme.AMBER)
        self._group.draw(canvas)

    def leave(self) -> None:
        """The reading ends by itself."""
