"""Lets another function move the team, or one ghost, in the middle of a match; the match stands still meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.pacman.drawing.actors import COLOURS, draw_ghost
from client.scene_manager import AMBIENT
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, LEFT, LEFT_BUTTON, RIGHT, SWAP, Command, Pointer
from client.ui.lists.picker import Picker
from client.ui.widgets import hint_line, inside, overlay_panel
from games.pacman.names import GHOSTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.games.pacman.network.controllers import Team
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.pacman.names import GhostName

BOX: Box = (320.0, 60.0, 640.0, 600.0)
WHOLE = "the team"
PARTS = (WHOLE, *GHOSTS)
TAB_WIDTH, TAB_HEIGHT = 112.0, 74.0


class TeamSwapScene:
    """An overlay: for whom (left and right), and who (up and down).  ``swap`` gets the ghosts and their function."""

    overlay = True
    pace = AMBIENT

    def __init__(
        self, manager: SceneManager, team: Team, swap: Callable[[tuple[GhostName, ...], OpponentInfo], None]
    ) -> None:
        self._manager = manager
        self._team = team
        self._swap = swap
        self._part = 0
        self._ticks = 0
        self._ladder = manager.ladder
        list_box = (BOX[0] + 32, BOX[1] + 186, BOX[2] - 76, BOX[3] - 240)
        self._picker = Picker(list_box, self._take, self._current.name)

    @property
    def ghosts(self) -> tuple[GhostName, ...]:
        """For which ghosts a function is chosen."""
        return GHOSTS if self._part == 0 else (PARTS[self._part],)

    @property
    def _current(self) -> OpponentInfo:
        return self._team.controllers[self.ghosts[0]].info

    def handle(self, event: Input) -> None:
        """Choose, take, or leave things as they are."""
        if isinstance(event, Command) and event.name in (BACK, SWAP) and not event.repeat:
            self._manager.pop()
        elif isinstance(event, Command) and event.name in (LEFT, RIGHT):
            self._turn_to(self._part + (1 if event.name == RIGHT else -1))
        elif isinstance(event, Pointer) and event.kind == "press" and event.button == LEFT_BUTTON:
            self._click(event)
        else:
            self._picker.handle(event)

    def tick(self) -> None:
        """Follow what is deployed."""
        self._ticks += 1
        self._picker.update(self._ladder.opponents("pacman"))
        self._picker.tick()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves between ticks
        """Draw the choice over the match."""
        overlay_panel(canvas, BOX)
        canvas.text("Swap who hunts", BOX[0] + 32, BOX[1] + 24, theme.HEADING)
        told = self._ladder.trouble or "One function for the team, or another for a single ghost. The record names all."
        canvas.text(told, BOX[0] + 32, BOX[1] + 58, theme.SMALL, theme.MIST, within=BOX[2] - 64)
        for index in range(len(PARTS)):
            self._draw_tab(canvas, index)
        self._picker.draw(canvas, self._current.name)
        hints = [("←→", "for whom"), (ACCEPT, "take over"), (BACK, "leave as it is")]
        hint_line(canvas, self._manager.device, hints, BOX[0] + 32, BOX[1] + BOX[3] - 36)

    def leave(self) -> None:
        """Nothing is held."""

    def _draw_tab(self, canvas: Canvas, index: int) -> None:
        box = _tab(index)
        part = PARTS[index]
        chosen = index == self._part
        edge = theme.SIGNAL if chosen else theme.EDGE
        canvas.panel(box, theme.PANEL_LIT if chosen else theme.PANEL, edge, 10, 0.95, 2.0 if chosen else 1.2)
        middle = box[0] + box[2] / 2
        hem = 0 if self._manager.settings.reduced_motion or not chosen else self._ticks // 8
        shown = GHOSTS if part == WHOLE else (part,)
        for place, ghost in enumerate(shown):
            x = middle + (place - (len(shown) - 1) / 2) * 22
            size = 10 if part == WHOLE else 15
            draw_ghost(canvas, (x, box[1] + 30), size, ghost, "left", look="hunting", hem=hem)
        colour = theme.FOAM if part == WHOLE else COLOURS[part]
        canvas.text(part.capitalize(), middle, box[1] + 52, theme.SMALL, colour, align="centre")

    def _click(self, event: Pointer) -> None:
        if not inside(BOX, event.x, event.y):
            self._manager.pop()
            return
        for index in range(len(PARTS)):
            if inside(_tab(index), event.x, event.y):
                self._turn_to(index)
                return
        self._picker.handle(event)

    def _turn_to(self, part: int) -> None:
        if 0 <= part < len(PARTS) and part != self._part:
            self._part = part
            self._picker.chosen_name = self._current.name
            self._manager.sounds.play("move")

    def _take(self, info: OpponentInfo) -> None:
        self._manager.sounds.play("accept")
        self._manager.pop()
        now = [self._team.controllers[ghost].info for ghost in self.ghosts]
        if any((info.name, info.version) != (one.name, one.version) for one in now):
            self._swap(self.ghosts, info)


def _tab(index: int) -> Box:
    return BOX[0] + 32 + index * (TAB_WIDTH + 4), BOX[1] + 92, TAB_WIDTH, TAB_HEIGHT
