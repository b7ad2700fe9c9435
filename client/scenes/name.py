"""Enter a name as the arcades did, letter by letter; or simply type it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT
from client.settings import MAX_NAME, NOBODY
from client.ui import theme
from client.ui.inputs import BACK, ERASE, KEYBOARD, Command, Typed
from client.ui.text.foreign_text import graphemes, presentable
from client.ui.widgets import Button, Group, Widget, hint_line, overlay_panel

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input

BOX = (310.0, 120.0, 660.0, 480.0)
ROWS = ("ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ0123", "456789-._'")
CELL = 56.0
WRITTEN = theme.Style("bold", 38, 2)
"""The name; a wide one is set smaller, so that all of it is seen."""


class NameScene:
    """An overlay over the menu."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        self._name = manager.settings.name
        widgets: list[Widget] = []
        for row, letters in enumerate(ROWS):
            for column, letter in enumerate(letters):
                box = (BOX[0] + 52 + column * CELL, BOX[1] + 140 + row * 52, CELL - 6, 46.0)
                widgets.append(Button(box, letter, lambda letter=letter: self._add(letter)))  # type: ignore[misc]
        below = BOX[1] + 364
        widgets.append(Button((BOX[0] + 52, below, 130, 46), "Space", lambda: self._add(" ")))
        widgets.append(Button((BOX[0] + 192, below, 130, 46), "Erase", self._erase))
        widgets.append(Button((BOX[0] + 438, below, 168, 46), "Done", self._done, "primary"))
        self._group = Group(widgets, len(widgets) - 1)
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Write.  A key that types a letter moves nothing; arrows and the stick do."""
        if isinstance(event, Typed):
            self._add(event.text)
        elif isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        elif isinstance(event, Command) and event.name == ERASE:
            self._erase()
        elif not (isinstance(event, Command) and event.from_letter):
            self._group.handle(event)

    def tick(self) -> None:
        """Nothing moves here."""

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the name and the letters."""
        overlay_panel(canvas, BOX)
        canvas.text("YOUR NAME", BOX[0] + 52, BOX[1] + 34, theme.LABEL, theme.HAZE)
        room = BOX[2] - 120
        wide = canvas.measure(self._name, WRITTEN)
        style = WRITTEN if wide <= room else replace(WRITTEN, size=int(WRITTEN.size * room / wide), tracking=0)
        wide = canvas.text(self._name, BOX[0] + 52, BOX[1] + 58 + (WRITTEN.size - style.size) / 2, style, within=room)
        if self._manager.ticks // 30 % 2 == 0:
            canvas.rect(theme.SIGNAL, (BOX[0] + 58 + wide, BOX[1] + 60, 3, 38))
        canvas.rect(theme.EDGE, (BOX[0] + 52, BOX[1] + 112, BOX[2] - 104, 1))
        self._group.draw(canvas)
        hints = [(BACK, "leave as it was")]
        if self._manager.device == KEYBOARD:
            hints = [("A-Z", "type"), ("Enter", "done"), *hints]
        hint_line(canvas, self._manager.device, hints, BOX[0] + 52, BOX[1] + BOX[3] - 40)

    def leave(self) -> None:
        """Nothing is held."""

    def _add(self, text: str) -> None:
        self._name = "".join(graphemes(presentable(self._name + "".join(text.splitlines())))[:MAX_NAME])

    def _erase(self) -> None:
        self._name = "".join(graphemes(self._name)[:-1])

    def _done(self) -> None:
        self._manager.settings.name = self._name.strip() or NOBODY
        self._manager.save_settings()
        self._manager.pop()
