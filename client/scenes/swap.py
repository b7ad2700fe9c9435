"""Lets another function take the opponent's seat in the middle of a match; the match stands still meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, LEFT_BUTTON, SWAP, Command, Pointer
from client.ui.lists.picker import Picker
from client.ui.widgets import hint_line, inside, overlay_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input

BOX = (340.0, 90.0, 600.0, 540.0)


class SwapScene:
    """An overlay with the game's opponents; ``swap`` is called with the one that is taken, unless it plays already."""

    overlay = True
    pace = AMBIENT

    def __init__(
        self, manager: SceneManager, game: str, current: OpponentInfo, swap: Callable[[OpponentInfo], None]
    ) -> None:
        self._manager = manager
        self._game = game
        self._current = current
        self._swap = swap
        self._ladder = manager.ladder
        self._picker = Picker((BOX[0] + 32, BOX[1] + 96, BOX[2] - 76, BOX[3] - 156), self._take, current.name)

    def handle(self, event: Input) -> None:
        """Choose, take, or leave things as they are."""
        if isinstance(event, Command) and event.name in (BACK, SWAP):
            self._manager.pop()
        elif isinstance(event, Pointer) and event.kind == "press" and not inside(BOX, event.x, event.y):
            if event.button == LEFT_BUTTON:
                self._manager.pop()
        else:
            self._picker.handle(event)

    def tick(self) -> None:
        """Follow what is deployed."""
        self._picker.update(self._ladder.opponents(self._game))
        self._picker.tick()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves between ticks
        """Draw the list over the match."""
        overlay_panel(canvas, BOX)
        canvas.text("Swap the opponent", BOX[0] + 32, BOX[1] + 26, theme.HEADING)
        told = self._ladder.trouble or "The match goes on where it stands; its record names both."
        canvas.text(told, BOX[0] + 32, BOX[1] + 60, theme.SMALL, theme.MIST, within=BOX[2] - 64)
        self._picker.draw(canvas, self._current.name)
        hints = [(ACCEPT, "take the seat"), (BACK, "leave as it is")]
        hint_line(canvas, self._manager.device, hints, BOX[0] + 32, BOX[1] + BOX[3] - 38)

    def leave(self) -> None:
        """Nothing is held."""

    def _take(self, info: OpponentInfo) -> None:
        self._manager.sounds.play("accept")
        self._manager.pop()
        if (info.name, info.version) != (self._current.name, self._current.version):
            self._swap(info)
