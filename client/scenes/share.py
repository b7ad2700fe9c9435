"""Share a match: as an animation, as a picture of one position, or as the record, which opens in any arcade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.jobs.exports import GIF, PNG, RECORD
from client.scene_manager import AMBIENT
from client.scenes.pages import leave_or_choose
from client.ui import theme
from client.ui.inputs import BACK
from client.ui.widgets import Button, Group, hint_line, overlay_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.record import GameRecord

BOX: Box = (360.0, 130.0, 560.0, 440.0)


class ShareScene:
    """An overlay over the replay.  What was begun goes on when it is left."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, record: GameRecord, step: int) -> None:
        self._manager = manager
        self._record = record
        self._step = step
        left, wide = BOX[0] + 40, BOX[2] - 80
        rows = (("Animation (GIF)", GIF), (f"Picture of position {step} (PNG)", PNG), ("The record, as a file", RECORD))
        self._group = Group(
            [
                *(
                    Button((left, BOX[1] + 92 + 58 * index, wide, 48), label, self._beginner(kind))
                    for index, (label, kind) in enumerate(rows)
                ),
                Button((left, BOX[1] + BOX[3] - 96, 150, 46), "Cancel", manager.exports.cancel, enabled=False),
                Button((left + wide - 150, BOX[1] + BOX[3] - 96, 150, 46), "Done", manager.pop, "primary", hint="Esc"),
            ]
        )
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Choose, cancel, or go back."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Allow what can be done now."""
        busy = self._manager.exports.busy
        for button in self._group.widgets[:3]:
            button.enabled = not busy
        self._group.widgets[3].enabled = busy

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the choices, and how far the work is."""
        overlay_panel(canvas, BOX)
        exports = self._manager.exports
        left, wide = BOX[0] + 40, BOX[2] - 80
        canvas.text("Share", left, BOX[1] + 30, theme.HEADING)
        canvas.text(f"to {exports.folder}", left, BOX[1] + 62, theme.SMALL, theme.HAZE, within=wide)
        y = BOX[1] + 274
        if exports.busy:
            canvas.rect(theme.EDGE, (left, y, wide, 6), 3)
            canvas.rect(theme.SIGNAL, (left, y, max(6.0, wide * exports.share), 6), 3)
        colour = theme.AMBER if exports.trouble else theme.MIST
        canvas.paragraph(exports.said, (left, y + 14, wide, 40), theme.SMALL, colour)
        self._group.draw(canvas)
        hint_line(canvas, self._manager.device, [("↑↓", "move"), (BACK, "back")], left, BOX[1] + BOX[3] - 34)

    def leave(self) -> None:
        """What was begun goes on."""

    def _beginner(self, kind: str) -> Callable[[], None]:
        def begin() -> None:
            self._manager.exports.begin(kind, self._record, self._step)

        return begin
